"""Plays the container of a probe's pod: it ends with the probe's nonce as its termination message.

A probe proves that storage works by a pod that mounts a new claim, writes there, and reports what it reads. Without
kubelets nothing runs; this actor reports only once every claim of the pod is bound, so that the proof still needs them.
"""

from __future__ import annotations

from runners.demo.actors import resources as res
from runners.demo.actors.api import by_name
from runners.demo.actors.base import Actor
from runners.layers.jsons import Json, mapping, sequence, text

LABEL = "bedplate-probe"
"""The label of pods that are played here."""
NONCE = "BEDPLATE_NONCE"
"""The variable of such a pod's first container that holds what it has to report."""


class Prober(Actor):
    """Ends the pods of probes."""

    name = "probe"

    def act(self) -> None:
        """Ends every probe's pod that runs and whose claims are bound."""
        for pod in self.api.list(res.PODS):
            if text(pod, "metadata", "labels", LABEL) and text(pod, "status", "phase") in ("Running", "Succeeded"):
                self._end(pod)

    def _end(self, pod: Json) -> None:
        nonce, statuses = _nonce(pod), sequence(pod, "status", "containerStatuses")
        if not nonce or not statuses or text(statuses[0], "state", "terminated", "message") == nonce:
            return
        claims = by_name(self.api.list(res.CLAIMS, text(pod, "metadata", "namespace")))
        mounted = [text(volume, "persistentVolumeClaim", "claimName") for volume in sequence(pod, "spec", "volumes")]
        if any(name and text(claims.get(name), "status", "phase") != "Bound" for name in mounted):
            return
        ended = {"exitCode": 0, "reason": "Completed", "message": nonce}
        first = {**mapping(statuses[0]), "ready": False, "started": False, "state": {"terminated": ended}}
        status = {"phase": "Succeeded", "containerStatuses": [first, *statuses[1:]]}
        self.api.patch(res.PODS, pod, {"status": status}, "status")


def _nonce(pod: Json) -> str:
    containers = sequence(pod, "spec", "containers")
    variables = sequence(containers[0], "env") if containers else ()
    return next((text(item, "value") for item in variables if text(item, "name") == NONCE), "")
