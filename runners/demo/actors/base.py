"""What every actor is: a loop that looks at the whole of its objects, does what is missing, and looks again."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from typing import ClassVar

from runners.cluster.errors import ServerTrouble
from runners.demo.actors.api import Api, Requests
from runners.demo.actors.delays import Delays

BUSY, IDLE = 0.25, 1.0
"""Seconds between two looks: after one that changed something, and when nothing happens for a while."""
_IDLE_AFTER = 12
_SOON, _AFTER_TROUBLE = 0.05, 1.0

log = logging.getLogger(__name__)


class Actor(ABC):
    """Plays one manager, level-triggered: each look starts from what the server has, never from memory."""

    name: ClassVar[str]

    def __init__(self, connection: Requests, *, delays: Delays | None = None) -> None:
        """Takes the connection, and how long things take; does nothing until it is started."""
        self.api = Api(connection)
        self.delays = delays or Delays()
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

    def open(self) -> None:  # noqa: B027  most actors need nothing else
        """Takes what it needs besides the connection; before the first look."""

    def close(self) -> None:  # noqa: B027  most actors need nothing else
        """Gives back what it took; after the last look."""

    @property
    def is_acting(self) -> bool:
        """Was it started, and not stopped since?"""
        return self._thread is not None

    def start(self) -> None:
        """Starts looking, in a thread of its own."""
        self._stop.clear()
        self.open()
        self._thread = threading.Thread(target=self._run, name=f"actor {self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops after the look that is going on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.close()

    def look(self) -> None:
        """Acts once; what keeps it from acting is its ``trouble``, and never raised."""
        self.delays.begin()
        try:
            self.act()
        except Exception as error:  # noqa: BLE001 - a thread's edge: one odd object must not end the whole play
            self._tell(error)
            self.delays.look_again(_AFTER_TROUBLE)
        else:
            self.trouble = ""
            self.delays.end()

    def _run(self) -> None:
        quiet = 0
        while True:
            before = self.api.writes
            self.look()
            quiet = 0 if self.api.writes > before else quiet + 1
            pause = BUSY if quiet < _IDLE_AFTER else IDLE
            if self._stop.wait(max(_SOON, min(pause, self.delays.seconds_left))):
                return

    def _tell(self, error: Exception) -> None:
        said = f"{type(error).__name__}: {error}"
        if said != self.trouble:
            # A server that is busy for a moment (it is, right after a CRD) is asked again soon.
            level = logging.DEBUG if isinstance(error, ServerTrouble) else logging.WARNING
            log.log(level, "%s: %s", self.name, said)
        self.trouble = said
