"""Chart versions of installed releases: asked of helm after a release's Secret changed, since its labels don't say."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Mapping

import anyio

from runners.tools.calls import ToolError
from runners.tools.capture import Captured, ToolMissing, ToolTimeout
from runners.tools.helm import installed_releases

log = logging.getLogger(__name__)

SETTLE = 0.3
"""Seconds that a burst of changes is given before helm is asked once for all of them."""


class ChartVersions:
    """Keeps (namespace, release) → version of its chart up to date, on a thread of its own."""

    def __init__(self, list_releases: Callable[[], Awaitable[Captured]], changed: Callable[[], None]) -> None:
        """Takes the call of ``helm list -A -a -o json``, and whom to tell when its answer is in."""
        self.known: Mapping[tuple[str, str], str] = {}
        self._list = list_releases
        self._changed = changed
        self._due = threading.Event()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begins; nothing is asked before the first ``ask``."""
        threading.Thread(target=self._follow, name="charts", daemon=True).start()

    def stop(self) -> None:
        """Asks no more."""
        self._stopped.set()
        self._due.set()

    def ask(self) -> None:
        """Asks helm soon."""
        self._due.set()

    def _ask_helm(self) -> None:
        answer = anyio.run(self._list)
        if answer.code:
            log.warning("helm list ended %d; chart versions may be old", answer.code)
            return
        self.known = {at: release.version for at, release in installed_releases(answer.stdout).items()}
        self._changed()

    def _follow(self) -> None:
        while True:
            self._due.wait()
            if self._stopped.wait(SETTLE):
                return
            self._due.clear()
            try:
                self._ask_helm()
            except (ToolError, ToolMissing, ToolTimeout, OSError) as error:
                log.warning("chart versions are unknown: %s", error)
                continue
