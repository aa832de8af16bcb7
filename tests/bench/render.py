"""How fast tables and logs are drawn: ``python -m tests.bench.render`` prints figures, in a headless app and on a pty.

Nothing here passes or fails; the figures are compared by a person before and after a change, on one machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path

from textual import events

from runners.layers.kinds.pods import PODS, Pod
from tests.widgets.fixtures import NOW, Stage, pod
from widgets.hints import Hint, HintBar
from widgets.log import LogPane
from widgets.table import LiveTable

ROWS = 5_000
SIZE = (160, 40)
LINE = '\x1b[32m2026-11-23T14:02:11Z\x1b[0m level=info msg="reconciled" node=node-%d volume=pvc-%d state=attached\n'


def rows() -> list[Pod]:
    """So many pods, in ten namespaces."""
    return [pod(f"pod-{number:05}-{number * 7919 % 65536:04x}", f"namespace-{number % 10}") for number in range(ROWS)]


def pod_table() -> LiveTable:
    """A table of pods at a fixed time."""
    return LiveTable(PODS.columns, PODS.tone, clock=lambda: NOW)


def report(what: str, value: float, unit: str) -> None:
    """One figure."""
    print(f"{what:<58}{value:>12,.1f} {unit}")


@contextlib.contextmanager
def timed(what: str, times: int = 1) -> Iterator[None]:
    """Reports the milliseconds of what is done inside, or for more than one time, how many a second."""
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    if times > 1:
        report(what, times / seconds, "/s")
    else:
        report(what, seconds * 1000, "ms")


def draw_all(widget: LiveTable | LogPane) -> None:
    """Draws the widget's visible lines, as the compositor asks for them."""
    widget.update_lines()
    widget.render_lines(widget.size.region)


async def headless() -> None:
    """Calls alone, without a terminal."""
    pods, table, log = rows(), pod_table(), LogPane()
    async with Stage(table).run_test(size=SIZE) as pilot:
        with timed("table: 5,000 rows filled and drawn"):
            table.replace(pods)
            draw_all(table)
        with timed("table: changes of one row taken up", 100_000):
            for number in range(100_000):
                table.apply([replace(pods[number % ROWS], restarts=number)])
        with timed("table: sorted by status and drawn"):
            table.sort_by("STATUS")
            draw_all(table)
        with timed("table: filtered and drawn"):
            table.filter = "pod-01"
            draw_all(table)
        table.filter = ""
        with timed("table: whole view drawn anew", 200):
            for number in range(200):
                table.scroll_view(1 if number % 2 else -1)
                draw_all(table)
        await pilot.pause()
    async with Stage(log).run_test(size=SIZE):
        chunk = "".join(LINE % (number % 3, number) for number in range(1000)).encode()
        with timed("log: lines appended", 1_000_000):
            for _ in range(1000):
                log.append(chunk)
        with timed("log: whole view drawn anew", 200):
            for number in range(200):
                log.append("".join(LINE % (1, number * 40 + line) for line in range(40)))
                draw_all(log)
        log.append("x" * 316_000 + "\n")
        with timed("log: a line of 316 KB drawn"):
            draw_all(log)
        log.wrap = True
        with timed("log: the same wrapped"):
            draw_all(log)


class Busy(Stage):
    """An app whose table or log a thread keeps busy; used on a pty."""

    def __init__(self, what: str, rate: int) -> None:
        self.table, self.log_pane = pod_table(), LogPane()
        self.echo = HintBar()
        super().__init__(self.table if what == "table" else self.log_pane, self.echo)
        self.what, self.rate, self.keys = what, rate, 0

    def on_mount(self) -> None:
        if self.what == "log":
            self.log_pane.append("".join(LINE % (0, number) for number in range(1000)))
        self.table.replace(rows())
        loop, context = asyncio.get_running_loop(), copy_context()
        if self.rate:
            step: Callable[[int], None] = self.change if self.what == "table" else self.print_lines
            threading.Thread(target=self.feed, args=(loop, context, step), daemon=True).start()

    def on_key(self, event: events.Key) -> None:
        if event.key == "x":
            self.keys += 1
            self.echo.show([[Hint("x", f"key-{self.keys:04}")]])

    def feed(self, loop: asyncio.AbstractEventLoop, context: object, step: Callable[[int], None]) -> None:
        size = 1 if self.what == "table" else 100
        due, number = time.monotonic(), 0
        with contextlib.suppress(RuntimeError):  # the loop has ended
            while True:
                due += size / self.rate
                time.sleep(max(0.0, due - time.monotonic()))
                loop.call_soon_threadsafe(step, number, context=context)  # type: ignore[arg-type]
                number += 1

    def change(self, number: int) -> None:
        key = random.randrange(ROWS)
        row = pod(f"pod-{key:05}-{key * 7919 % 65536:04x}", f"namespace-{key % 10}", restarts=number)
        self.table.apply([row])

    def print_lines(self, number: int) -> None:
        self.log_pane.append("".join(LINE % (line % 3, number * 100 + line) for line in range(100)))


def on_pty(what: str, rate: int, *, keys: int = 60) -> None:
    """Starts a busy app on a pty and reports its key latency, its processor time and what it writes."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_FPS": "120"}
    command = [sys.executable, "-m", "tests.bench.render", what, str(rate)]
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
    os.close(slave)
    try:
        read_until(master, "▶".encode() if what == "table" else b"volume=", 20)
        read_until(master, b"\x00", 2)
        before, start = processor_seconds(child.pid), time.perf_counter()
        delays, written = press_keys(master, what, keys)
        seconds = time.perf_counter() - start
        name = f"{what} at {rate:,}/s:"
        report(f"{name} key to changed screen, p50", statistics.median(delays), "ms")
        report(f"{name} key to changed screen, p95", sorted(delays)[int(len(delays) * 0.95)], "ms")
        report(f"{name} processor", (processor_seconds(child.pid) - before) / seconds * 100, "%")
        report(f"{name} written to the terminal", written / seconds / 1024, "KiB/s")
    finally:
        child.kill()
        child.wait()
        os.close(master)


def press_keys(master: int, what: str, keys: int) -> tuple[list[float], int]:
    """Presses keys at odd times; milliseconds until the sign of each, and bytes read in all."""
    delays, written = [], 0
    for number in range(keys):
        written += read_until(master, b"\x00", random.uniform(0.05, 0.12))[1]
        start = time.perf_counter()
        if what == "table":
            os.write(master, b"k" if number % 2 else b"j")
            seen, size = read_until(master, "▶".encode(), 3)
        else:
            os.write(master, b"x")
            seen, size = read_until(master, f"key-{number + 1:04}".encode(), 3)
        written += size
        if seen:
            delays.append((time.perf_counter() - start) * 1000)
    return delays, written


def read_until(master: int, sign: bytes, seconds: float) -> tuple[bool, int]:
    """Reads the terminal until a sign comes or the time is over; whether it came, and how much was read."""
    end, data, size = time.perf_counter() + seconds, b"", 0
    while (left := end - time.perf_counter()) > 0:
        if not select.select([master], [], [], left)[0]:
            break
        chunk = os.read(master, 65536)
        size += len(chunk)
        data = data[-len(sign) :] + chunk
        if sign in data:
            return True, size
    return False, size


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(arguments: list[str]) -> None:
    """Without arguments prints everything; with a widget and a rate, is the busy app itself."""
    if arguments:
        Busy(arguments[0], int(arguments[1])).run()
        return
    asyncio.run(headless())
    for what, rate in (("table", 0), ("table", 1_000), ("log", 20_000)):
        on_pty(what, rate)


if __name__ == "__main__":
    main(sys.argv[1:])
