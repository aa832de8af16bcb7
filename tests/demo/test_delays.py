from __future__ import annotations

import itertools
import math

from runners.demo.actors.delays import Delays


def test_without_a_pace_everything_has_taken_long_enough_at_once() -> None:
    ticks = itertools.count()
    delays = Delays(0, lambda: float(next(ticks)))
    assert delays.took("x", 5)


def test_a_delay_passes_and_says_when_to_look_again() -> None:
    now = [0.0]
    delays = Delays(2, lambda: now[0])
    assert not delays.took("x", 5)
    assert (delays.due, delays.seconds_left) == (False, 10)
    now[0] = 10
    assert delays.due
    delays.begin()
    assert delays.took("x", 5)
    assert delays.seconds_left == math.inf


def test_what_is_not_asked_for_any_more_is_forgotten() -> None:
    now = [0.0]
    delays = Delays(1, lambda: now[0])
    assert not delays.elapsed("x", 5)
    now[0] = 5
    delays.begin()
    delays.end()
    assert not delays.elapsed("x", 5)
