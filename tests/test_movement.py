"""What counts as movement in a namespace, and what does not."""

from __future__ import annotations

from dataclasses import replace

from runners.cluster.store import Delta
from runners.layers.kinds.base import Row
from runners.layers.kinds.pods import Pod
from runners.movement import Movement
from tests.layers import worlds as w


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def delta(table: str, *rows: Row, gone: tuple[Row, ...] = ()) -> Delta:
    return Delta(table, {row.key: row for row in rows}, frozenset(row.key for row in gone))


def pod(created: float) -> Pod:
    return Pod("pods", "apps", "web-1", "uid", created, 0, 1, "CrashLoopBackOff", 7, "node-1", is_ready=False)


def test_nothing_is_known_of_before_somebody_watched() -> None:
    assert Movement(Clock()).last("apps") == 1000.0


def test_workloads_and_claims_that_change_are_movement() -> None:
    clock = Clock()
    movement = Movement(clock)
    clock.now = 1100.0
    movement.heard(delta("deployments", w.workload("deployments", "apps", "web")))
    assert (movement.last("apps"), movement.last("other")) == (1100.0, 1000.0)
    clock.now = 1200.0
    movement.heard(delta("claims", gone=(w.claim("apps", "data"),)))
    assert movement.last("apps") == 1200.0


def test_a_pod_that_crashes_again_and_again_is_none_and_one_that_came_or_went_is() -> None:
    clock = Clock()
    movement = Movement(clock)
    clock.now = 1300.0
    movement.heard(delta("pods", pod(500.0)))
    movement.heard(delta("pods", replace(pod(500.0), restarts=8)))
    assert movement.last("apps") == 1000.0
    movement.heard(delta("pods", pod(1250.0)))
    assert movement.last("apps") == 1250.0
    movement.heard(delta("pods", gone=(pod(500.0),)))
    assert movement.last("apps") == 1300.0


def test_what_else_happens_is_none() -> None:
    clock = Clock()
    movement = Movement(clock)
    clock.now = 1400.0
    movement.heard(delta("releases", w.release("apps", "web")))
    assert movement.last("apps") == 1000.0
