"""Plays the containers of probes' pods: what they write lies on their volume, and they find what lies there.

Without kubelets nothing runs. This actor runs the few words of shell that probes use, on a model of each volume's
content: so a pod reports a nonce only if its claim is bound, and only if somebody has written it there before.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests, by_name
from runners.demo.actors.base import Actor
from runners.demo.actors.delays import Delays
from runners.layers.jsons import Json, mapping, sequence, strings, text

LABEL = "bedplate/probe"
"""The label of pods that are played here."""
_SAYS = "/dev/termination-log"

Disk = dict[str, str]
"""File, by its path below where the volume is mounted, → content."""


class Prober(Actor):
    """Runs the pods of probes to their end."""

    name = "probe"

    def __init__(self, connection: Requests, *, delays: Delays | None = None) -> None:
        """Takes the connection and how long things take; no volume has anything on it."""
        super().__init__(connection, delays=delays)
        self._disks: dict[str, Disk] = {}

    def disk(self, volume: str) -> Disk:
        """What lies on a PersistentVolume, by its name."""
        return self._disks.setdefault(volume, {})

    def act(self) -> None:
        """Ends every probe's pod that runs and whose claims are bound."""
        pods = [pod for pod in self.api.list(res.PODS) if text(mapping(pod, "metadata", "labels"), LABEL)]
        if not pods:
            return
        volumes = by_name(self.api.list(res.VOLUMES))
        self._disks = {name: disk for name, disk in self._disks.items() if name in volumes}
        for pod in pods:
            self._end(pod)

    def _end(self, pod: Json) -> None:
        statuses = sequence(pod, "status", "containerStatuses")
        # Where somebody else ends pods (kwok does), they have nothing to say.
        said = bool(statuses) and "message" in mapping(statuses[0], "state", "terminated")
        runs = text(pod, "status", "phase") in ("Running", "Succeeded")
        if not statuses or said or not runs:
            return
        mounts = self._mounts(pod)
        if mounts is None:
            return
        code, message = Shell(mounts, _variables(pod)).run(_script(pod))
        ended = {"exitCode": code, "reason": "Completed" if code == 0 else "Error", "message": message}
        first = {**mapping(statuses[0]), "ready": False, "started": False, "state": {"terminated": ended}}
        status = {"phase": "Failed" if code else "Succeeded", "containerStatuses": [first, *statuses[1:]]}
        self.api.patch(res.PODS, pod, {"status": status}, "status")

    def _mounts(self, pod: Json) -> Mapping[str, Disk] | None:
        """Where which volume is mounted; None while a claim of the pod is not bound."""
        claims = by_name(self.api.list(res.CLAIMS, text(pod, "metadata", "namespace")))
        disks: dict[str, Disk] = {}
        for volume in sequence(pod, "spec", "volumes"):
            if name := text(volume, "persistentVolumeClaim", "claimName"):
                claim = claims.get(name)
                if text(claim, "status", "phase") != "Bound":
                    return None
                disks[text(volume, "name")] = self.disk(text(claim, "spec", "volumeName"))
        mounted = sequence(_container(pod), "volumeMounts")
        return {text(each, "mountPath"): disks[text(each, "name")] for each in mounted if text(each, "name") in disks}


class Shell:
    """Runs ``cat FILE > FILE``, ``printf %s TEXT > FILE`` and ``sync``, joined by ``&&``."""

    def __init__(self, mounts: Mapping[str, Disk], variables: Mapping[str, str]) -> None:
        """Takes what is mounted where, and the environment."""
        self._mounts, self._variables = mounts, variables
        self._message = ""

    def run(self, script: str) -> tuple[int, str]:
        """The exit code, and the termination message."""
        for command in script.split("&&"):
            code = self._command(*shlex.split(command))
            if code:
                return code, self._message
        return 0, self._message

    def _command(self, *words: str) -> int:
        match words:
            case ("sync",):
                return 0
            case ("printf", "%s", said, ">", path):
                return self._write(path, self._variables.get(said[1:], "") if said.startswith("$") else said)
            case ("cat", source, ">", path):
                content = self._read(source)
                return 1 if content is None else self._write(path, content)
            case _:
                return 127

    def _read(self, path: str) -> str | None:
        folder, _, name = path.rpartition("/")
        return self._mounts.get(folder, {}).get(name)

    def _write(self, path: str, content: str) -> int:
        folder, _, name = path.rpartition("/")
        if path == _SAYS:
            self._message = content
        elif folder in self._mounts:
            self._mounts[folder][name] = content
        else:
            return 1
        return 0


def _container(pod: Json) -> Json:
    return mapping(next(iter(sequence(pod, "spec", "containers")), {}))


def _script(pod: Json) -> str:
    return next(iter(strings(_container(pod), "command")[-1:]), "")


def _variables(pod: Json) -> Mapping[str, str]:
    return {text(each, "name"): text(each, "value") for each in sequence(_container(pod), "env")}
