"""What every actor is: a loop that looks at the whole of its objects, does what is missing, and looks again."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from typing import ClassVar

from runners.cluster.errors import ServerTrouble
from runners.demo.actors.api import Api, Requests

BUSY, IDLE = 0.25, 1.0
"""Seconds between two looks: after one that changed something, and when nothing happens for a while."""
_IDLE_AFTER = 12

log = logging.getLogger(__name__)


class Actor(ABC):
    """Plays one manager, level-triggered: each look starts from what the server has, never from memory."""

    name: ClassVar[str]

    def __init__(self, connection: Requests) -> None:
        """Takes the connection; does nothing until it is started."""
        self.api = Api(connection)
        self.trouble = ""
        """Why the last look failed; empty when it did not."""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def act(self) -> None:
        """Looks once and does what is missing; what it leaves undone, the next look does.

        Raises:
            ApiError: the server refused or was not reached.
        """

    def start(self) -> None:
        """Starts looking, in a thread of its own."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name=f"actor {self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops after the look that is going on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        quiet = 0
        while True:
            before = self.api.writes
            self._look()
            quiet = 0 if self.api.writes > before else quiet + 1
            if self._stop.wait(BUSY if quiet < _IDLE_AFTER else IDLE):
                return

    def _look(self) -> None:
        try:
            self.act()
        except Exception as error:  # noqa: BLE001 - a thread's edge: one odd object must not end the whole play
            said = f"{type(error).__name__}: {error}"
            if said != self.trouble:
                # A server that is busy for a moment (it is, right after a CRD) is asked again soon.
                level = logging.DEBUG if isinstance(error, ServerTrouble) else logging.WARNING
                log.log(level, "%s: %s", self.name, said)
            self.trouble = said
        else:
            self.trouble = ""
