from __future__ import annotations

import pytest
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.theme import Theme

from runners.layers.findings import Severity
from runners.layers.freshness import Reach
from runners.layers.kinds.base import Tone
from runners.layers.verdicts import Verdict
from widgets import theme

LEGIBLE = 4.5


def luminance(color: Color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, other: Color) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("each", theme.THEMES, ids=lambda each: each.name)
@pytest.mark.parametrize("ground", theme.GROUND_TOKENS)
@pytest.mark.parametrize("text", theme.TEXT_TOKENS)
def test_every_text_is_legible_on_every_ground(each: Theme, ground: str, text: str) -> None:
    colors = each.to_color_system().generate()
    assert contrast(Color.parse(colors[text]), Color.parse(colors[ground])) >= LEGIBLE


@pytest.mark.parametrize(
    ("each", "ansi"), [(theme.DARK, theme.ANSI_DARK), (theme.LIGHT, theme.ANSI_LIGHT)], ids=["dark", "light"]
)
def test_the_sixteen_colours_of_tools_are_legible(each: Theme, ansi: TerminalTheme) -> None:
    ground = Color.parse(each.to_color_system().generate()["background"])
    assert Color(*ansi.background_color) == ground
    assert [number for number in range(16) if contrast(Color(*ansi.ansi_colors[number]), ground) < LEGIBLE] == []


def test_everything_that_has_a_colour_has_one() -> None:
    assert set(theme.TONES) == set(theme.TONE_SYMBOLS) == set(Tone)
    assert set(theme.VERDICT_TONES) == set(Verdict)
    assert set(theme.SEVERITY_TONES) == set(Severity)
    assert set(theme.REACH_TONES) == set(theme.REACH_SYMBOLS) == set(Reach)


def test_unknown_looks_neither_healthy_nor_failed() -> None:
    tones = theme.VERDICT_TONES
    assert tones[Verdict.UNKNOWN] not in (tones[Verdict.HEALTHY], tones[Verdict.FAILED])
