"""The objects of one claim probe, as plain data: all in a namespace of its own, and labelled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runners.layers.jsons import Json, mapping, text

NAMESPACE = "bedplate-probe"
"""Everything of a probe is in it, and nothing else is looked at or changed."""
MANAGED_BY, BEDPLATE = "app.kubernetes.io/managed-by", "bedplate"
LABEL = "bedplate/probe"
"""Which probe made it."""
NONCE = "BEDPLATE_NONCE"
"""The variable of the writer that holds what it has to write; the reader has none."""

SIZE = "1Gi"
"""The least that every driver can make."""
LASTS = 300
"""Seconds after which a pod of a probe is ended by the cluster, should nobody be left to delete it."""
_CLAIM = re.compile(r"claim-[0-9a-f]{8}")
_NOBODY = 65534
_FOLDER, _SAYS = "/data", "/dev/termination-log"
_WRITE = f'printf %s "${NONCE}" > {_FOLDER}/nonce && sync && cat {_FOLDER}/nonce > {_SAYS}'
_READ = f"cat {_FOLDER}/nonce > {_SAYS}"


@dataclass(frozen=True, slots=True)
class Trial:
    """One probe: its names are told apart by the nonce's beginning."""

    nonce: str
    storage_class: str
    """Empty for the default one."""
    image: str = ""

    @property
    def claim(self) -> str:
        """The claim's name."""
        return f"claim-{self.nonce[:8]}"

    @property
    def writer(self) -> str:
        """The name of the pod that writes."""
        return f"writer-{self.nonce[:8]}"

    @property
    def reader(self) -> str:
        """The name of the pod that reads."""
        return f"reader-{self.nonce[:8]}"


def is_a_probes(claim: str) -> bool:
    """Is a claim, ``namespace/name``, one that a probe made?"""
    return claim.partition("/")[0] == NAMESPACE


def is_ours(obj: Json) -> bool:
    """Did a probe make it?"""
    return text(obj, "metadata", "labels", MANAGED_BY) == BEDPLATE


def is_volume_of_ours(volume: Json) -> bool:
    """Was a PersistentVolume made for a probe's claim, whether that is still there or not?"""
    reference = mapping(volume, "spec", "claimRef")
    return text(reference, "namespace") == NAMESPACE and bool(_CLAIM.fullmatch(text(reference, "name")))


def namespace() -> Json:
    """The namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": _labels()}}


def claim(trial: Trial) -> Json:
    """The claim."""
    spec = {
        **({"storageClassName": trial.storage_class} if trial.storage_class else {}),
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": SIZE}},
    }
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": _metadata(trial.claim), "spec": spec}


def writer(trial: Trial) -> Json:
    """The pod that writes the nonce, and says what it then finds there."""
    return _pod(trial, trial.writer, _WRITE, {"env": [{"name": NONCE, "value": trial.nonce}]})


def reader(trial: Trial) -> Json:
    """The pod that says what it finds."""
    return _pod(trial, trial.reader, _READ, {})


def _pod(trial: Trial, name: str, script: str, more: Json) -> Json:
    """A pod that even a namespace with the restricted Pod Security profile and a quota takes."""
    container = {
        "name": "probe",
        "image": trial.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c", script],
        "volumeMounts": [{"name": "data", "mountPath": _FOLDER}],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "200m", "memory": "64Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        **more,
    }
    spec = {
        "restartPolicy": "Never",
        "activeDeadlineSeconds": LASTS,
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _NOBODY,
            "runAsGroup": _NOBODY,
            "fsGroup": _NOBODY,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": trial.claim}}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": _metadata(name), "spec": spec}


def _metadata(name: str) -> Json:
    return {"name": name, "namespace": NAMESPACE, "labels": _labels()}


def _labels() -> dict[str, str]:
    return {MANAGED_BY: BEDPLATE, LABEL: "claim"}
