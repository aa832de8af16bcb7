"""Holds Longhorn's recurring jobs, and releases them: each object is changed by one request that says what it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runners.acts.paths import LONGHORN
from runners.cluster.errors import ApiError
from runners.layers.jsons import Json, text
from runners.layers.probes import Answer, Outcome
from runners.layers.walkthroughs.held_jobs import amount, holding, releasing
from runners.probes.base import Say
from runners.probes.hands import Hands, hands

_RESOURCES = ("recurringjobs", "volumes")
_Change = Callable[[str, Json], Json | None]


def hold(_arguments: Sequence[str], say: Say) -> Answer:
    """Takes off every job and volume what makes jobs run; its arguments only say, for the record, what that was."""
    return _change(say, holding, "held")


def release(_arguments: Sequence[str], say: Say) -> Answer:
    """Puts back what was taken off."""
    return _change(say, releasing, "released")


def _change(say: Say, change: _Change, done: str) -> Answer:
    try:
        with hands(say) as cluster:
            words = change_all(cluster, change, done)
    except ApiError as error:
        return Answer(Outcome.FAILED, str(error))
    return Answer(Outcome.WORKED, f"{done} {words}" if words else f"all was {done} already")


def change_all(cluster: Hands, change: _Change, done: str) -> str:
    """Changes what has to be, and says how much that was; what is as it should be is left alone.

    Raises:
        ApiError: something can't be read or changed; what was done until then stays.
    """
    count = dict.fromkeys(_RESOURCES, 0)
    for resource in _RESOURCES:
        for obj in cluster.items(f"{LONGHORN}/{resource}"):
            patch = change(resource, obj)
            if patch is None:
                continue
            name = text(obj, "metadata", "name")
            cluster.change(f"{LONGHORN}/{resource}/{name}", patch)
            cluster.say(f"{done} {resource}/{name}")
            count[resource] += 1
    return amount(*count.values())
