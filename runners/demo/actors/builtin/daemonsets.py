"""Plays the DaemonSet controller: a pod on each node, renewed one node at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import (
    REVISION_HASH,
    by_controller,
    has_ended,
    is_deleted,
    is_ready,
    label,
    pod_of,
    suffix,
    template_hash,
)
from runners.layers.jsons import Json, integer, mapping, text


class DaemonSetController(Actor):
    """Keeps a pod of each DaemonSet on each of its nodes."""

    name = "daemonset-controller"

    def act(self) -> None:
        """Looks at every DaemonSet once."""
        daemonsets = [obj for obj in self.api.list(res.DAEMONSETS) if not is_deleted(obj)]
        if not daemonsets:
            return
        nodes, owned = self.api.list(res.NODES), by_controller(self.api.list(res.PODS))
        for daemonset in daemonsets:
            self._keep(daemonset, nodes, owned.get(text(daemonset, "metadata", "uid"), []))

    def _keep(self, daemonset: Json, nodes: Sequence[Json], pods: Sequence[Json]) -> None:
        selector = mapping(daemonset, "spec", "template", "spec", "nodeSelector")
        names = [text(node, "metadata", "name") for node in nodes if _matches(node, selector)]
        digest = template_hash(mapping(daemonset, "spec", "template"))
        live: dict[str, Json] = {}
        leaving = set()
        for pod in pods:
            node = text(pod, "spec", "nodeName")
            if is_deleted(pod):
                leaving.add(node)
            elif has_ended(pod) or node not in names or node in live:
                self.api.delete(res.PODS, pod)
            else:
                live[node] = pod
        for node in names:
            # A new one comes when the old one is gone: both would want the node's ports.
            if node not in live and node not in leaving:
                live[node] = self.api.ensure(res.PODS, _pod(daemonset, node, digest), None)
        if text(daemonset, "spec", "updateStrategy", "type") != "OnDelete":
            live = self._renew(daemonset, live, len(names), digest)
        self.api.set_status(res.DAEMONSETS, daemonset, _status(daemonset, live, len(names), digest))

    def _renew(self, daemonset: Json, live: Mapping[str, Json], nodes: int, digest: str) -> dict[str, Json]:
        """Deletes pods of an old template, as far as enough others are ready; returns what is left."""
        unready = nodes - sum(map(is_ready, live.values()))
        allowed = integer(daemonset, "spec", "updateStrategy", "rollingUpdate", "maxUnavailable", default=1)
        left = dict(live)
        for node, pod in live.items():
            if label(pod, REVISION_HASH) == digest:
                continue
            if is_ready(pod):
                if unready >= allowed:
                    continue
                unready += 1
            self.api.delete(res.PODS, pod)
            del left[node]
        return left


def _matches(node: Json, selector: Json) -> bool:
    return all(label(node, key) == value for key, value in selector.items())


def _pod(daemonset: Json, node: str, digest: str) -> Json:
    name = f"{text(daemonset, 'metadata', 'name')}-{suffix()}"
    pod = pod_of(res.DAEMONSETS, daemonset, name, {REVISION_HASH: digest})
    return {**pod, "spec": {**mapping(pod, "spec"), "nodeName": node}}


def _status(daemonset: Json, live: Mapping[str, Json], nodes: int, digest: str) -> Json:
    ready = sum(map(is_ready, live.values()))
    return {
        "observedGeneration": integer(daemonset, "metadata", "generation"),
        "desiredNumberScheduled": nodes,
        "currentNumberScheduled": len(live),
        "updatedNumberScheduled": sum(label(pod, REVISION_HASH) == digest for pod in live.values()),
        "numberMisscheduled": 0,
        "numberReady": ready,
        "numberAvailable": ready,
        "numberUnavailable": nodes - ready or None,
    }
