"""An upgrade of the stand-in longhorn on a real cluster: one minor up, step by step, and two minors refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors.cast import Cast
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.provisioner import Provisioner
from runners.layers.runs import RunState
from tests.e2e.person import Person, unwrapped
from tests.e2e.place import Place
from tests.rig.cluster import Rig
from tests.rig.repository import commit_all, set_longhorn, write_repository
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

OLD, NEW, TOO_NEW = "1.11.2", "1.12.1", "1.14.0"
ENTRY = {"component": "longhorn", "helmfile": "longhorn/helmfile.yaml", "namespaces": ["longhorn-system"]}
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "default"},
    "spec": {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "longhorn",
        "resources": {"requests": {"storage": "1Gi"}},
    },
}
USER = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "user", "namespace": "default"},
    "spec": {
        "containers": [{"name": "app", "image": "app", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
    },
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Longhorn as it was installed a minor version ago, with one volume in use, and a repository that asks for more."""
    with Rig("pods") as rig:
        connection = Connection(load({}, kubeconfig=rig.kubeconfig))
        with Cast((Longhorn(connection, storage_delay=0), Provisioner(connection))):
            made = Place(rig, tmp_path, "longhorn-system")
            write_repository(made.repository, longhorn=OLD, commit=False)
            made.write("bedplate.yaml", yaml.safe_dump({"version": 1, "foundation": [ENTRY]}))
            commit_all(made.repository, "Lay the foundation")
            made.sync("longhorn/helmfile.yaml")
            until("storage", lambda: "longhorn" in rig.kubectl("get", "storageclass", "-o", "name"))
            for wanted in (CLAIM, USER):
                rig.apply(wanted)
            until("a volume in use", lambda: states(made) == ["attached"])
            yield made
        connection.close()


def states(place: Place, what: str = ".status.state") -> list[str]:
    path = f"jsonpath={{.items[*]{what}}}"
    return place.rig.kubectl("get", "volumes.longhorn.io", "-n", "longhorn-system", "-o", path).split()


def asks_for(place: Place, version: str) -> None:
    set_longhorn(place.repository, version)
    commit_all(place.repository, f"Ask for Longhorn {version}")


def opens(person: Person) -> None:
    person.sees("● live")
    person.sees_card("longhorn", "healthy")
    person.terminal.press(":upgrade", "enter")
    person.sees("1 The right cluster")


def confirms_the_cluster(person: Person) -> None:
    person.terminal.press("enter")
    person.sees("type rig to go on")
    person.confirms_by_a_word("The right cluster", "rig")


def test_one_minor_up_and_then_two_at_once(place: Place) -> None:
    asks_for(place, NEW)
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        opens(person)
        confirms_the_cluster(person)
        person.sees("Longhorn system backup: there is none")
        terminal.press("enter")
        person.confirms("System backup longhorn", "System backup")
        person.sees("step 5 of 8", seconds=60)
        until("the run's end", lambda: [run.state for run in place.runs.records()] == [RunState.SUCCEEDED])
        backups = json.loads(
            place.rig.kubectl("get", "systembackups.longhorn.io", "-n", "longhorn-system", "-o", "json")
        )
        assert [item["status"]["state"] for item in backups["items"]] == ["Ready"]
        terminal.press("enter")
        person.confirms("Apply longhorn", "Apply")
        terminal.wait("old and new pods", lambda text: "; old " in unwrapped(text), seconds=60)
        person.sees("step 8 of 8", seconds=120)
        assert place.release("longhorn", "longhorn-system") == (2, "deployed")
        assert {image.rpartition(":")[2] for image in states(place, ".status.currentImage")} == {f"v{OLD}"}
        terminal.press("enter")
        person.confirms("Upgrade engines longhorn", "Upgrade engines")
        person.sees("all 8 steps over", seconds=60)
        assert {image.rpartition(":")[2] for image in states(place, ".status.currentImage")} == {f"v{NEW}"}
        steps = [str(line["step"]).partition(":")[0] for line in place.journal("proved")]
        assert {"backup", "apply", "settled", "storage", "engines"} <= set(steps)
        terminal.press("esc")
        asks_for(place, TOO_NEW)
        opens(person)
        confirms_the_cluster(person)
        person.sees("step 3 of 8")
        terminal.wait("the refusal", lambda text: "1.12.1 → 1.14.0 skips 1.13" in unwrapped(text))
        terminal.press("esc")
        person.sees("a apply")
        terminal.press("a")
        person.is_refused("Apply longhorn", "1.12.1 → 1.14.0 skips 1.13: only one minor")
    assert place.release("longhorn", "longhorn-system") == (2, "deployed")
