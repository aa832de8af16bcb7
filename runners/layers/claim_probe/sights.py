"""What is seen of a probe's claim and pod: whether it has ended, and what it waits for, in words and by whose fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.probes import Outcome

_IMAGE = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})
_HOPELESS = frozenset({"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError"})
"""Why a container waits for what won't come by itself."""
_UNBOUND = "unbound immediate PersistentVolumeClaims"
"""What the scheduler says of a pod whose claim is the one to ask."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a claim, at the pod that uses it, and at what was said of both."""

    claim: Json
    pod: Json
    events: Sequence[Json] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a pod's container ended."""

    code: int
    message: str
    """Its termination message: what it found on the volume."""
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for: what it would mean if it never came, and in words."""

    outcome: Outcome
    text: str
    hopeless: bool = False
    """It won't come by itself."""


def ended(pod: Json) -> Ended | None:
    """How the pod's container ended; None while it has not."""
    if text(pod, "status", "phase") not in ("Succeeded", "Failed"):
        return None
    state = mapping(_container(pod), "state", "terminated")
    code = integer(state, "exitCode", default=-1)
    # A pod that was evicted, or that ran out of time, says so itself.
    reason = text(pod, "status", "message") or text(pod, "status", "reason") or text(state, "reason")
    return Ended(code, text(state, "message").strip(), reason)


def waits_for(seen: Seen) -> Wait:
    """What a pod that has not ended waits for."""
    if text(seen.claim, "status", "phase") == "Lost":
        return Wait(Outcome.FAILED, "its claim has lost its volume", hopeless=True)
    if not text(seen.pod, "spec", "nodeName"):
        return _for_a_node(seen)
    waiting = mapping(_container(seen.pod), "state", "waiting")
    reason, message = text(waiting, "reason"), text(waiting, "message")
    node, hopeless = text(seen.pod, "spec", "nodeName"), reason in _HOPELESS
    if reason in _IMAGE:
        image = text(next(iter(sequence(seen.pod, "spec", "containers")), {}), "image")
        return Wait(Outcome.NOT_ASKED, f"image {image} can't be pulled on {node}: {message or reason}", hopeless)
    if text(seen.pod, "status", "phase") == "Running":
        return Wait(Outcome.FAILED, f"the pod runs on {node}, and is not done with the volume")
    if hopeless:
        return Wait(Outcome.NOT_ASKED, f"its container can't be made on {node}: {message or reason}", hopeless)
    told = _last(seen.events, seen.pod, warning=True)
    return Wait(Outcome.FAILED, f"the volume is not mounted on {node}{f': {told}' if told else ' yet'}")


def _for_a_node(seen: Seen) -> Wait:
    unplaced = next(
        (
            text(each, "message")
            for each in sequence(seen.pod, "status", "conditions")
            if text(each, "type") == "PodScheduled" and not truth(each, "status")
        ),
        "",
    )
    bound = text(seen.claim, "status", "phase") == "Bound"
    complaint = "" if bound else _last(seen.events, seen.claim, warning=True)
    if bound or (not complaint and unplaced and _UNBOUND not in unplaced):
        words = f": {unplaced}" if unplaced else " yet"
        return Wait(Outcome.FAILED if "volume" in unplaced else Outcome.NOT_ASKED, f"no node takes the pod{words}")
    told = complaint or _last(seen.events, seen.claim, warning=False)
    return Wait(Outcome.FAILED, f"its claim is not bound{f': {told}' if told else ' yet'}")


def _last(events: Iterable[Json], obj: Json, *, warning: bool) -> str:
    """What was said last of an object: of its troubles, or of anything."""
    uid = text(obj, "metadata", "uid")
    about = [
        each
        for each in events
        if text(each, "involvedObject", "uid") == uid and (not warning or text(each, "type") == "Warning")
    ]
    newest = max(about, key=_when, default=None)
    return " ".join(text(newest, "message").split())


def _when(event: Json) -> str:
    return text(event, "lastTimestamp") or text(event, "eventTime") or text(event, "metadata", "creationTimestamp")


def _container(pod: Json) -> Json:
    return mapping(next(iter(sequence(pod, "status", "containerStatuses")), {}))
