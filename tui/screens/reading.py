"""The ground of every screen that is a text to read: searched, wrapped, copied, saved, and left again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from runners.cluster.errors import ApiError
from runners.edges import spawn
from tui.bridge import Bridge
from tui.events import SaveAsked
from tui.keys import TEXT_KEYS
from tui.screens.once import LeavesOnce
from widgets.hints import Hint, HintBar
from widgets.log import LogPane
from widgets.prompt import Prompt


class ReadingScreen(LeavesOnce[None]):
    """Covers the screen until esc; a subclass says what is read, and may read it from the cluster."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False, tooltip="forget what was searched for, then back"),
        Binding("q", "close", show=False, tooltip="back to what was there"),
        Binding("question_mark", "app.help", show=False, tooltip="every key"),
        *TEXT_KEYS,
    ]

    HINTS: ClassVar[tuple[Hint, ...]] = ()
    """What more can be done than with every text."""

    def __init__(self, heading: str) -> None:
        """Takes the title."""
        super().__init__()
        self._heading = heading
        self._bridge: Bridge | None = None

    def compose(self) -> ComposeResult:
        """The text, the line for the search, and the keys."""
        yield LogPane(self._heading, id="text")
        yield Prompt(id="prompt")
        yield HintBar()

    def on_mount(self) -> None:
        """Shows the keys, and lets them go to the text."""
        always = (Hint("/", "search"), Hint("w", "wrap"), Hint("c", "copy"), Hint("^s", "save"))
        self.query_one(HintBar).show(((Hint("esc", "back"), *self.HINTS), (*always, Hint("?", "help"))))
        self.pane.focus()

    def on_unmount(self) -> None:
        """Whatever was asked for is not waited for any longer."""
        self.forget()

    @property
    def pane(self) -> LogPane:
        """The text."""
        return self.query_one(LogPane)

    def fetch(self, read: Callable[[], str], came: Callable[[str], None], failed: Callable[[str], None]) -> None:
        """Reads on a thread of its own; the answer comes back on the loop, unless another was asked for meanwhile.

        Args:
            read: asks the cluster; may raise ApiError.
            came: takes what it returned.
            failed: takes one line.
        """
        bridge = self.renew_bridge()

        def ask() -> None:
            try:
                found = read()
            except ApiError as error:
                bridge.post(partial(failed, str(error)))
            else:
                bridge.post(partial(came, found))

        spawn(ask, lambda words: bridge.post(partial(failed, words)))

    def renew_bridge(self) -> Bridge:
        """A bridge for what is asked for from now on; what was asked for before is dropped."""
        self.forget()
        self._bridge = Bridge(lambda: self.is_there)
        return self._bridge

    def forget(self) -> None:
        """Drops what was asked for and has not come yet."""
        if self._bridge is not None:
            self._bridge.close()

    def action_back(self) -> None:
        """Forgets what was searched for; without that, back to what was there."""
        if self.pane.needle:
            self.pane.search("")
        else:
            self.action_close()

    def action_close(self) -> None:
        """Back to what was there."""
        self.leave()

    def action_search(self) -> None:
        """Opens the line for the search."""
        self.query_one(Prompt).ask("/", self.pane.needle)

    def action_copy(self) -> None:
        """Hands the text to the terminal's clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self.pane.text)
        self.notify(f"copied {self.pane.line_count} lines, where the terminal allows it", markup=False)

    def action_save(self) -> None:
        """Has the text written to a file of the person's own."""
        self.post_message(SaveAsked(self._heading, self.pane.text))

    def action_full(self) -> None:
        """Shows the text alone, so that a terminal's own selection takes nothing else; or with its frame again."""
        self.toggle_class("-full")

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Searches while it is typed."""
        self.pane.search(event.text)

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Keeps what was searched for: n and N go on from here."""
        if event.text != self.pane.needle:
            self.pane.search(event.text)
        self.pane.focus()

    def on_prompt_cancelled(self) -> None:
        """Forgets it."""
        self.pane.search("")
        self.pane.focus()
