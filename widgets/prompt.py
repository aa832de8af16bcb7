"""The one-line input at the bottom: ``/`` filters or searches, ``:`` names a kind or a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from widgets.candidates import Candidate, CandidateList
from widgets.field import Field
from widgets.safe import label

_KEPT = 50
"""How many earlier inputs of each sign are kept."""

Complete = Callable[[str], Sequence[Candidate]]
"""From what is typed so far to what may be meant."""
Check = Callable[[str], str]
"""Why a text can't be taken, in one line; empty where it can."""

_WALKS = "through what may be meant, or what was typed before"


class _Field(Field):
    """The input; behind its last letter, the key to the right asks for more text."""

    def __init__(self, at_end: Callable[[], None]) -> None:
        super().__init__(id="input")
        self._at_end = at_end

    def action_cursor_right(self, select: bool = False) -> None:
        """Moves the cursor, or completes."""
        if self.cursor_at_end and not select:
            self._at_end()
        else:
            super().action_cursor_right(select)


class Prompt(Vertical):
    """A sign and an input, below what may be meant; hidden until it is asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", show=False, tooltip="complete; so does → at the end"),
        Binding("up", "walk(-1)", "Previous", show=False, tooltip=_WALKS),
        Binding("down", "walk(1)", "Next", show=False, tooltip=_WALKS),
        Binding("escape", "cancel", "Cancel", show=False, tooltip="leave without"),
    ]

    DEFAULT_CSS = """
    Prompt {
        height: auto;
        background: $surface;
        display: none;
        &.-asking { display: block; }
        & > #line { height: 1; }
        & #sign { width: auto; padding: 0 1; color: $accent; text-style: bold; }
        & #input { width: 1fr; min-width: 12; height: 1; border: none; padding: 0; background: $surface; }
        & #input:focus { background-tint: $foreground 0%; }
        & #note { width: auto; height: 1; padding: 0 1; color: $foreground-muted; }
        & > #wrong { height: 1; padding: 0 1; color: $error; display: none; }
        & > #wrong.-said { display: block; }
    }
    """

    class _About(Message):
        """What all messages of a prompt carry."""

        def __init__(self, prompt: Prompt, sign: str, text: str) -> None:
            super().__init__()
            self.prompt = prompt
            self.sign = sign
            self.text = text

        @property
        def control(self) -> Prompt:
            """The prompt."""
            return self.prompt

    class Typed(_About):
        """The text changed."""

    class Submitted(_About):
        """Enter was pressed; the prompt is hidden."""

    class Cancelled(_About):
        """Escape was pressed; the prompt is hidden."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.sign = ""
        self._earlier: dict[str, list[str]] = {}
        self._recalled = 0
        self._complete: Complete | None = None
        self._check: Check | None = None
        self._demand = ""

    @property
    def asking(self) -> bool:
        """Is it shown?"""
        return self.has_class("-asking")

    def compose(self) -> ComposeResult:
        """The candidates, and what is wrong; below them the sign, the input, and a note at the right."""
        yield CandidateList(id="candidates")
        yield Static(id="wrong")
        with Horizontal(id="line"):
            yield Static(id="sign")
            yield _Field(self.action_complete)
            yield Static(id="note")

    def ask(
        self,
        sign: str,
        text: str = "",
        *,
        complete: Complete | None = None,
        check: Check | None = None,
        demand: str = "",
    ) -> None:
        """Shows the prompt and takes the focus.

        Args:
            sign: ``/`` or ``:``.
            text: what stands in it at first.
            complete: what may be meant by what is typed so far.
            check: why what was entered can't be taken; the prompt stays then, and says so.
            demand: the same where nothing was entered; empty where that is an answer too.
        """
        self.sign = sign
        self._recalled = 0
        self._complete, self._check, self._demand = complete, check, demand
        self.query_one("#sign", Static).update(label(sign))
        field = self._field
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        self._suggest(text)
        self.add_class("-asking")
        # Both at once and not with the next frame: the keys behind the sign may be here already.
        self.styles.display = "block"
        self.screen.set_focus(field)

    def note(self, text: str) -> None:
        """Says something beside the input: ``12 of 41``."""
        self.query_one("#note", Static).update(label(text))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Says what is typed so far."""
        event.stop()
        if self.asking:
            self._suggest(event.value)
            self.post_message(self.Typed(self, self.sign, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Says what was typed or chosen, unless that can't be taken."""
        event.stop()
        choice = self._candidates.choice
        text = (choice.text if choice else event.value).strip()
        wrong = self._wrong_with(text)
        if wrong:
            self._say_wrong(wrong)
            return
        earlier = self._earlier.setdefault(self.sign, [])
        if text and text not in earlier[-1:]:
            earlier.append(text)
            del earlier[:-_KEPT]
        self._leave()
        self.post_message(self.Submitted(self, self.sign, text))

    def action_cancel(self) -> None:
        """Leaves without."""
        text = self._field.value
        self._leave()
        self.post_message(self.Cancelled(self, self.sign, text))

    def action_walk(self, step: int) -> None:
        """Goes through what may be meant; where nothing is suggested, through what was typed before."""
        if self._candidates.candidates:
            self._candidates.walk(step)
            return
        earlier = self._earlier.get(self.sign, [])
        self._recalled = max(-len(earlier), min(0, self._recalled + step))
        self._write(earlier[self._recalled] if self._recalled else "")

    def action_complete(self) -> None:
        """Takes the candidate that was gone to, or else the first."""
        found = self._candidates
        candidate = found.choice or next(iter(found.candidates), None)
        if candidate is not None:
            self._write(candidate.text)

    def _wrong_with(self, text: str) -> str:
        if not text:
            return self._demand
        return self._check(text) if self._check is not None else ""

    def _suggest(self, text: str) -> None:
        self.note("")
        self._say_wrong("")
        self._candidates.show(self._complete(text) if self._complete is not None else None)

    def _say_wrong(self, text: str) -> None:
        wrong = self.query_one("#wrong", Static)
        wrong.set_class(bool(text), "-said")
        wrong.update(label(f"✖ {text}"))

    def _write(self, text: str) -> None:
        self._field.value = text
        self._field.cursor_position = len(text)

    @property
    def _candidates(self) -> CandidateList:
        return self.query_one(CandidateList)

    @property
    def _field(self) -> Input:
        return self.query_one("#input", Input)

    def _leave(self) -> None:
        self.remove_class("-asking")
        self.styles.display = "none"
