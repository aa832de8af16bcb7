"""The one-line input at the bottom: ``/`` filters or searches, ``:`` names a kind or a command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from widgets.safe import label

_KEPT = 50
"""How many earlier inputs of each sign are kept."""


class Prompt(Horizontal):
    """A sign and an input; hidden until it is asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False, tooltip="Leave without"),
        Binding("up", "recall(-1)", "Earlier", show=False, tooltip="What was typed before"),
        Binding("down", "recall(1)", "Later", show=False, tooltip="What was typed after"),
        Binding("tab", "complete", "Complete", show=False, tooltip="Take the suggestion"),
    ]

    DEFAULT_CSS = """
    Prompt {
        height: 1;
        background: $surface;
        display: none;
        &.-asking { display: block; }
        & > #sign { width: auto; padding: 0 1; color: $accent; text-style: bold; }
        & > #input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & > #input:focus { background-tint: $foreground 0%; }
        & > #note { width: auto; padding: 0 1; color: $foreground-muted; }
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

    @property
    def asking(self) -> bool:
        """Is it shown?"""
        return self.has_class("-asking")

    def compose(self) -> ComposeResult:
        """The sign, the input, and a note at the right."""
        yield Static(id="sign")
        yield Input(id="input", compact=True, select_on_focus=False)
        yield Static(id="note")

    def ask(self, sign: str, text: str = "", *, suggestions: Iterable[str] = ()) -> None:
        """Shows the prompt and takes the focus.

        Args:
            sign: ``/`` or ``:``.
            text: what stands in it at first.
            suggestions: what may be meant, completed while it is typed.
        """
        self.sign = sign
        self._recalled = 0
        self.note("")
        self.query_one("#sign", Static).update(label(sign))
        field = self._field
        field.suggester = SuggestFromList(suggestions, case_sensitive=False)
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
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
            self.post_message(self.Typed(self, self.sign, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Says what was typed."""
        event.stop()
        text = event.value.strip()
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

    def action_recall(self, step: int) -> None:
        """Goes through what was typed before."""
        earlier = self._earlier.get(self.sign, [])
        self._recalled = max(-len(earlier), min(0, self._recalled + step))
        self._field.value = earlier[self._recalled] if self._recalled else ""
        self._field.cursor_position = len(self._field.value)

    def action_complete(self) -> None:
        """Takes the suggestion."""
        self._field.action_cursor_right()

    @property
    def _field(self) -> Input:
        return self.query_one("#input", Input)

    def _leave(self) -> None:
        self.remove_class("-asking")
        self.styles.display = "none"
