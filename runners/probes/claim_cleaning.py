"""Takes away what claim probes made: pods, claims, their volumes, and the namespace; nothing that is not theirs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from runners.cluster.errors import Forbidden
from runners.layers.claim_probe.objects import NAMESPACE, is_ours, is_volume_of_ours
from runners.layers.jsons import Json, text
from runners.probes.hands import Hands

HOME = f"/api/v1/namespaces/{NAMESPACE}"
PODS, CLAIMS = f"{HOME}/pods", f"{HOME}/persistentvolumeclaims"
_VOLUMES = "/api/v1/persistentvolumes"


class Cleaner:
    """Looks for what probes made, and removes it."""

    def __init__(self, cluster: Hands, patience: float) -> None:
        """Takes the cluster, and how many seconds are waited for things to be gone."""
        self._cluster, self._patience = cluster, patience

    def leftovers(self) -> tuple[str, ...]:
        """What is there of probes, in words."""
        return tuple(
            f"{what} {text(each, 'metadata', 'name')}"
            for what, found in (("pod", self._ours(PODS)), ("claim", self._ours(CLAIMS)), ("volume", self._volumes()))
            for each in found
        )

    def clean(self, *, whole: bool = False) -> tuple[str, ...]:
        """Removes it in the order in which it can go, the namespace too where ``whole``; says what stays.

        Raises:
            ApiError: something can't be looked at or deleted.
        """
        until = time.monotonic() + self._patience
        for pod in self._ours(PODS):
            self._cluster.remove(f"{PODS}/{text(pod, 'metadata', 'name')}")
        stays = self._until_gone(PODS, until)
        kept = tuple(self._let_volumes_go())
        for claim in self._ours(CLAIMS):
            self._cluster.remove(f"{CLAIMS}/{text(claim, 'metadata', 'name')}")
        stays += self._until_gone(CLAIMS, until) + (kept or self._until_gone(_VOLUMES, until))
        if whole:
            self._remove_namespace()
        return stays

    def remove_pod(self, name: str) -> None:
        """Removes one pod, and waits until it is gone."""
        until = time.monotonic() + self._patience
        self._cluster.remove(f"{PODS}/{name}")
        while self._cluster.find(f"{PODS}/{name}") is not None and time.monotonic() < until:
            self._cluster.pause()

    def wait_for_namespace(self) -> None:
        """Waits until a namespace that is on its way out is gone."""
        until = time.monotonic() + self._patience
        while _is_ending(self._cluster.find(HOME)) and time.monotonic() < until:
            self._cluster.pause()

    def _remove_namespace(self) -> None:
        """Only one that a probe made, and in which nobody else has put anything to run or to keep."""
        found = self._cluster.find(HOME)
        if found is None or _is_ending(found) or not is_ours(found):
            return
        others = [each for path in (PODS, CLAIMS) for each in self._cluster.items(path) if not is_ours(each)]
        if not others:
            self._cluster.remove(HOME)

    def _let_volumes_go(self) -> Iterator[str]:
        """What was written for a probe is kept for nobody, whatever the class says of data."""
        for volume in self._volumes():
            name = text(volume, "metadata", "name")
            if text(volume, "spec", "persistentVolumeReclaimPolicy") == "Delete":
                continue
            try:
                self._cluster.change(f"{_VOLUMES}/{name}", {"spec": {"persistentVolumeReclaimPolicy": "Delete"}})
            except Forbidden as error:
                yield f"PersistentVolume {name} is left behind, since its class retains volumes: {error}"

    def _until_gone(self, path: str, until: float) -> tuple[str, ...]:
        """Waits until all of one kind are gone; says which are not."""
        while found := self._volumes() if path == _VOLUMES else self._ours(path):
            if time.monotonic() > until:
                kind = path.rpartition("/")[2]
                names = ", ".join(text(each, "metadata", "name") for each in found)
                return (f"{kind} {names} did not go within {self._patience:.0f} s: the next probe removes them",)
            self._cluster.pause()
        return ()

    def _ours(self, path: str) -> Sequence[Json]:
        return [each for each in self._cluster.items(path) if is_ours(each)]

    def _volumes(self) -> Sequence[Json]:
        """The PersistentVolumes of probes' claims, where these may be seen."""
        try:
            return [each for each in self._cluster.items(_VOLUMES) if is_volume_of_ours(each)]
        except Forbidden:
            return ()


def _is_ending(namespace: Json | None) -> bool:
    return bool(text(namespace, "metadata", "deletionTimestamp"))
