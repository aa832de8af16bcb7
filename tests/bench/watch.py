"""How fast pods are watched: ``python -m tests.bench.watch`` prints figures; with ``--rig`` on the real API server too.

Nothing here passes or fails; the figures are compared by a person before and after a change, on one machine. Bytes are
replayed on loopback by another process, so that only the reading side is measured.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from runners.cluster import kubeconfig
from runners.cluster.access import Access
from runners.cluster.connection import Connection
from runners.cluster.reflector import Reflector
from runners.cluster.store import Delta, Store
from runners.cluster.watches import StoreSink
from runners.layers.freshness import Reach
from runners.layers.kinds.pods import PODS
from tests.cluster.fake_api import Exchange, FakeApi, bookmark, event
from tests.cluster.support import access, until
from tests.rig.cluster import Rig

_PODS = 5_000
_EVENTS = 20_000


def main(args: list[str]) -> None:
    """Measures, and prints one figure a line."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=replay, args=(theirs,))
    server.start()
    try:
        where = access(ours.recv())
        measure("replayed bytes", where)
    finally:
        ours.send("end")
        server.join(10)
    if "--rig" in args:
        with Rig("api") as rig:
            fill(rig)
            measure("the real API server", kubeconfig.load(os.environ, kubeconfig=rig.kubeconfig))


def measure(title: str, where: Access) -> None:
    """The initial rows, a stream of events where there is one, and the silence after a stop."""
    Connection(where).stream(PODS.path)  # what is imported for it is not measured
    before = resident()
    connection, store = Connection(where), Store()
    times: list[float] = []
    store.subscribe(lambda _delta: times.append(time.perf_counter()))
    gaps = Ticker()
    began = time.perf_counter()
    reflector = Reflector(connection, PODS, StoreSink(store, PODS))
    reflector.start()
    until(lambda: store.freshness(PODS).reach is Reach.LIVE, 60)
    live = time.perf_counter()
    rows = [moment for moment in times if moment > began]
    print(f"{title}: {len(store.all(PODS))} pods")
    print(f"  first row      {1000 * (rows[1] - began):8.1f} ms")
    print(f"  all rows       {1000 * (live - began):8.1f} ms")
    print(f"  longest stall of another thread {1000 * gaps.longest():.1f} ms")
    print(f"  resident       {before:8.1f} MB before, {resident():.1f} MB after")
    if where.server.startswith("http:"):
        stream_of_events(store)
    silence(reflector, store)
    connection.close()


def stream_of_events(store: Store) -> None:
    """How many events a second are taken, of which each changes a row."""
    done = threading.Event()
    seen: list[float] = []

    def count(delta: Delta) -> None:
        seen.extend([time.perf_counter()] * len(delta.changed))
        if len(seen) >= _EVENTS:
            done.set()

    leave = store.subscribe(count)
    done.wait(60)
    leave()
    rate = (len(seen) - 1) / (seen[-1] - seen[0]) if len(seen) > 1 else 0.0
    print(f"  events         {rate:8.0f} a second")


def silence(reflector: Reflector, store: Store) -> None:
    """How long after a stop the last delta came, and the thread ended."""
    last = [0.0]

    def note(_delta: Delta) -> None:
        last[0] = time.perf_counter()

    store.subscribe(note)
    time.sleep(0.2)
    began = time.perf_counter()
    reflector.stop()
    returned = time.perf_counter()
    reflector.join(5)
    ended = time.perf_counter()
    time.sleep(0.2)
    print(f"  stop           {1000 * (returned - began):8.2f} ms to return")
    print(f"  thread ended   {1000 * (ended - began):8.2f} ms after the stop")
    print(f"  last delta     {max(0.0, 1000 * (last[0] - began)):8.2f} ms after the stop")


class Ticker:
    """Another thread that wants to run each millisecond, and how long it had to wait."""

    def __init__(self) -> None:
        self._gaps = [0.0]
        self._ended = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def longest(self) -> float:
        """Ends it; the longest wait in seconds."""
        self._ended.set()
        return max(self._gaps)

    def _run(self) -> None:
        before = time.perf_counter()
        while not self._ended.wait(0.001):
            now = time.perf_counter()
            self._gaps.append(now - before - 0.001)
            before = now


def resident() -> float:
    """Memory of this process in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def replay(pipe: Pipe) -> None:
    """The serving process: the initial pods, and then events as fast as they are taken."""
    initial = encoded([*(event("ADDED", pod(number, 0)) for number in range(_PODS)), bookmark(9, ends=True)])
    changes = encoded(event("MODIFIED", pod(number % _PODS, 1 + number // _PODS)) for number in range(_EVENTS + 5_000))
    sizes = [len(chunk) for chunk in changes]
    print(f"an event has {statistics.mean(sizes) / 1000:.1f} KB")

    def script(exchange: Exchange) -> None:
        exchange.begin()
        for chunk in (*initial, *changes):
            exchange.raw(chunk)
        exchange.hold()

    with FakeApi() as api:
        api.script(PODS.path, script)
        pipe.send(api.url)
        pipe.recv()


def encoded(events: Iterable[dict[str, object]]) -> list[bytes]:
    """Each event as one chunk."""
    lines = [json.dumps(item, separators=(",", ":")).encode() + b"\n" for item in events]
    return [f"{len(line):x}\r\n".encode() + line + b"\r\n" for line in lines]


def pod(number: int, restarts: int) -> dict[str, object]:
    """A pod of about the size that Longhorn's have, a third of it managed fields."""
    fields: dict[str, object] = {f"f:key-{index}": {".": {}, "f:value": {}} for index in range(40)}
    managers = [{"manager": f"manager-{index}", "fieldsV1": fields, "operation": "Update"} for index in range(3)]
    env = [{"name": f"VARIABLE_{index}", "value": "x" * 30} for index in range(30)]
    containers = [{"name": f"c{index}", "image": f"example.com/image:{index}", "env": env} for index in range(2)]
    status = {"ready": True, "restartCount": restarts, "state": {"running": {"startedAt": "2026-11-23T14:02:11Z"}}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"longhorn-manager-{number:05}",
            "namespace": f"space-{number % 20}",
            "uid": f"{number:036}",
            "resourceVersion": str(10 + number),
            "creationTimestamp": "2026-11-23T14:02:11Z",
            "managedFields": managers,
        },
        "spec": {"nodeName": f"node-{number % 3 + 1}", "containers": containers},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [status, status],
        },
    }


def fill(rig: Rig) -> None:
    """Puts the pods on a real API server."""
    writer = Connection(kubeconfig.load(os.environ, kubeconfig=rig.kubeconfig))
    for number in range(20):
        writer.request("POST", "/api/v1/namespaces", body={"metadata": {"name": f"space-{number}"}})

    def create(number: int) -> None:
        body = pod(number, 0)
        metadata = {"name": f"longhorn-manager-{number:05}"}
        writer.request(
            "POST", f"/api/v1/namespaces/space-{number % 20}/pods", body={"metadata": metadata, "spec": body["spec"]}
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(_PODS)))
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1:])
