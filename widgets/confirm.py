"""The guarded dialog: what would happen, where, and bound to what; Cancel has the focus."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from runners.layers.kinds.base import Tone
from widgets.field import Field
from widgets.news import clear_news
from widgets.safe import label, plain, wrapped
from widgets.theme import MUTED, TONES

Lines = tuple[tuple[str, Tone], ...]

_FRAME = 4
"""Lines of the border, and of the buttons with what keeps them apart."""
_DEMAND = 2
"""Lines of the question for a word."""
_SETTLES = 0.5
"""Seconds for which a yes that was pressed ahead doesn't count: nobody has read by then what it would do."""


class Readiness(Enum):
    """Whether the dialog may be confirmed."""

    CHECKING = "checking"
    """What was planned is looked at again."""
    READY = "ready"
    NOTHING = "nothing to do"
    """There is nothing to confirm, and nothing wrong."""
    REFUSED = "refused"
    """What was planned is not what would happen now, or a gate closed."""


@dataclass(frozen=True, slots=True)
class DialogRow:
    """One row: a word at the left, lines beside it."""

    label: str
    lines: Lines


@dataclass(frozen=True, slots=True)
class Dialog:
    """What the dialog says."""

    title: str
    rows: tuple[DialogRow, ...]
    verb: str
    """What the button says that does it: ``Apply``."""
    typed: str = ""
    """What has to be typed before it may be confirmed; for what destroys or overrides. Empty: nothing."""
    readiness: Readiness = Readiness.READY
    reasons: tuple[str, ...] = ()
    """Why it is refused."""

    @property
    def may_come_true(self) -> bool:
        """Can it be confirmed, now or once it was looked at? What can't is not offered."""
        return self.readiness in (Readiness.CHECKING, Readiness.READY)


def dialog_content(dialog: Dialog, width: int) -> Content:
    """The rows in so many cells: words in one column, lines wrapped beside them."""
    indent = max((len(row.label) for row in dialog.rows), default=0) + 2
    lines: list[Content] = []
    for row in dialog.rows:
        head = plain(row.label).ljust(indent)
        for text, tone in row.lines or (("–", Tone.MUTED),):
            for part in wrapped(plain(text), max(8, width - indent)):
                lines.append(Content.assemble((head, MUTED), (part, TONES[tone])))
                head = " " * indent
    return Content("\n").join(lines)


def verdict_content(dialog: Dialog) -> Content:
    """The line that says whether it may be confirmed; empty where nothing stands in the way."""
    if dialog.readiness is Readiness.CHECKING:
        return Content.styled("◐ looking at what would happen…", TONES[Tone.MOVING])
    if dialog.readiness is Readiness.NOTHING:
        return Content("\n").join([label(f"✔ {reason}", TONES[Tone.GOOD]) for reason in dialog.reasons])
    if dialog.readiness is Readiness.REFUSED:
        reasons = [label(f"  {reason}", TONES[Tone.BAD]) for reason in dialog.reasons]
        return Content("\n").join(
            [Content.styled("✖ refused: nothing was changed", f"bold {TONES[Tone.BAD]}"), *reasons]
        )
    return Content()


class Choice(Static, can_focus=True):
    """A button of one line; the focused one has a mark and is reversed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", "Press", show=False, tooltip="Do what the button says"),
    ]

    DEFAULT_CSS = """
    Choice {
        width: auto;
        height: 1;
        margin-left: 2;
        color: $foreground;
        &:focus { text-style: bold reverse; }
        &:disabled { color: $foreground-muted; text-style: strike; }
        &.-not-yet { color: $foreground-muted; }
    }
    """

    class Pressed(Message):
        """The button was pressed or clicked."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The button."""
            return self.choice

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(id=id)
        self._text = plain(text)

    def render(self) -> Content:
        """The text in brackets."""
        return Content(f"[▸{self._text} ]" if self.has_focus else f"[ {self._text} ]")

    def on_click(self) -> None:
        """Presses it."""
        self.action_press()

    def action_press(self) -> None:
        """Presses it."""
        if not self.disabled:
            self.post_message(self.Pressed(self))


class Confirm(Widget):
    """The dialog's content; the screen it stands on decides what confirming does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False, tooltip="Leave everything as it is"),
        # Before any widget sees them: over a slow line the word comes together with the tab before it.
        Binding("tab", "app.focus_next", show=False, priority=True, tooltip="To the next button"),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True, tooltip="To the previous button"),
        Binding("right", "app.focus_next", "Next", show=False, tooltip="To the next button"),
        Binding("left", "app.focus_previous", "Previous", show=False, tooltip="To the previous button"),
        Binding("up", "scroll_rows(-1)", "Up", show=False, tooltip="Read what does not fit"),
        Binding("down", "scroll_rows(1)", "Down", show=False, tooltip="Read what does not fit"),
        Binding("pageup", "scroll_rows(-8)", "Page up", show=False, tooltip="Read what does not fit"),
        Binding("pagedown", "scroll_rows(8)", "Page down", show=False, tooltip="Read what does not fit"),
    ]

    DEFAULT_CSS = """
    Confirm {
        width: 84;
        max-width: 100%;
        height: auto;
        max-height: 100%;
        border: round $border;
        border-title-color: $foreground;
        border-title-style: bold;
        border-subtitle-color: $foreground-muted;
        background: $surface;
        padding: 0 1;
        & > #rows { height: auto; scrollbar-size-vertical: 1; }
        & #text, & > #verdict { width: 1fr; height: auto; }
        & > #verdict { margin-top: 1; }
        & > #demand { height: 1; margin-top: 1; }
        & #word { width: 1fr; height: 1; border: none; padding: 0 1; background: $panel; }
        & #ask { width: auto; color: $warning; padding-right: 1; }
        & > #buttons { height: 1; margin-top: 1; align-horizontal: right; }
    }
    """

    dialog: reactive[Dialog] = reactive(Dialog("", (), ""), init=False)
    """What it says."""

    class Confirmed(Message):
        """The person said yes, and typed what had to be typed."""

        def __init__(self, confirm: Confirm, dialog: Dialog, typed: str = "") -> None:
            super().__init__()
            self.confirm = confirm
            self.dialog = dialog
            self.typed = typed
            """What stands in the field for the word; empty where the dialog has none."""

        @property
        def control(self) -> Confirm:
            """The dialog."""
            return self.confirm

    class Cancelled(Message):
        """The person said no."""

        def __init__(self, confirm: Confirm) -> None:
            super().__init__()
            self.confirm = confirm

        @property
        def control(self) -> Confirm:
            """The dialog."""
            return self.confirm

    def __init__(self, dialog: Dialog, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(Confirm.dialog, dialog)
        self._settled = True
        self._pressed_ahead = False

    def compose(self) -> ComposeResult:
        """Rows, what stands in the way, what has to be typed, and two buttons."""
        with VerticalScroll(id="rows", can_focus=False):
            yield Static(id="text")
        yield Static(id="verdict")
        with Horizontal(id="demand"):
            yield Static(id="ask")
            yield Field(id="word")
        with Horizontal(id="buttons"):
            yield Choice("Cancel", id="cancel")
            yield Choice(self.dialog.verb, id="go")

    def on_mount(self) -> None:
        """Puts the focus on Cancel; what was said before must not lie over the buttons."""
        clear_news(self.app)
        self._show()
        self.query_one("#cancel", Choice).focus()

    def on_resize(self) -> None:
        """Wraps for the new width."""
        self._show()

    def watch_dialog(self, before: Dialog, now: Dialog) -> None:
        """Shows what changed; a button that went out of use hands its focus on."""
        self._pressed_ahead = False
        ready = before.readiness is Readiness.CHECKING and now.readiness is Readiness.READY
        if ready and self.query_one("#go", Choice).has_focus:
            self._settled = False
            self.set_timer(_SETTLES, self._settle)
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Looks whether the word is there; what was said of another word is over."""
        event.stop()
        self._show_demand()
        self._show_go()

    def on_descendant_focus(self) -> None:
        """Says what enter does where the focus is now."""
        self._show_demand()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Moves on to the button, which has to be pressed on its own."""
        event.stop()
        go = self.query_one("#go", Choice)
        if not go.disabled:
            go.focus()
        elif self.dialog.typed:
            self.query_one("#ask", Static).update(
                label(f"that is not “{self.dialog.typed}”; type {self.dialog.typed}:")
            )

    def on_key(self, event: events.Key) -> None:
        """Letters typed while a button has the focus are meant for the word; the field keeps its own to itself."""
        if self.dialog.typed and event.is_printable and event.character != " ":
            event.stop()
            field = self.query_one("#word", Input)
            # More of them may have been on their way to the button before the focus moved.
            self.screen.set_focus(field)
            field.insert_text_at_cursor(event.character or "")

    def on_choice_pressed(self, event: Choice.Pressed) -> None:
        """Says what was chosen."""
        event.stop()
        if event.choice.id == "cancel":
            self.action_cancel()
        elif self.confirmable and self._settled:
            self.post_message(self.Confirmed(self, self.dialog, self._typed))
        elif self.confirmable:
            self._pressed_ahead = True
            self._show_keys()

    @property
    def confirmable(self) -> bool:
        """May it be confirmed now?"""
        fits = not self.dialog.typed or self._typed == self.dialog.typed
        return self.dialog.readiness is Readiness.READY and fits

    @property
    def _typed(self) -> str:
        return self.query_one("#word", Input).value.strip()

    def action_scroll_rows(self, lines: int) -> None:
        """Reads on, where the rows don't fit."""
        self.query_one("#rows", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_cancel(self) -> None:
        """Says no."""
        self.post_message(self.Cancelled(self))

    def _show(self) -> None:
        if not self.is_mounted:
            return
        dialog = self.dialog
        self.border_title = label(dialog.title)
        self._show_keys()
        self.query_one("#text", Static).update(dialog_content(dialog, max(20, self.content_size.width - 2)))
        verdict = self.query_one("#verdict", Static)
        said = verdict_content(dialog)
        verdict.update(said)
        verdict.display = dialog.readiness is not Readiness.READY
        self.query_one("#demand", Horizontal).display = bool(dialog.typed)
        # The buttons are always in view: what gives way is the text above them, which scrolls.
        below = len(said.wrap(max(8, self.content_size.width))) + 1 if verdict.display else 0
        height = self.screen.size.height - self.dock_gutter.height
        room = height - _FRAME - below - (_DEMAND if dialog.typed else 0)
        self.query_one("#rows", VerticalScroll).styles.max_height = max(1, room)
        self._show_demand()
        self._show_go()

    def _show_keys(self) -> None:
        keys = f"{'⇥ next · ' if self.dialog.may_come_true else ''}↵ presses · esc leaves"
        self.border_subtitle = "this has just appeared: read it, and press again" if self._pressed_ahead else keys

    def _show_demand(self) -> None:
        asks = f"type the word {self.dialog.typed} to go on:"
        if self.dialog.typed == self._typed:
            asks = "the word is typed:" if self.query_one("#go", Choice).has_focus else "↵ goes to the button:"
        self.query_one("#ask", Static).update(label(asks))

    def _show_go(self) -> None:
        """While it is looked at the button may be waited on: a key pressed ahead must not end up on Cancel."""
        go = self.query_one("#go", Choice)
        looking = self.dialog.readiness is Readiness.CHECKING
        if go.has_focus and not (self.confirmable or looking):
            asked = self.dialog.typed and self.dialog.readiness is Readiness.READY
            self.query_one("#word" if asked else "#cancel").focus()
        go.display = self.dialog.may_come_true
        go.set_class(looking, "-not-yet")
        go.disabled = not (self.confirmable or looking)

    def _settle(self) -> None:
        self._settled = True
