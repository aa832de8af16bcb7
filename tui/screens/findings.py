"""Findings of one sort, whole: the boundary between the layers, or what stands in the way of the next change."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from runners.layers.picture import Picture
from tui.screens.following import FollowingScreen
from widgets.facts import Fact, FactsPane
from widgets.header import Header, HeaderFacts
from widgets.hints import Hint, HintBar

Told = Callable[[Picture], Sequence[Fact]]
"""What is said of a picture."""


class FindingsScreen(FollowingScreen):
    """Follows the pictures until esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back", show=False, tooltip="back to the overview"),
        Binding("question_mark", "app.help", "Help", show=False, tooltip="every key"),
    ]

    HINTS: ClassVar[Sequence[Hint]] = (Hint("esc", "back"), Hint("↑↓", "scroll"), Hint("?", "help"))

    def __init__(
        self,
        heading: str,
        told: Told,
        picture: Picture,
        header: HeaderFacts,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Takes the title, what is told, picture and header of the moment, and the time in seconds since the epoch."""
        super().__init__()
        self._heading = heading
        self._told = told
        self._picture = picture
        self._header = header
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Header, what is said, and the keys."""
        yield Header(self._header, clock=self._clock)
        yield FactsPane(self._heading, id="findings")
        yield HintBar()

    def on_mount(self) -> None:
        """Shows the moment."""
        self.query_one(HintBar).show((self.HINTS,))
        self.show_picture(self._picture, self._header)
        self.query_one(FactsPane).focus()

    def show_picture(self, picture: Picture, header: HeaderFacts) -> None:
        """Shows another moment; the place stays."""
        self.query_one(Header).facts = header
        self.query_one(FactsPane).show(self._told(picture), self._heading)

    def action_back(self) -> None:
        """Back to the overview."""
        self.leave()
