"""The log of one run on a screen of its own, followed to its end."""

from __future__ import annotations

import time
from collections.abc import Callable

from runners.layers.findings import Finding
from runners.layers.runs import RunRecord
from runners.tools.runs import Runs
from tui.events import RunChanged
from tui.screens.reading import ReadingScreen
from tui.tail import RunTail, heading
from tui.texts import conclusion_text
from widgets.hints import Hint


class RunLogScreen(ReadingScreen):
    """Leaving it ends nothing: the run goes on."""

    HINTS = (Hint("s", "autoscroll"), Hint("^c", "interrupt"))

    def __init__(self, runs: Runs, run: RunRecord, clock: Callable[[], float] = time.time) -> None:
        """Takes the run, and the present time in seconds since the epoch."""
        super().__init__(heading(run, clock()))
        self._runs = runs
        self._run = run
        self._clock = clock
        self._tail: RunTail | None = None
        self._concluded = False

    def on_mount(self) -> None:
        """Begins to follow."""
        self._tail = RunTail(self._runs, self.renew_bridge(), self.pane, self._changed, self._clock)
        self._tail.follow(self._run)
        self.set_interval(1.0, self._tail.tick)

    def forget(self) -> None:
        """Reads no more."""
        super().forget()
        if self._tail is not None:
            self._tail.close()

    @property
    def meant_run(self) -> RunRecord | None:
        """The one whose log this is."""
        return self._run

    def show_conclusion(self, run: RunRecord, findings: tuple[Finding, ...]) -> None:
        """Writes below the whole log, once, what the cluster says that the run did."""
        if run.id == self._run.id and self._run.state.ended and not self._concluded:
            self._concluded = True
            self.pane.append(conclusion_text(findings))

    def _changed(self, run: RunRecord) -> None:
        self._run = run
        self.post_message(RunChanged(run))
