"""Follows one run: its log into the pane as it is written, and its end when it comes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from runners.edges import spawn
from runners.layers.kinds.base import age
from runners.layers.runs import RunRecord, RunState
from runners.tools.run_follower import RunFollower
from runners.tools.runs import Runs, RunUnknown
from tui.bridge import Bridge
from widgets.log import LogPane

LOOK_EVERY = 0.03
"""Seconds between two looks at a log that grows: a plain file says of itself when it did, but only when asked."""
KEPT = 4 << 20
"""Bytes of an earlier log that are shown, from its end."""
GONE = "the run's log is gone: its folder was removed from this machine"


class RunTail:
    """Shows one run at a time; the reading is a thread's, so that a slow disk never holds the screen."""

    def __init__(
        self,
        runs: Runs,
        bridge: Bridge,
        pane: LogPane,
        changed: Callable[[RunRecord], None],
        clock: Callable[[], float],
    ) -> None:
        """Takes where runs are, the pane, whom to tell when the run's record changes, and the present time."""
        self._clock = clock
        self.run: RunRecord | None = None
        self._runs = runs
        self._bridge = bridge
        self._pane = pane
        self._changed = changed
        self._stop = threading.Event()

    def follow(self, run: RunRecord) -> None:
        """Turns to a run."""
        self.close()
        self._stop = threading.Event()
        self.run = run
        self._pane.clear()
        self.tick()
        stop = self._stop

        def follow() -> None:
            self._read(run, stop)

        spawn(follow, lambda words: self._bridge.post(lambda: self._show(f"\n{words}\n".encode(), stop)))

    def close(self) -> None:
        """Reads no more."""
        self._stop.set()

    def tick(self) -> None:
        """Writes the title anew: it says how long the run has gone on."""
        if self.run is not None:
            self._pane.heading = heading(self.run, self._clock())

    def _read(self, run: RunRecord, stop: threading.Event) -> None:
        try:
            path = self._runs.log_path(run.id)
        except RunUnknown:  # whoever showed it last knew it from an older look
            self._bridge.post(partial(self._gone, run, stop))
            return
        with RunFollower(path, offset=-KEPT) as log:
            latest = run
            while not stop.is_set():
                # The record is read first: what the log has after the end was there before it.
                latest = self._record(latest)
                while (new := log.read_new()) and not stop.is_set():
                    self._bridge.post(partial(self._show, new, stop))
                if latest.state.ended:
                    break
                stop.wait(LOOK_EVERY)
            self._bridge.post(lambda: None if stop.is_set() else self._ended(latest))

    def _record(self, run: RunRecord) -> RunRecord:
        try:
            return self._runs.record(run.id)
        except RunUnknown:  # a sweep of another program removed it
            return _without_folder(run)

    def _show(self, new: bytes, stop: threading.Event) -> None:
        if not stop.is_set():
            self._pane.append(new)

    def _gone(self, run: RunRecord, stop: threading.Event) -> None:
        if not stop.is_set():
            self.run = _without_folder(run)
            self.tick()
            self._pane.append(f"{GONE}\n")

    def _ended(self, run: RunRecord) -> None:
        self.run = run
        self.tick()
        self._changed(run)


def _without_folder(run: RunRecord) -> RunRecord:
    return run if run.state.ended else replace(run, state=RunState.LOST)


def heading(run: RunRecord, now: float) -> str:
    """``run 7f3a  apply longhorn ─ running 42s``."""
    words = {RunState.SUCCEEDED: "succeeded", RunState.LOST: "lost: nobody saw how it ended"}
    state = words.get(run.state, run.state.value)
    code = f" with exit code {run.exit_code}" if run.state is RunState.FAILED and run.exit_code is not None else ""
    ago = f" · ended {age(now - run.ended)} ago" if run.ended is not None and now - run.ended > 60 else ""
    return f"run {run.short_id}  {run.title} ─ {state}{code} {age(run.seconds(now))}{ago}"
