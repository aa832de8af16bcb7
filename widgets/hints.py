"""The footer: the keys that do something now, in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.safe import plain
from widgets.theme import ACCENT, MUTED

_GAP, _RULE = "  ", " │ "


@dataclass(frozen=True, slots=True)
class Hint:
    """One key and what it does."""

    key: str
    """As it is written on the screen: ``a``, ``↵``, ``ctrl+r``."""
    label: str
    enabled: bool = True


Groups = Sequence[Sequence[Hint]]


def hint_content(groups: Groups, width: int) -> Content:
    """The hints that fit into so many cells; the very last (help, as a rule) is always there."""
    flat = [(number, hint) for number, group in enumerate(groups) for hint in group]
    while len(flat) > 1 and _width(flat) > width:
        del flat[-2]
    parts: list[tuple[str, str]] = [(" ", "")]
    before = flat[0][0] if flat else 0
    for index, (number, hint) in enumerate(flat):
        if index:
            parts.append((_GAP, "") if number == before else (_RULE, "$border-blurred"))
        before = number
        # What can't be done now is struck through, not only dimmer.
        parts.append((plain(hint.key), f"bold {ACCENT}" if hint.enabled else MUTED))
        parts.append((f" {plain(hint.label)}", "$foreground" if hint.enabled else f"strike {MUTED}"))
    return Content.assemble(*parts)


def _width(flat: Sequence[tuple[int, Hint]]) -> int:
    size = 1
    for index, (number, hint) in enumerate(flat):
        if index:
            size += len(_GAP) if number == flat[index - 1][0] else len(_RULE)
        size += cell_len(plain(hint.key)) + 1 + cell_len(plain(hint.label))
    return size


class HintBar(Widget):
    """One line at the bottom of every screen."""

    DEFAULT_CSS = """
    HintBar {
        dock: bottom;
        height: 1;
        background: $surface;
        color: $foreground;
    }
    """

    groups: reactive[tuple[tuple[Hint, ...], ...]] = reactive(())
    """The keys of the moment."""

    def show(self, groups: Groups) -> None:
        """Takes the keys of the moment."""
        self.groups = tuple(tuple(group) for group in groups)

    def render(self) -> Content:
        """The line for the widget's width."""
        return hint_content(self.groups, self.size.width)
