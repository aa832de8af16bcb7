"""A question with more answers than yes: one of several, or any number of some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as Line

from runners.layers.walkthroughs.steps import Option
from tui.screens.ground import Answer
from tui.screens.once import LeavesOnce
from widgets.news import clear_news
from widgets.room import LEAST_HEIGHT
from widgets.safe import label, plain, wrapped

_MOST, _FRAME = 110, 9
"""Cells of the dialog at most, and of those what frames an answer, with its scrollbar (``app.tcss``)."""


class _Box(Vertical):
    """What frames a question: the keys are always in view, the answers above them give way, and scroll."""

    def fit(self) -> None:
        """Leaves the answers what room there is."""
        options = self.query_one(OptionList)
        others = (each for each in self.children if each is not options)
        taken = sum(each.outer_size.height + each.styles.margin.height for each in others)
        room = self.screen.size.height - self.dock_gutter.height - self.gutter.height - taken
        options.styles.max_height = max(1, room)


class _Beside(Static):
    """What takes room from the answers: how much is only known once it is laid out."""

    def on_resize(self) -> None:
        """Fits the answers in."""
        self.query_ancestor(_Box).fit()


class _Answers(OptionList):
    """The answers; the marked one stays in view, however much room there is."""

    def on_resize(self) -> None:
        """Scrolls to the marked one."""
        self.call_after_refresh(self.scroll_to_highlight)


class _Asking(LeavesOnce[Answer], ModalScreen[Answer]):
    """A question in a box, as high as there is room for."""

    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-flat"),
        (LEAST_HEIGHT, "-low"),
        (20, "-high"),
    ]
    """Lines of a terminal that is low for a question: within its frame no line is left blank then."""

    def on_resize(self) -> None:
        """Fits the answers in."""
        self.call_after_refresh(self.query_one(_Box).fit)

    def on_screen_resume(self) -> None:
        """What was said before must not lie over the answers."""
        clear_news(self.app)

    def action_back(self) -> None:
        """Answers nothing."""
        self.leave(None)


class ChoosingScreen(_Asking[Option]):
    """Dismissed with the option that was chosen; with none where a person went back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, tooltip="choose nothing"),
        Binding("j", "down", show=False, tooltip="next answer"),
        Binding("k", "up", show=False, tooltip="previous answer"),
    ]

    def __init__(self, title: str, why: str, options: Sequence[Option], *, marked: int = 0) -> None:
        """Takes what is asked, why, the answers that there are, and which of them is marked at first."""
        super().__init__()
        self._head = title
        self._why = why
        self._options = tuple(options)
        self._marked = marked

    def compose(self) -> ComposeResult:
        """The question, and a line or two for each answer."""
        with _Box(id="dialog") as box:
            box.border_title = label(self._head)
            yield _Beside(label(self._why), id="why")
            yield _Answers(*(Line(self._line(at)) for at in range(len(self._options))), id="options")
            yield _Beside(label("↵ chooses · esc goes back"), id="keys")

    def on_mount(self) -> None:
        """Puts the mark where it belongs."""
        self.query_one(OptionList).highlighted = self._marked

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Marks the answer under the cursor: never by colour alone."""
        event.stop()
        before, self._marked = self._marked, event.option_index
        for at in (before, self._marked):
            event.option_list.replace_option_prompt_at_index(at, self._line(at, marked=at == self._marked))

    def _line(self, at: int, *, marked: bool = False) -> Content:
        room = _room(self)
        below = not all(_fits(option, room) for option in self._options)  # all in one manner
        return _prompt(self._options[at], room, below=below, marked=marked)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Chooses."""
        event.stop()
        self.leave(self._options[event.option_index])

    def action_down(self) -> None:
        """To the next answer."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """To the previous answer."""
        self.query_one(OptionList).action_cursor_up()


class _Lines(_Answers):
    """Takes its keys in the order in which they were pressed: a screen would see them before the cursor has moved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "screen.pick", "Select", show=False, tooltip="select this one, or not"),
        Binding("enter", "screen.accept", "Accept", show=False, tooltip="take what is selected"),
        Binding("a", "screen.all", "All", show=False, tooltip="select all, or none"),
    ]


class SelectingScreen(_Asking[tuple[Option, ...]]):
    """Dismissed with the options that are selected, at first all of them; with none where a person went back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False, tooltip="select nothing"),
    ]

    def __init__(self, title: str, options: Sequence[Option]) -> None:
        """Takes what is asked, and what can be selected."""
        super().__init__()
        self._head = title
        self._options = tuple(options)
        self._selected = set(range(len(self._options)))
        self._marked = 0

    def compose(self) -> ComposeResult:
        """The list."""
        with _Box(id="dialog") as box:
            box.border_title = label(self._head)
            yield _Lines(*(Line(self._line(at)) for at in range(len(self._options))), id="options")
            yield _Beside(label("space selects · a all or none · ↵ takes them · esc goes back"), id="keys")

    def on_mount(self) -> None:
        """Puts the mark on the first line."""
        self._list.highlighted = 0

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Marks the line under the cursor: never by colour alone."""
        event.stop()
        before, self._marked = self._marked, event.option_index
        self._show(before, self._marked)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click on a line selects it, or not."""
        event.stop()
        self._selected ^= {event.option_index}
        self._show(event.option_index)

    def action_pick(self) -> None:
        """Selects the line under the cursor, or not."""
        at = self._list.highlighted
        if at is not None:
            self._selected ^= {at}
            self._show(at)

    def action_accept(self) -> None:
        """Takes what is selected; nothing is no answer."""
        if self._selected:
            self.leave(tuple(self._options[at] for at in sorted(self._selected)))
        else:
            self.notify("nothing is selected: esc goes back", markup=False)

    def action_all(self) -> None:
        """Selects all; none where all are selected."""
        every = range(len(self._options))
        self._selected = set() if len(self._selected) == len(every) else set(every)
        self._show(*every)

    @property
    def _list(self) -> OptionList:
        return self.query_one("#options", OptionList)

    def _show(self, *lines: int) -> None:
        """Writes these lines anew, and touches no other: there may be a thousand."""
        for at in lines:
            self._list.replace_option_prompt_at_index(at, self._line(at))

    def _line(self, at: int) -> Content:
        box = "[x]" if at in self._selected else "[ ]"
        option, room, before = self._options[at], _room(self), f"{box} "
        below = not _fits(option, room, before)
        return _prompt(option, room, below=below, marked=at == self._marked, before=before)


def _fits(option: Option, room: int, before: str = "") -> bool:
    """Is there room in so many cells for what an answer means, beside it?"""
    return cell_len(f"  {before}{option.label}  {plain(option.text)}") <= room


def _prompt(option: Option, room: int, *, below: bool, marked: bool = False, before: str = "") -> Content:
    """The answer, and what it means, beside it or below."""
    head, text = f"{'▸' if marked else ' '} {before}", plain(option.text)
    if not below:
        means = f"  {text}"
    else:
        gap = "\n" + " " * (len(head) + 2)
        means = "".join(f"{gap}{part}" for part in wrapped(text, max(8, room - len(gap))))
    quiet = "" if marked else "$foreground-muted"  # on the cursor's ground a quiet colour can't be read
    return Content.assemble(head, plain(option.label), (means, quiet))


def _room(screen: Screen[Any]) -> int:
    """Cells of an answer's line."""
    return min(_MOST, screen.app.size.width * 9 // 10) - _FRAME
