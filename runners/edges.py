"""The edge of a thread: what nobody foresaw is logged and said, instead of ending the thread in silence."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


def guarded(call: Callable[[], None], said: Callable[[str], None]) -> bool:
    """Makes a call; a failure that nobody foresaw is logged whole and said in one line. True when it went well.

    The line has the kind of the failure and not its text, which may hold anything.
    """
    try:
        call()
    except Exception as error:
        log.exception("%s failed", getattr(call, "__name__", "a call"))
        said(f"Bedplate itself failed: {type(error).__name__} while it was to {_words(call)}")
        return False
    return True


def spawn(call: Callable[[], None], said: Callable[[str], None]) -> None:
    """Makes a call on a daemon thread of its own, guarded."""
    name = getattr(call, "__name__", "call").strip("_")
    threading.Thread(target=guarded, args=(call, said), name=f"session {name}", daemon=True).start()


class Errand:
    """A call that is made soon after it was asked for, once for a whole burst, on a thread of its own."""

    def __init__(self, call: Callable[[], None], said: Callable[[str], None], *, settle: float) -> None:
        """Takes the call, whom to tell of a failure, and the seconds that a burst is given; starts nothing."""
        self._call = call
        self._said = said
        self._settle = settle
        self._due = threading.Event()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begins; nothing is called before the first ``ask``."""
        spawn(self._follow, self._said)

    def stop(self) -> None:
        """Calls no more."""
        self._stopped.set()
        self._due.set()

    def ask(self) -> None:
        """Calls soon."""
        self._due.set()

    def _follow(self) -> None:
        while True:
            self._due.wait()
            if self._stopped.wait(self._settle):
                return
            self._due.clear()
            guarded(self._call, self._said)


def _words(call: Callable[[], None]) -> str:
    return getattr(call, "__name__", "do something").strip("_").replace("_", " ")
