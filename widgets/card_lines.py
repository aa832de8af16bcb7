"""How the components of a layer are laid out as cards: one line each, and as many details as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from runners.layers.picture import ComponentState
from runners.layers.verdicts import Verdict
from widgets.lines import PartsLine
from widgets.safe import fit, plain
from widgets.theme import VERDICT_TONES

DETAILS = 2
"""Detail lines of one card at most."""
_NAME = 20
_VERSION = 14
_INDENT = "   "


def card_lines(
    states: Sequence[ComponentState], room: int, width: int, cursor: int | None
) -> list[tuple[int, PartsLine]]:
    """The lines of all cards, each with the index of its card.

    Args:
        states: the components, in their order.
        room: lines there are; the cards' first lines may be more, and are then scrolled.
        width: cells of a line.
        cursor: index of the selected card; None where no card is.
    """
    details = [_details(state) for state in states]
    granted = _grant(states, [len(each) for each in details], room - len(states))
    names, versions = _columns(states, width)
    lines: list[tuple[int, PartsLine]] = []
    for index, state in enumerate(states):
        selected = index == cursor
        shown = details[index][: granted[index]]
        summary = "" if plain(state.summary) in shown else state.summary
        lines.append((index, _first_line(state, names, versions, summary, selected=selected)))
        for number, text in enumerate(shown):
            loud = number == 0 and bool(state.summary) and state.verdict is not Verdict.HEALTHY
            parts = (("plain" if loud else "muted", _INDENT + text),)
            lines.append((index, PartsLine(parts, under="cursor" if selected else "")))
    return lines


def _details(state: ComponentState) -> list[str]:
    # Of a healthy component a summary is but a note: it does not take the place of what there is.
    first, then = ((), (state.summary,)) if state.verdict is Verdict.HEALTHY else ((state.summary,), ())
    return [plain(text) for text in (*first, *state.details, *then) if text][:DETAILS]


def _grant(states: Sequence[ComponentState], wanted: Sequence[int], spare: int) -> list[int]:
    """How many detail lines each card gets: one for each in trouble, one for each other, then the second ones."""
    granted = [0] * len(states)
    by_worry = sorted(range(len(states)), key=lambda index: states[index].verdict is Verdict.HEALTHY)
    for turn in range(1, DETAILS + 1):
        for index in by_worry:
            if spare > 0 and wanted[index] >= turn:
                granted[index] = turn
                spare -= 1
    return granted


def _columns(states: Sequence[ComponentState], width: int) -> tuple[int, int]:
    """Cells of the names and of the versions; the versions go where the verdicts would not fit beside them."""
    verdicts = max((len(state.verdict.value) for state in states), default=0)
    room = width - len(_INDENT) - verdicts - 2
    names = min(_NAME, room, max((cell_len(plain(state.name)) for state in states), default=0))
    versions = min(_VERSION, max((cell_len(plain(state.version)) for state in states), default=0))
    return max(1, names), versions if names + 2 + versions <= room else 0


def _first_line(state: ComponentState, names: int, versions: int, summary: str, *, selected: bool) -> PartsLine:
    tone = VERDICT_TONES[state.verdict].value
    parts = [
        ("mark", "▶" if selected else " "),
        (tone, f"{state.verdict.symbol} "),
        ("plain", fit(plain(state.name), names) + "  "),
    ]
    if versions:
        parts.append(("muted", fit(plain(state.version), versions) + "  "))
    parts += [(tone, state.verdict.value), ("plain", f" · {plain(summary)}" if summary else "")]
    return PartsLine(tuple(parts), under="cursor" if selected else "")
