"""How much room a screen has: the sizes at which what it shows changes."""

from __future__ import annotations

LEAST_WIDTH, LEAST_HEIGHT = 36, 8
"""Cells and lines below which nothing is shown but that there is no room."""
NARROW = 64
"""Cells below which two panes don't stand side by side."""
LOW = 17
"""Lines below which a screen of several panes shows one at a time."""
SHORT, TALL = 30, 50
"""Screens with fewer lines than the one get less room for cards, those with more than the other get more."""
