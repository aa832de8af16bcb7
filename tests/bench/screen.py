"""How fast the whole program is: ``python -m tests.bench.screen`` prints figures, through a pty and an emulator.

``rig`` measures on a real cluster with 5,000 pods that kwok keeps (its tools are built when they aren't there yet),
``load`` with 1,000 replayed pod events and 20,000 log lines a second; without a word, both. Nothing here passes or
fails; the figures are compared by a person before and after a change, on one machine.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from runners.cluster import kubeconfig
from runners.cluster.connection import MERGE_PATCH, Connection
from tests.bench.counting import Relay
from tests.bench.load import Replay, talkative_run
from tests.bench.program import Program
from tests.bench.watch import fill
from tests.rig.cluster import Rig
from tests.rig.waiting import until

_STARTS = 9
_WRITES = 100
_KEYS = 100
_IDLE = 60.0
_FIRST = re.compile(r"^▶?[ ◐]*space-0\s+longhorn-manager-\d+", re.MULTILINE)
"""The first true row: a pod of the cluster on the screen."""


def main(args: list[str]) -> None:
    """Measures, and prints one figure a line."""
    if args[:1] != ["load"]:
        with Rig("pods") as rig:
            fill(rig)
            on_the_rig(rig)
    if args[:1] != ["rig"]:
        under_load()


def report(what: str, *figures: tuple[str, float, str]) -> None:
    """One line of figures."""
    print(f"{what:<34}" + "   ".join(f"{name} {value:,.1f} {unit}" for name, value, unit in figures), flush=True)


@contextmanager
def place() -> Iterator[tuple[Path, dict[str, str]]]:
    """An empty repository and an environment with a state folder of its own."""
    with tempfile.TemporaryDirectory(prefix="bedplate-bench-") as folder:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        (Path(folder) / "repository").mkdir()
        yield Path(folder), {**kept, "HOME": folder, "XDG_STATE_HOME": str(Path(folder) / "state")}


def program(folder: Path, environ: Mapping[str, str], config: Path) -> Program:
    """Bedplate, not started yet."""
    return Program(("-C", str(folder / "repository"), "--kubeconfig", str(config)), environ)


def on_the_rig(rig: Rig) -> None:
    """Start, writes and idling, with 5,000 pods that kwok keeps."""
    writer = Connection(kubeconfig.load(os.environ, kubeconfig=rig.kubeconfig))
    until("5,000 running pods", lambda: _all_run(writer), seconds=300)
    with place() as (folder, environ):
        with program(folder, environ, rig.kubeconfig) as warm:  # compiles what is imported
            warm.until("a row", lambda text: bool(_FIRST.search(text)))
        starts(folder, environ, rig.kubeconfig)
        with program(folder, environ, rig.kubeconfig) as running:
            running.until("a row", lambda text: bool(_FIRST.search(text)))
            running.read(6)
            writes(running, writer)
            report("memory with 5,000 pods", ("resident", running.resident, "MB"))
        idle(folder, environ, rig)
    writer.close()


def _all_run(writer: Connection) -> bool:
    query = {"fieldSelector": "status.phase!=Running", "limit": "1"}
    return writer.request("GET", "/api/v1/pods", query=query)["items"] == []


def starts(folder: Path, environ: Mapping[str, str], config: Path) -> None:
    """From exec to the first frame, to the first with everything but rows, and to the first true row."""
    frames, wholes, rows = [], [], []
    for _ in range(_STARTS):
        with program(folder, environ, config) as starting:
            frame = starting.until("a frame", lambda text: "BEDPLATE" in text and "? help" in text)
            whole = starting.until("the tabs", lambda text: "Pods" in text)
            row = starting.until("a row", lambda text: bool(_FIRST.search(text)))
            frames.append(1000 * (frame - starting.started))
            wholes.append(1000 * (whole - starting.started))
            rows.append(1000 * (row - starting.started))
    report("exec to first frame", ("p50", statistics.median(frames), "ms"), ("max", max(frames), "ms"))
    report("exec to first frame with tabs", ("p50", statistics.median(wholes), "ms"), ("max", max(wholes), "ms"))
    report("exec to first true row", ("p50", statistics.median(rows), "ms"), ("max", max(rows), "ms"))


def writes(running: Program, writer: Connection) -> None:
    """From the beginning of an API write to its bytes on the terminal, each after a quiet moment."""
    name = "longhorn-manager-00000"
    path = f"/api/v1/namespaces/space-0/pods/{name}/status"
    found = writer.request("GET", path.removesuffix("/status"))
    status = found["status"]
    assert isinstance(status, dict)
    delays, answers = [], []
    # The first one makes the column wider, which the table does with its next second.
    for number in range(-1, _WRITES):
        running.read(random.uniform(0.2, 0.5) if number >= 0 else 0)
        restarts = 1001 + number
        counted = [{**container, "restartCount": restarts} for container in status["containerStatuses"][:1]]
        body = {"status": {"containerStatuses": [*counted, *status["containerStatuses"][1:]]}}
        began = time.perf_counter()
        writer.request("PATCH", path, body=body, content_type=MERGE_PATCH)
        answered = time.perf_counter()
        sign = str(restarts).encode()
        arrived = running.read(5, lambda chunk, sign=sign: sign in chunk)  # type: ignore[misc]
        if arrived and number >= 0:
            delays.append(1000 * (arrived - began))
            answers.append(1000 * (answered - began))
    ranked = sorted(delays)
    report(
        f"API write to screen ({len(delays)} of {_WRITES})",
        ("p50", statistics.median(delays), "ms"),
        ("p99", ranked[int(len(ranked) * 0.99)], "ms"),
        ("of it the PATCH p50", statistics.median(answers), "ms"),
        ("and in the slowest", answers[delays.index(ranked[-1])], "ms"),
    )


def idle(folder: Path, environ: Mapping[str, str], rig: Rig) -> None:
    """Processor, terminal and API server while nobody does anything; kwok renews its nodes' leases all the time."""
    with Relay(rig.port) as relay:
        config = folder / "relayed"
        config.write_text(rig.kubeconfig.read_text().replace(f":{rig.port}", f":{relay.port}"))
        with program(folder, environ, config) as running:
            running.until("a row", lambda text: bool(_FIRST.search(text)))
            running.read(15)
            processor, received, asked, answered = running.processor, running.received, relay.asked, relay.answered
            began = time.perf_counter()
            running.read(_IDLE)
            seconds = time.perf_counter() - began
            report("idle", ("processor", 100 * (running.processor - processor) / seconds, "%"))
            report("idle, to the terminal", ("", (running.received - received) / seconds, "bytes/s"))
            report(
                "idle, API server",
                ("asked", 60 * (relay.asked - asked) / seconds, "bytes/min"),
                ("answered", 60 * (relay.answered - answered) / seconds, "bytes/min"),
            )
            report("idle, memory", ("resident", running.resident, "MB"))


def under_load() -> None:
    """Keys while pods change and a tool talks."""
    with place() as (folder, environ), Replay(folder) as replay:
        state = Path(environ["XDG_STATE_HOME"]) / "bedplate"
        with (
            talkative_run(state, environ, replay.words),
            program(folder, environ, replay.kubeconfig) as running,
        ):
            running.until("a row", lambda text: bool(_FIRST.search(text)))
            running.until("a log", lambda text: "level=info" in text)
            running.press("1")
            running.read(3)
            processor, received, began = running.processor, running.received, time.perf_counter()
            delays = keys(running)
            seconds = time.perf_counter() - began
            ranked = sorted(delays)
            report(
                f"key to paint ({len(delays)} of {_KEYS})",
                ("p50", statistics.median(delays), "ms"),
                ("p99", ranked[int(len(ranked) * 0.99)], "ms"),
                ("max", ranked[-1], "ms"),
            )
            report("processor under load", ("", 100 * (running.processor - processor) / seconds, "%"))
            report("to the terminal under load", ("", (running.received - received) / seconds / 1024, "KiB/s"))
            report("memory under load", ("resident", running.resident, "MB"))
            print(f"{replay.sent():,} pod events a second were sent; {tail(running.text)}")


def keys(running: Program) -> list[float]:
    """Milliseconds from a key to the cursor on its next row, up and down in turn."""
    delays = []
    for number in range(_KEYS):
        running.read(random.uniform(0.05, 0.12))
        began = time.perf_counter()
        running.press("k" if number % 2 else "j")
        arrived = running.read(3, lambda chunk: "▶".encode() in chunk)
        if arrived:
            delays.append(1000 * (arrived - began))
    return delays


def tail(text: str) -> str:
    """The log pane's heading: how many lines have come."""
    return next((line.strip(" ─┌┐╭╮") for line in text.splitlines() if " lines" in line), "no log")


if __name__ == "__main__":
    main(sys.argv[1:])
