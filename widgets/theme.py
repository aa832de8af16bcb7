"""The palette: two themes, and the one place that says which colour a tone, a verdict or a severity has.

Every text colour has a contrast of at least 4.5 on every ground it is drawn on. The program paints its own ground, so
it looks the same whether the terminal is dark or light. Colours are named by Textual's own variables, so that the
widgets follow any theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.terminal_theme import TerminalTheme
from textual.app import App
from textual.theme import Theme

from runners.layers.findings import Severity
from runners.layers.freshness import Reach
from runners.layers.kinds.base import Tone
from runners.layers.verdicts import Verdict
from widgets import palette

DARK = Theme(
    name="bedplate-dark",
    primary=palette.ACCENT,
    secondary=palette.ACCENT,
    accent=palette.ACCENT,
    success=palette.SUCCESS,
    warning=palette.WARNING,
    error=palette.ERROR,
    foreground=palette.FOREGROUND,
    background=palette.BACKGROUND,
    surface=palette.SURFACE,
    panel=palette.PANEL,
    dark=True,
    variables={
        "foreground-muted": palette.FOREGROUND_MUTED,
        "border": palette.BORDER,
        "border-blurred": palette.BORDER_BLURRED,
        "input-cursor-background": palette.FOREGROUND,
        "input-cursor-foreground": palette.BACKGROUND,
        "input-selection-background": "#35506a",
    },
)

LIGHT = Theme(
    name="bedplate-light",
    primary="#0b5f8a",
    secondary="#0b5f8a",
    accent="#0b5f8a",
    success="#1d6b35",
    warning="#7a5200",
    error="#b3232d",
    foreground="#20262e",
    background="#fbfbf9",
    surface="#f5f5f2",
    panel="#dfe7ee",
    dark=False,
    variables={
        "foreground-muted": "#525c69",
        "border": "#0b5f8a",
        "border-blurred": "#bcc4cd",
        "input-cursor-background": "#20262e",
        "input-cursor-foreground": "#fbfbf9",
        "input-selection-background": "#bcd9ea",
    },
)

THEMES = (DARK, LIGHT)

TEXT_TOKENS = ("foreground", "foreground-muted", "accent", "success", "warning", "error")
"""Variables that text is drawn in."""
GROUND_TOKENS = ("background", "surface", "panel")
"""Variables that text is drawn on; ``panel`` lies under the cursor."""

MUTED = "$foreground-muted"
ACCENT = "$accent"

TONES: Mapping[Tone, str] = {
    Tone.PLAIN: "$foreground",
    Tone.GOOD: "$success",
    Tone.MOVING: ACCENT,
    Tone.WARN: "$warning",
    Tone.BAD: "$error",
    Tone.MUTED: MUTED,
}

TONE_SYMBOLS: Mapping[Tone, str] = {
    Tone.PLAIN: " ",
    Tone.GOOD: " ",
    Tone.MOVING: "◐",
    Tone.WARN: "▲",
    Tone.BAD: "✖",
    Tone.MUTED: " ",
}
"""What stands beside a row so that its colour is never alone; quiet rows have nothing."""

VERDICT_TONES: Mapping[Verdict, Tone] = {
    Verdict.HEALTHY: Tone.GOOD,
    Verdict.PROGRESSING: Tone.MOVING,
    Verdict.DEGRADED: Tone.WARN,
    Verdict.FAILED: Tone.BAD,
    Verdict.ABSENT: Tone.MUTED,
    Verdict.UNKNOWN: Tone.WARN,
}

SEVERITY_TONES: Mapping[Severity, Tone] = {
    Severity.OK: Tone.GOOD,
    Severity.NOTE: Tone.MUTED,
    Severity.WARNING: Tone.WARN,
    Severity.UNKNOWN: Tone.WARN,
    Severity.BLOCKER: Tone.BAD,
}

REACH_TONES: Mapping[Reach, Tone] = {
    Reach.LIVE: Tone.GOOD,
    Reach.LOADING: Tone.MOVING,
    Reach.ABSENT: Tone.MUTED,
    Reach.RECONNECTING: Tone.WARN,
    Reach.STALE: Tone.BAD,
    Reach.FORBIDDEN: Tone.BAD,
}

REACH_SYMBOLS: Mapping[Reach, str] = {
    Reach.LIVE: "●",
    Reach.LOADING: "◐",
    Reach.ABSENT: "◌",
    Reach.RECONNECTING: "◐",
    Reach.STALE: "▲",
    Reach.FORBIDDEN: "✖",
}

ANSI_DARK = TerminalTheme(
    (19, 22, 27),
    (215, 220, 228),
    [
        (152, 162, 177),
        (245, 143, 148),
        (143, 206, 155),
        (229, 192, 123),
        (133, 177, 245),
        (214, 160, 232),
        (116, 201, 209),
        (215, 220, 228),
    ],
    [
        (152, 162, 177),
        (255, 164, 168),
        (167, 224, 178),
        (240, 210, 150),
        (158, 196, 255),
        (228, 184, 243),
        (146, 220, 227),
        (244, 246, 249),
    ],
)
"""The sixteen colours a tool may ask for, on the dark ground; its black is a readable grey."""

ANSI_LIGHT = TerminalTheme(
    (251, 251, 249),
    (32, 38, 46),
    [
        (32, 38, 46),
        (179, 35, 45),
        (29, 107, 53),
        (122, 82, 0),
        (28, 84, 168),
        (130, 48, 150),
        (11, 102, 112),
        (82, 92, 105),
    ],
    [
        (82, 92, 105),
        (168, 30, 40),
        (25, 97, 47),
        (112, 74, 0),
        (22, 74, 152),
        (118, 40, 138),
        (8, 92, 102),
        (32, 38, 46),
    ],
)
"""The same on the light ground; its white is a readable grey."""


def dress(app: App[Any], theme: str = DARK.name) -> None:
    """Gives an app both themes, and the sixteen colours that go with each."""
    for each in THEMES:
        app.register_theme(each)
    app.ansi_theme_dark = ANSI_DARK
    app.ansi_theme_light = ANSI_LIGHT
    app.theme = theme
