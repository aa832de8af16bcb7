"""How a Deployment moves from its old ReplicaSets to the new one: pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from runners.layers.jsons import Json, integer, text


@dataclass(frozen=True, slots=True)
class Budget:
    """How far a rollout may leave the wanted number of pods."""

    surge: int
    unavailable: int


@dataclass(frozen=True, slots=True)
class Size:
    """How large one ReplicaSet is asked to be, and is."""

    wanted: int
    there: int
    available: int


def budget(deployment: Json, replicas: int) -> Budget:
    """What a Deployment's strategy allows; a quarter of it either way where it says nothing."""
    surge = _share(text(deployment, "spec", "strategy", "rollingUpdate", "maxSurge", default="25%"), replicas)
    unavailable = _share(
        text(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable", default="25%"), replicas
    )
    most = math.floor(unavailable)
    return Budget(math.ceil(surge), most if most or math.ceil(surge) else 1)


def rolled(replicas: int, new: Size, olds: Sequence[Size], allowed: Budget) -> tuple[int, Sequence[int]]:
    """The next sizes of the new ReplicaSet and of the old ones, the oldest first."""
    total = new.wanted + sum(old.wanted for old in olds)
    grown = min(replicas, new.wanted + max(0, replicas + allowed.surge - total)) if new.wanted < replicas else replicas
    least = replicas - allowed.unavailable
    spare = total - least - max(0, new.wanted - new.available)
    left = []
    for old in olds:
        # What never came up goes first: nobody misses it.
        broken = min(max(0, old.wanted - old.available), max(0, spare))
        spare -= broken
        left.append(old.wanted - broken)
    extra = new.available + sum(old.available for old in olds) - least
    for index, old in enumerate(olds):
        fewer = min(left[index], old.available, max(0, extra))
        extra -= fewer
        left[index] -= fewer
    return grown, left


def recreated(replicas: int, new: Size, olds: Sequence[Size]) -> tuple[int, Sequence[int]]:
    """The next sizes where nothing of the old may be left before the new begins."""
    gone = not any(old.there for old in olds)
    return replicas if gone else new.wanted, [0] * len(olds)


def _share(value: str, replicas: int) -> float:
    if value.endswith("%"):
        return replicas * integer({"n": value.removesuffix("%")}, "n") / 100
    return integer({"n": value}, "n")
