"""Longhorn's verdict on a real API server follows the cluster: what changes is in the picture within a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors import resources as res
from runners.demo.actors.api import Api
from runners.demo.actors.cast import Cast
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.resources import Resource
from runners.journal import Journal
from runners.layers.jsons import Json, mapping
from runners.layers.picture import ComponentState, Picture
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.verdicts import Verdict
from runners.session import Options, Session
from runners.tools.runs import Runs
from tests.layers import longhorn_objects as lh
from tests.rig.cluster import Rig
from tests.rig.repository import write_repository
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

PATIENCE = 15.0
"""Seconds that a busy machine may take from a change of the cluster to a picture that says it; how many is printed."""
STORAGE = "longhorn-system"
SETTINGS = Settings(origin="a test", foundation=(FoundationEntry("longhorn", "longhorn/helmfile.yaml", (STORAGE,)),))


NAS = {"backupTargetURL": "nfs://nas.example.com:/backups", "credentialSecret": ""}


@dataclass
class Watched:
    """A cluster whose Longhorn has made everything and is left alone, and a session that watches it."""

    api: Api
    state: ComponentState | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def heard(self, picture: Picture) -> None:
        with self.changed:
            self.state = picture.component("longhorn")
            self.changed.notify_all()

    def becomes(self, verdict: Verdict, says: str, *, seconds: float) -> None:
        def so() -> bool:
            found = self.state
            return found is not None and found.verdict is verdict and says in found.summary

        with self.changed:
            assert self.changed.wait_for(so, seconds), f"{verdict.value} “{says}” not within {seconds} s: {self.state}"

    def follows(self, what: str, change: Callable[[], object], verdict: Verdict, says: str) -> None:
        """Changes the cluster and waits for the picture that says it."""
        began = time.monotonic()
        change()
        self.becomes(verdict, says, seconds=PATIENCE)
        print(f"{what}: {(time.monotonic() - began) * 1000:.0f} ms")

    def get(self, resource: Resource, name: str) -> Json:
        found = self.api.get(resource, "" if resource is res.STORAGECLASSES else STORAGE, name)
        assert found is not None, name
        return found

    def say(self, resource: Resource, name: str, **status: object) -> None:
        """Writes into an object's status, as Longhorn's manager does."""
        self.api.patch(resource, self.get(resource, name), {"status": status}, "status")

    def make(self, resource: Resource, obj: lh.Obj) -> None:
        wanted = {**obj, "metadata": {"name": obj["metadata"]["name"], "namespace": STORAGE}}
        made = self.api.ensure(resource, wanted, None)
        self.api.set_status(resource, made, mapping(obj, "status"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Watched]:
    with Rig("pods") as rig:
        connection = Connection(load({}, kubeconfig=rig.kubeconfig))
        api = Api(connection)
        repository = write_repository(rig.folder / "repo", commit=False)
        with Cast([Longhorn(connection, storage_delay=0)]):
            done = rig.run("helmfile", "-f", "longhorn/helmfile.yaml", "sync", cwd=repository)
            assert done.returncode == 0, done.stderr
            until("StorageClass", lambda: api.list(res.STORAGECLASSES))
            until("instance managers", lambda: len(api.list(res.LONGHORN_INSTANCE_MANAGERS, STORAGE)) == 3)
            until("backup target", lambda: api.get(res.LONGHORN_BACKUP_TARGETS, STORAGE, "default"))
        seen = Watched(api)
        session = a_session(rig, repository)
        session.subscribe(seen.heard)
        session.start()
        try:
            yield seen
        finally:
            session.stop()
            connection.close()


@pytest.fixture
def watched(cluster: Watched) -> Watched:
    """The cluster, healthy: whatever an earlier test has left in it, and in whatever order they run."""
    target = cluster.get(res.LONGHORN_BACKUP_TARGETS, "default")
    cluster.api.patch(res.LONGHORN_BACKUP_TARGETS, target, {"spec": NAS})
    cluster.say(res.LONGHORN_BACKUP_TARGETS, "default", available=True, conditions=[])
    flag = cluster.get(res.LONGHORN_SETTINGS, "deleting-confirmation-flag")
    cluster.api.patch(res.LONGHORN_SETTINGS, flag, {"value": "false"})
    cluster.becomes(Verdict.HEALTHY, "", seconds=60)
    return cluster


def a_session(rig: Rig, repository: Path) -> Session:
    reload = partial(load, rig.environ, kubeconfig=rig.kubeconfig)
    options = Options(repository, SETTINGS, reload(), reload, rig.environ, read_only=True)
    return Session(options, Runs(rig.folder / "runs"), Journal(rig.folder / "journal.jsonl"))


def test_a_volume(watched: Watched) -> None:
    volumes = res.LONGHORN_VOLUMES
    made = lh.volume(lastBackupAt=lh.stamp(time.time()))
    watched.make(volumes, made)
    for robustness, verdict in (("degraded", Verdict.DEGRADED), ("faulted", Verdict.FAILED)):
        say = partial(watched.say, volumes, "pvc-1", robustness=robustness)
        watched.follows(f"volume {robustness}", say, verdict, f"is {robustness}")
    watched.follows("volume healthy", partial(watched.say, volumes, "pvc-1", robustness="healthy"), Verdict.HEALTHY, "")
    watched.follows(
        "backup too old",
        partial(watched.say, volumes, "pvc-1", lastBackupAt=lh.stamp(time.time() - 50 * lh.HOUR)),
        Verdict.DEGRADED,
        "the last backup is too old",
    )
    gone = partial(watched.api.delete, volumes, watched.get(volumes, "pvc-1"))
    watched.follows("volume deleted", gone, Verdict.HEALTHY, "")


def test_the_storage_class(watched: Watched) -> None:
    storage_class = watched.get(res.STORAGECLASSES, "longhorn")
    another = {"metadata": {"name": "local-path", "annotations": storage_class["metadata"]["annotations"]}}  # type: ignore[index]
    other = {**another, "provisioner": "rancher.io/local-path"}
    watched.follows(
        "a second default class",
        partial(watched.api.ensure, res.STORAGECLASSES, other, None),
        Verdict.DEGRADED,
        "local-path, longhorn are all default",
    )
    watched.api.delete(res.STORAGECLASSES, watched.get(res.STORAGECLASSES, "local-path"))
    gone = partial(watched.api.delete, res.STORAGECLASSES, storage_class)
    # Right after an apply what is missing counts as on its way.
    watched.follows("StorageClass gone", gone, Verdict.PROGRESSING, "StorageClass longhorn is not there yet")
    again = {key: storage_class[key] for key in ("provisioner", "parameters")}
    metadata = {"name": "longhorn", "annotations": mapping(storage_class, "metadata", "annotations")}
    back = partial(watched.api.ensure, res.STORAGECLASSES, {**again, "metadata": metadata}, None)
    watched.follows("StorageClass back", back, Verdict.HEALTHY, "")


def test_the_backup_target(watched: Watched) -> None:
    targets = res.LONGHORN_BACKUP_TARGETS
    trouble = lh.condition("Unavailable", "True", "Unavailable", "cannot list backups: no route to host")
    watched.follows(
        "backup target unavailable",
        partial(watched.say, targets, "default", available=False, conditions=[trouble]),
        Verdict.DEGRADED,
        "is not available: cannot list backups: no route to host",
    )
    watched.say(targets, "default", available=True, conditions=[])
    watched.becomes(Verdict.HEALTHY, "", seconds=PATIENCE)
    encoded = {"AWS_ENDPOINTS": "aHR0cDovL2dhcmFnZS5nYXJhZ2Uuc3ZjOjM5MDA="}
    secret = {"metadata": {"name": "s3", "namespace": STORAGE}, "type": "Opaque", "data": encoded}
    watched.api.ensure(res.SECRETS, secret, None)
    spec = {"backupTargetURL": "s3://backups@garage/", "credentialSecret": "s3"}
    watched.follows(
        "backup target on the cluster itself",
        partial(watched.api.patch, targets, watched.get(targets, "default"), {"spec": spec}),
        Verdict.DEGRADED,
        "lies on the cluster that it backs up (garage.garage.svc)",
    )


def test_a_setting(watched: Watched) -> None:
    flag = watched.get(res.LONGHORN_SETTINGS, "deleting-confirmation-flag")
    change = partial(watched.api.patch, res.LONGHORN_SETTINGS, flag, {"value": "true"})
    watched.follows("deletion flag", change, Verdict.DEGRADED, "nothing would stop an uninstall")
