"""Plays the kubelets of all nodes: heartbeats, and pods that come up after a while, or can't, or end."""

from __future__ import annotations

from collections.abc import Mapping

from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests, by_name
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin import pod_status
from runners.demo.actors.builtin.images import images_of, pulled
from runners.demo.actors.builtin.nodes import conditions, is_down
from runners.demo.actors.builtin.owned import has_ended, is_deleted, is_ready
from runners.demo.actors.delays import Delays
from runners.demo.actors.events import Recorder
from runners.demo.actors.probe import LABEL as PROBE
from runners.layers.jsons import Json, mapping, sequence, text, truth

_HEARTBEAT = 300.0
_CREATE, _READY, _RUN, _END = 1.2, 0.8, 3.0, 0.6
"""Seconds, at the stage's pace, until a container is there, is ready, has done its work, has ended."""
_RESTART, _LONGEST_RESTART = 10.0, 300.0
_IMAGE_REASONS = ("ErrImagePull", "ImagePullBackOff")


class Kubelet(Actor):
    """What runs on every node."""

    name = "kubelet"

    def __init__(self, connection: Requests, *, delays: Delays | None = None) -> None:
        """Takes the connection and how long things take."""
        super().__init__(connection, delays=delays)
        self._events = Recorder(self.api, self.delays, self.name)

    def act(self) -> None:
        """Reports every node, and brings every pod on it one step on."""
        pods = self.api.list(res.PODS)
        images = pulled(pods)
        nodes = by_name([self._beat(node, images) for node in self.api.list(res.NODES)])
        for pod in pods:
            node = nodes.get(text(pod, "spec", "nodeName"))
            if is_deleted(pod):
                self._end(pod, node)
            elif node is None or has_ended(pod):
                continue
            elif is_down(node):
                self.api.set_status(res.PODS, pod, pod_status.lost(pod))
            elif not _is_settled(pod):
                self.api.set_status(res.PODS, pod, self._next(pod, node))

    def _beat(self, node: Json, images: Mapping[str, frozenset[str]]) -> Json:
        uid = text(node, "metadata", "uid")
        beats = self.delays.age(("heartbeat", uid)) >= _HEARTBEAT
        if beats:
            self.delays.restart(("heartbeat", uid))
        if not is_down(node):
            self.delays.look_again(_HEARTBEAT - self.delays.age(("heartbeat", uid)))
        there = images_of(node, images.get(text(node, "metadata", "name"), ()))
        self.api.set_status(res.NODES, node, {"conditions": conditions(node, beats=beats), "images": there})
        return node

    def _end(self, pod: Json, node: Json | None) -> None:
        """A pod ends when its containers did; on a node that is down nobody can tell."""
        if node is not None and is_down(node):
            return
        if node is None or self.delays.took(("end", text(pod, "metadata", "uid")), _END):
            self.api.delete(res.PODS, pod, at_once=True)

    def _next(self, pod: Json, node: Json) -> Json:
        uid, runs = text(pod, "metadata", "uid"), text(pod, "status", "phase") == "Running"
        reason, message = pod_status.waits(pod)
        if not runs and (missing := self._missing(pod)):
            self._events.warn(res.PODS, pod, "FailedMount", missing)
            return pod_status.creating(pod, node)
        # A slow image here, a quick one there: the same pod takes the same time.
        pace = 1 + int(uid.encode().hex()[-3:], 16) % 100 / 50
        if not runs and not self.delays.took(("create", uid), _CREATE * pace):
            return pod_status.creating(pod, node)
        if reason == "CrashLoopBackOff":
            return self._crash(pod, node)
        if reason and reason != "Unready":
            return self._refuse(pod, node, reason, message)
        if runs and reason == "Unready":
            said = message or "HTTP probe failed with statuscode: 503"
            self._events.warn(res.PODS, pod, "Unhealthy", f"Readiness probe failed: {said}")
            return pod_status.running(pod, node, ready=False)
        if not runs:
            return pod_status.running(pod, node, ready=False)
        if not is_ready(pod) and not self.delays.took(("ready", uid), _READY * pace):
            return pod_status.running(pod, node, ready=False)
        if _ends(pod) and is_ready(pod) and self.delays.took(("run", uid), _RUN):
            return pod_status.succeeded(pod, node)
        return pod_status.running(pod, node, ready=True)

    def _missing(self, pod: Json) -> str:
        """What of a pod's volumes can't be mounted."""
        namespace = text(pod, "metadata", "namespace")
        for volume in sequence(pod, "spec", "volumes"):
            for resource, source, field in (
                (res.SECRETS, "secret", "secretName"),
                (res.CONFIGMAPS, "configMap", "name"),
                (res.CLAIMS, "persistentVolumeClaim", "claimName"),
            ):
                name = text(volume, source, field)
                if not name or truth(volume, source, "optional"):
                    continue
                if self.api.get(resource, namespace, name) is None:
                    what = resource.kind.lower()
                    about = text(volume, "name")
                    return f'MountVolume.SetUp failed for volume "{about}" : {what} "{name}" not found'
        return ""

    def _refuse(self, pod: Json, node: Json, reason: str, message: str) -> Json:
        if reason in _IMAGE_REASONS:
            image = text(next(iter(sequence(pod, "spec", "containers")), {}), "image")
            why = f'failed to resolve reference "{image}": {image}: not found'
            said = f'failed to pull and unpack image "{image}": {why}'
            self._events.warn(res.PODS, pod, "Failed", f'Failed to pull image "{image}": {said}')
            self._events.note(res.PODS, pod, "BackOff", f'Back-off pulling image "{image}"')
            message = message or f'Back-off pulling image "{image}": ErrImagePull: {said}'
        self._events.warn(res.PODS, pod, "Failed", f"Error: {reason if reason in _IMAGE_REASONS else message}")
        return pod_status.refused(pod, node, reason, message)

    def _crash(self, pod: Json, node: Json) -> Json:
        uid, times = text(pod, "metadata", "uid"), pod_status.restarts(pod)
        pause = min(_RESTART * 2**times, _LONGEST_RESTART)
        if self.delays.elapsed(("restart", uid, times), pause):
            times += 1
        container = text(next(iter(sequence(pod, "spec", "containers")), {}), "name")
        where = f"{text(pod, 'metadata', 'name')}_{text(pod, 'metadata', 'namespace')}({uid})"
        said = f"Back-off restarting failed container {container} in pod {where}"
        self._events.warn(res.PODS, pod, "BackOff", said)
        return pod_status.crashed(pod, node, times)


def _is_settled(pod: Json) -> bool:
    """Is it ready, and nothing will become of it by itself? Most pods are, at most looks."""
    return is_ready(pod) and not _ends(pod) and not any(pod_status.waits(pod))


def _ends(pod: Json) -> bool:
    """Does it end by itself? A probe's pod is ended by who plays the probe."""
    labels: Mapping[str, object] = mapping(pod, "metadata", "labels")
    return text(pod, "spec", "restartPolicy") in ("Never", "OnFailure") and PROBE not in labels
