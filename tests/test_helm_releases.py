"""Helm is asked once for a burst of changes, and once for what each new revision consists of."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager

from runners.helm_releases import Argv, HelmReleases
from runners.tools.capture import Captured, ToolMissing

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: longhorn-ui}
---
apiVersion: v1
kind: Secret
metadata: {name: never-watched-whole}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
"""
PATIENCE = 30.0


class Helm:
    """Answers as helm does, and counts what it is asked."""

    def __init__(self) -> None:
        self.releases: dict[tuple[str, str], tuple[int, str]] = {}
        self.asked: list[Argv] = []
        self.missing = False
        self.code = 0
        """Of ``helm get manifest``."""

    async def __call__(self, argv: Argv) -> Captured:
        self.asked.append(argv)
        if self.missing:
            raise ToolMissing("helm", "is not on PATH")
        if argv[1] == "get":
            return Captured(argv, self.code, MANIFEST, "", 0.1)
        listed = [
            {"namespace": at[0], "name": at[1], "revision": str(revision), "status": status, "chart": "longhorn-1.12.1"}
            for at, (revision, status) in self.releases.items()
        ]
        return Captured(argv, 0, json.dumps(listed), "", 0.1)


@contextmanager
def followed(helm: Helm) -> Iterator[tuple[HelmReleases, queue.Queue[None]]]:
    told: queue.Queue[None] = queue.Queue()
    failures: list[str] = []
    found = HelmReleases("home", ("longhorn-system",), helm, lambda: told.put(None), failures.append)
    found.start()
    try:
        yield found, told
    finally:
        found.stop()
    assert failures == []


def test_what_a_revision_consists_of_is_asked_once() -> None:
    helm = Helm()
    helm.releases = {("longhorn-system", "longhorn"): (3, "deployed"), ("apps", "web"): (1, "deployed")}
    with followed(helm) as (found, told):
        found.ask()
        found.ask()
        told.get(timeout=PATIENCE)
        assert found.charts == {("longhorn-system", "longhorn"): "1.12.1", ("apps", "web"): "1.12.1"}
        made = {("deployments", "longhorn-system", "longhorn-ui"), ("storageclasses", "", "fast")}
        assert found.objects == {("longhorn-system", "longhorn", 3): made}
        found.ask()
        told.get(timeout=PATIENCE)
        assert [argv[1] for argv in helm.asked] == ["list", "get", "list"]
        helm.releases[("longhorn-system", "longhorn")] = (4, "pending-upgrade")
        found.ask()
        told.get(timeout=PATIENCE)
        assert found.objects == {}


def test_without_helm_it_is_settled_that_nothing_is_known() -> None:
    helm = Helm()
    helm.missing = True
    with followed(helm) as (found, told):
        assert not found.settled.is_set()
        found.ask()
        told.get(timeout=PATIENCE)
        assert (found.settled.is_set(), found.charts, found.objects) == (True, {}, {})


def test_a_release_that_helm_cannot_tell_of_costs_no_other_its_version() -> None:
    helm = Helm()
    helm.releases = {("longhorn-system", "longhorn"): (3, "deployed")}
    helm.code = 1
    with followed(helm) as (found, told):
        found.ask()
        told.get(timeout=PATIENCE)
        assert found.charts == {("longhorn-system", "longhorn"): "1.12.1"}
        assert found.objects == {}
