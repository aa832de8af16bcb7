"""From the session's threads to the screen's loop: calls arrive in order, with the app's context, and are merged."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable


class Bridge:
    """Made on the loop's thread; callable from any other until it is closed."""

    def __init__(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Remembers the running loop, and the context without which Textual's timers don't paint.

        ``wanted`` says, on the loop, whether a call still finds what it is about; where it doesn't, it is dropped.
        """
        self._wanted = wanted
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._closed = False

    def post(self, call: Callable[[], None]) -> None:
        """Runs a call on the loop, soon; what comes after the screen closed is dropped."""
        if self._closed:
            return
        try:
            self._loop.call_soon_threadsafe(self._run, call, context=self._context)
        except RuntimeError:
            # The loop ended between the look and the call: nobody is there to see it.
            self._closed = True

    def close(self) -> None:
        """Drops whatever comes from now on."""
        self._closed = True

    def _run(self, call: Callable[[], None]) -> None:
        if not self._closed and self._wanted():
            call()


class Merged:
    """A call that is made once for any number of askings that came before it was made."""

    def __init__(self, bridge: Bridge, call: Callable[[], None]) -> None:
        """Takes what is to be called on the loop."""
        self._bridge = bridge
        self._call = call
        self._lock = threading.Lock()
        self._due = False

    def ask(self) -> None:
        """Makes the call soon, unless it is due already."""
        with self._lock:
            if self._due:
                return
            self._due = True
        self._bridge.post(self._go)

    def _go(self) -> None:
        with self._lock:
            self._due = False
        self._call()
