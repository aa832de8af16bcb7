"""What keeps the program busy in a bench: a server that replays pod events, and a tool that never stops talking."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from runners.layers.kinds.pods import PODS
from runners.tools.runs import RunRequest, Runs
from tests.bench.watch import encoded, pod
from tests.cluster.fake_api import Exchange, FakeApi, bookmark, event

RATE = 1_000
"""Pod events a second."""
LINES = 20_000
"""Log lines a second."""
_PODS = 5_000
_UID = "bench"

_TALK = f"""
import sys, time
due, number = time.monotonic(), 0
while True:
    lines = range(number, number + {LINES} // 100)
    sys.stdout.write("".join(f"\\x1b[32mok\\x1b[0m level=info msg=reconciled volume=pvc-{{n}} state=attached\\n" for n in lines))
    sys.stdout.flush()
    number, due = number + len(lines), due + 0.01
    time.sleep(max(0.0, due - time.monotonic()))
"""  # noqa: E501


class Replay:
    """A process that serves 5,000 pods and then changes them at a steady rate; a context manager."""

    def __init__(self, folder: Path) -> None:
        """Takes where its kubeconfig goes."""
        self.kubeconfig = folder / "replay.yaml"
        self._ours, self._theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=serve, args=(self._theirs,), daemon=True)

    def __enter__(self) -> Self:
        """Starts it."""
        self._process.start()
        if not self._ours.poll(30):
            raise TimeoutError("the replaying process said nothing")
        url = self._ours.recv()
        named = {"clusters": [{"name": "bench", "cluster": {"server": url}}], "users": [{"name": "me", "user": {}}]}
        context = {"name": "bench", "context": {"cluster": "bench", "user": "me"}}
        self.kubeconfig.write_text(yaml.safe_dump({**named, "contexts": [context], "current-context": "bench"}))
        self.words = f"{url} {_UID}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it."""
        self._ours.send("end")
        self._process.join(10)
        self._process.kill()

    def sent(self) -> int:
        """Pod events a second that it managed to send so far."""
        self._ours.send("sent")
        return int(self._ours.recv())


def serve(pipe: Pipe) -> None:
    """The serving process."""
    initial = encoded([*(event("ADDED", pod(number, 0)) for number in range(_PODS)), bookmark(9, ends=True)])
    # Each time a pod comes up again it differs from the last: an equal row would be no change.
    changes = encoded(event("MODIFIED", pod(number % _PODS, 1 + number // _PODS)) for number in range(2 * _PODS))
    rates: list[float] = [0.0]

    def pods(exchange: Exchange) -> None:
        exchange.begin()
        for chunk in initial:
            exchange.raw(chunk)
        began, sent = time.monotonic(), 0
        while True:
            wanted = int((time.monotonic() - began) * RATE)
            for number in range(sent, wanted):
                exchange.raw(changes[number * 7919 % len(changes)])
            sent = wanted
            rates[0] = sent / max(0.001, time.monotonic() - began)
            time.sleep(0.005)

    with FakeApi() as api:
        api.script(PODS.path, pods)
        api.script("/version", lambda exchange: exchange.json({"gitVersion": "v1.34.1"}))
        system = {"kind": "Namespace", "metadata": {"name": "kube-system", "uid": _UID}}
        api.script("/api/v1/namespaces/kube-system", lambda exchange: exchange.json(system))
        pipe.send(api.url)
        while pipe.recv() == "sent":
            pipe.send(rates[0])


@contextmanager
def talkative_run(state: Path, environ: Mapping[str, str], cluster: str) -> Iterator[None]:
    """A run on a cluster that prints for as long as it is needed."""
    runs = Runs(state / "runs")
    argv = (sys.executable, "-u", "-c", _TALK)
    run = runs.start(RunRequest(title="apply longhorn", argv=argv, cwd=state, environ=environ, cluster=cluster))
    try:
        yield
    finally:
        runs.interrupt(run.id)
        runs.wait(run.id, 10)
