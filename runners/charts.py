"""Chart versions of installed releases: asked of helm after a release's Secret changed, since its labels don't say."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

import anyio

from runners.edges import Errand
from runners.tools.calls import ToolError
from runners.tools.capture import Captured, ToolMissing, ToolTimeout
from runners.tools.helm import installed_releases

log = logging.getLogger(__name__)

SETTLE = 0.3
"""Seconds that a burst of changes is given before helm is asked once for all of them."""


class ChartVersions:
    """Keeps (namespace, release) → version of its chart up to date, on a thread of its own."""

    def __init__(
        self,
        list_releases: Callable[[], Awaitable[Captured]],
        changed: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        """Takes the call of ``helm list -A -a -o json``, and whom to tell of an answer, or of a failure of our own."""
        self.known: Mapping[tuple[str, str], str] = {}
        self.answered = False
        """Helm was asked at least once, whatever it said."""
        self._list = list_releases
        self._changed = changed
        self._errand = Errand(self._ask_helm, failed, settle=SETTLE)

    def start(self) -> None:
        """Begins; nothing is asked before the first ``ask``."""
        self._errand.start()

    def stop(self) -> None:
        """Asks no more."""
        self._errand.stop()

    def ask(self) -> None:
        """Asks helm soon."""
        self._errand.ask()

    async def now(self) -> Mapping[tuple[str, str], str]:
        """What helm says at this moment; what it said last where it can't be asked."""
        try:
            answer = await self._list()
            if answer.code:
                log.warning("helm list ended %d; chart versions may be old", answer.code)
            else:
                self.known = {at: release.version for at, release in installed_releases(answer.stdout).items()}
        except (ToolError, ToolMissing, ToolTimeout, OSError) as error:
            log.warning("chart versions are unknown: %s", error)
        self.answered = True
        return self.known

    def _ask_helm(self) -> None:
        before = self.known
        anyio.run(self.now)
        if self.known != before:
            self._changed()
