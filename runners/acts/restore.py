"""Restores claims from Longhorn's backups, by single volumes or from a system backup, and watches until they are bound.

Everything is looked at before it is made, so a restore that was killed half-way goes on; a volume that was not made
from a backup lives, and is never touched.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from runners.acts.jobs import change_all
from runners.acts.paths import LONGHORN
from runners.cluster.errors import ApiError
from runners.layers.components.longhorn_settings import orphan_deleter, setting_values
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS, setting_row
from runners.layers.probes import Answer, Outcome
from runners.layers.unusable import UnusableError
from runners.layers.walkthroughs import restore_objects as objects
from runners.layers.walkthroughs.held_jobs import holding
from runners.layers.walkthroughs.restore_rules import SPARE, SYSTEM, Restorable, read_restorable
from runners.layers.walkthroughs.restore_targets import OF_SYSTEM_BACKUPS
from runners.probes.base import Say
from runners.probes.hands import Hands, hands

_CORE = "/api/v1"


class Stopped(Exception):  # noqa: N818  it says what is the case
    """One claim can't be restored; the text says why."""


def restore(arguments: Sequence[str], say: Say) -> Answer:
    """Restores what its arguments name: a system backup, or claims.

    Raises:
        UnusableError: the arguments are none of that.
    """
    try:
        of_system = arguments[0] == SYSTEM
        ones = () if of_system else tuple(map(read_restorable, arguments))
        needed = {OF_SYSTEM_BACKUPS} if of_system else {one.target for one in ones if one.target}
        with hands(say) as cluster:
            if (trouble := _target_trouble(cluster, needed)) is not None:
                return Answer(Outcome.NOT_ASKED, trouble)
            return _restore_system(cluster, arguments[1:]) if of_system else restore_claims(cluster, ones)
    except ApiError as error:
        return Answer(Outcome.FAILED, str(error))
    except (ValueError, IndexError) as error:
        raise UnusableError(f"what is to be restored can't be read: {error}") from error


def _target_trouble(cluster: Hands, needed: Collection[str]) -> str | None:
    """Why what comes back can't be reached at this moment."""
    targets = cluster.items(f"{LONGHORN}/backuptargets")
    available = {text(each, "metadata", "name") for each in targets if truth(each, "status", "available")}
    if not available:
        return "no backup target is available"
    gone = sorted({*needed} - available)
    return f"backup target {gone[0]} is not available, and has what comes back" if gone else None


@dataclass
class _Progress:
    """One claim on its way."""

    one: Restorable
    said: str = ""
    stopped: str = ""
    done: bool = False

    @property
    def over(self) -> bool:
        """Nothing more is to be waited for."""
        return self.done or bool(self.stopped)


def restore_claims(cluster: Hands, ones: Sequence[Restorable]) -> Answer:
    """Restores claims side by side, and ends when each is bound to its volume or can't be.

    Raises:
        ApiError: the server does not answer for long.
    """
    going = [_Progress(one) for one in ones]
    while True:
        for each in going:
            if not each.over:
                _advance(cluster, each)
        if all(each.over for each in going):
            break
        cluster.pause()
    stopped = tuple(f"{each.one.claim}: {each.stopped}" for each in going if each.stopped)
    if stopped:
        return Answer(Outcome.FAILED, f"{len(stopped)} of {len(going)} claims are not restored", stopped)
    return Answer(Outcome.WORKED, f"{len(going)} claims are bound to their restored volumes")


def _advance(cluster: Hands, each: _Progress) -> None:
    try:
        words = _step(cluster, each.one)
    except (Stopped, ApiError) as error:
        each.stopped = words = str(error)
    if not words:
        each.done, words = True, "is bound to its restored volume"
    if words != each.said:
        each.said = words
        cluster.say(f"{each.one.claim}: {words}")


def _step(cluster: Hands, one: Restorable) -> str:
    """Does for one claim what can be done now; what it waits for, or nothing when it is back."""
    volume = cluster.find(f"{LONGHORN}/volumes/{one.volume}")
    if volume is None:
        _look_at_claim(cluster, one)
        replicas = integer(_parameters(cluster, one), "numberOfReplicas")
        cluster.make(f"{LONGHORN}/volumes", objects.volume(one, replicas))
        return f"volume {one.volume} is made from its backup"
    if not text(volume, "spec", "fromBackup"):
        raise Stopped(f"volume {one.volume} lives: it is not restored over")
    if waits := _waits(volume):
        return waits
    _stand_in(cluster, one)
    claim = _look_at_claim(cluster, one)
    bound = text(claim, "status", "phase") == "Bound" and text(claim, "spec", "volumeName") == one.volume
    return "" if bound else "waits to be bound"


def _look_at_claim(cluster: Hands, one: Restorable) -> Json | None:
    claim = cluster.find(f"{_CORE}/namespaces/{one.namespace}/persistentvolumeclaims/{one.name}")
    bound = text(claim, "spec", "volumeName")
    if bound and bound != one.volume:
        raise Stopped(f"the claim is bound to {bound} already: it was created before its restore")
    return claim


def _waits(volume: Json) -> str:
    """What a volume that is made from a backup still needs; empty when its data is there."""
    name = text(volume, "metadata", "name")
    conditions = {text(each, "type"): mapping(each) for each in sequence(volume, "status", "conditions")}
    restoring = conditions.get("Restore", {})
    if text(volume, "status", "robustness") == "faulted":
        raise Stopped(f"volume {name} is faulted: {text(restoring, 'message') or 'Longhorn does not say why'}")
    # Before Longhorn has taken it up, nothing is said to be required.
    if not (text(volume, "status", "state") and truth(volume, "status", "restoreInitiated")):
        return f"volume {name} waits for Longhorn"
    if truth(volume, "status", "restoreRequired") or truth(restoring, "status"):
        return f"data flows into volume {name}"
    # What stands for it already may be in use; before that, Longhorn has to have let it go.
    used = text(volume, "status", "kubernetesStatus", "pvName")
    return "" if used or text(volume, "status", "state") == "detached" else f"volume {name} is let go"


def _stand_in(cluster: Hands, one: Restorable) -> None:
    """Makes what stands for a restored volume, as far as it isn't there: namespace, PersistentVolume, claim."""
    claims = f"{_CORE}/namespaces/{one.namespace}/persistentvolumeclaims"
    if cluster.find(f"{_CORE}/persistentvolumes/{one.volume}") is None:
        fs_type = text(_parameters(cluster, one), "fsType", default="ext4")
        cluster.make(f"{_CORE}/persistentvolumes", objects.persistent_volume(one, fs_type))
    _make_namespace(cluster, one.namespace)
    if cluster.find(f"{claims}/{one.name}") is None:
        cluster.make(claims, objects.claim(one))


def _make_namespace(cluster: Hands, name: str) -> None:
    if cluster.find(f"{_CORE}/namespaces/{name}") is None:
        cluster.make(f"{_CORE}/namespaces", objects.namespace(name))


def _parameters(cluster: Hands, one: Restorable) -> Json:
    """What the claim's StorageClass says of new volumes."""
    found = cluster.find(f"/apis/storage.k8s.io/v1/storageclasses/{one.storage_class}")
    return mapping(found, "parameters")


def _restore_system(cluster: Hands, arguments: Sequence[str]) -> Answer:
    backup, *others = arguments
    namespaces = [other for other in others if other != SPARE]
    return restore_system(cluster, backup, namespaces, spare=SPARE in others)


def restore_system(cluster: Hands, backup: str, namespaces: Sequence[str] = (), *, spare: bool = False) -> Answer:
    """Has Longhorn restore a system backup, and holds the jobs again that this brings back.

    Args:
        cluster: where.
        backup: the system backup's name.
        namespaces: those that claims come back into.
        spare: keep Longhorn from deleting replicas that no volume knows, which a setting may come back with.

    Raises:
        ApiError: the server does not answer for long.
    """
    path, made = f"{LONGHORN}/systemrestores", _attempt(cluster, backup)
    name = text(made, "metadata", "name")
    if cluster.find(f"{path}/{name}") is None:
        for namespace in namespaces:
            _make_namespace(cluster, namespace)
        cluster.make(path, made)
    for state, message in _states(cluster, f"{path}/{name}"):
        if spare:
            _spare(cluster)
        if state == "Error":
            return Answer(Outcome.FAILED, f"Longhorn could not restore system backup {backup}: {message}")
        if state == "Completed":
            # It brings jobs back as they were, so that they would run again.
            again = change_all(cluster, holding, "held, which the system backup brought back:")
            held = f"; {again} held" if again else ""
            return Answer(Outcome.WORKED, f"system backup {backup} is restored{held}")
    return Answer(Outcome.FAILED, f"the restore of system backup {backup} was taken away meanwhile")


def _spare(cluster: Hands) -> None:
    settings = (setting_row(LONGHORN_SETTINGS.id, obj) for obj in cluster.items(f"{LONGHORN}/settings"))
    found = orphan_deleter(setting_values(settings))
    if found is not None:
        cluster.change(f"{LONGHORN}/settings/{found.name}", {"value": found.spared})
        cluster.say(f"setting {found.name} was {found.value}: replicas that no volume knows are not deleted any more")


def _attempt(cluster: Hands, backup: str) -> Json:
    """The first attempt that has not failed; Longhorn never goes on with one that has."""
    attempts = (objects.system_restore(backup, number) for number in itertools.count(1))
    return next(each for each in attempts if not _has_failed(cluster, each))


def _has_failed(cluster: Hands, made: Json) -> bool:
    found = cluster.find(f"{LONGHORN}/systemrestores/{text(made, 'metadata', 'name')}")
    return text(found, "status", "state") == "Error"


def _states(cluster: Hands, path: str) -> Iterator[tuple[str, str]]:
    """Every state that a system restore goes through, with its error; ends when it is gone."""
    said = ""
    while (found := cluster.find(path)) is not None:
        state = text(found, "status", "state")
        conditions = {text(each, "type"): mapping(each) for each in sequence(found, "status", "conditions")}
        if state != said:
            said = state
            cluster.say(f"system restore: {state or 'waits for Longhorn'}")
        yield state, text(conditions.get("Error", {}), "message")
        cluster.pause()
