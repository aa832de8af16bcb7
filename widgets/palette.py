"""The colours of the dark ground by the names that styles use: plain data, for those who paint without Textual too."""

from __future__ import annotations

ACCENT = "#7cc4e8"
SUCCESS = "#8fce9b"
WARNING = "#e5c07b"
ERROR = "#f58f94"
FOREGROUND = "#d7dce4"
FOREGROUND_MUTED = "#98a2b1"
BACKGROUND = "#13161b"
SURFACE = "#171b21"
PANEL = "#28323f"
BORDER = ACCENT
BORDER_BLURRED = "#3b4553"
