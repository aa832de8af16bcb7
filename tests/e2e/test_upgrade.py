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
from tests.e2e.desk import Desk
from tests.e2e.mishaps import Killing, dice
from tests.e2e.person import unwrapped
from tests.e2e.place import Place
from tests.e2e.terminal import EndedError, Terminal
from tests.e2e.walker import Walker
from tests.rig.cluster import Rig
from tests.rig.repository import commit_all, set_longhorn, write_repository
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

DONE = ["The right cluster", "A system backup first", "Apply", "Engines"]
RUNS = ["system backup longhorn", "apply longhorn", "upgrade engines longhorn"]
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


def tags(place: Place) -> set[str]:
    """Versions of the engines that the volumes run."""
    return {image.rpartition(":")[2] for image in states(place, ".status.currentImage")}


def comes(place: Place, terminal: Terminal) -> Walker:
    walker = Walker(terminal, place.rig)
    walker.sees_card("longhorn", "healthy")
    walker.opens("Upgrade")
    return walker


def applies(walker: Walker, place: Place) -> None:
    """Applies, and sees old and new pods side by side while the engines are the old ones."""
    until("the backup's run is over", lambda: not place.lease_holder())
    until("Apply is taken up", lambda: walker.does("Apply"), seconds=240)
    text = walker.terminal.wait("old and new pods", lambda text: "; old " in unwrapped(text), seconds=240)
    assert "new " in unwrapped(text)
    assert tags(place) == {f"v{OLD}"}


def is_upgraded(place: Place) -> None:
    """By the cluster's word."""
    assert place.release("longhorn", "longhorn-system") == (2, "deployed")
    assert tags(place) == {f"v{NEW}"}
    assert states(place) == ["attached"]
    backups = json.loads(place.rig.kubectl("get", "systembackups.longhorn.io", "-A", "-o", "json"))
    assert [item["status"]["state"] for item in backups["items"]] == ["Ready"]


def started(*desks: Desk) -> list[str]:
    """What was run, by whomever, in the order in which it began."""
    runs = sorted((run for desk in desks for run in desk.started()), key=lambda run: run.started)
    return [run.title for run in runs]


def test_one_minor_up_and_then_two_at_once(place: Place) -> None:
    asks_for(place, NEW)
    with place.open() as terminal:
        walker = comes(place, terminal)
        walker.walks(own={"Apply": lambda: applies(walker, place)})
        assert walker.did == DONE
        is_upgraded(place)
        assert started(place) == RUNS
        assert [f"{line['command']} {line['target']}" for line in place.journal("started")] == RUNS
        proved = [str(line["step"]).partition(":")[0] for line in place.journal("proved")]
        assert {"backup", "apply", "settled", "storage", "engines"} <= set(proved)
        terminal.press("esc")
        asks_for(place, TOO_NEW)
        comes(place, terminal).walks(until="Versions")
        terminal.wait("the refusal", lambda text: "1.12.1 → 1.14.0 skips 1.13" in unwrapped(text))
        terminal.press("esc")
        walker.sees("a apply")
        terminal.press("a")
        walker.is_refused("Apply longhorn", "1.12.1 → 1.14.0 skips 1.13: only one minor")
    is_upgraded(place)
    assert started(place) == RUNS


def test_a_colleague_goes_on_after_a_kill_in_the_middle_of_the_apply(place: Place, tmp_path: Path) -> None:
    asks_for(place, NEW)
    seconds = dice().uniform(0, 5)
    print(f"killed {seconds:.1f} s after the apply began")
    with place.open(USER="ada", LOGNAME="ada") as terminal:
        ada = comes(place, terminal)
        with Killing(terminal, lambda: len(place.runs.records()) == 2, seconds), pytest.raises(EndedError):
            ada.walks()
    going_on = [run.title for run in place.runs.records() if not run.state.ended]
    desk = Desk(tmp_path / "bob", place.repository, place.environ, user="bob")
    with desk.open() as terminal:
        bob = Walker(terminal, place.rig)
        bob.opens("Upgrade")
        bob.walks()
    print(f"ada did {ada.did}, and left running: {going_on}; bob did {bob.did}")
    assert "The right cluster" not in bob.did
    is_upgraded(place)
    assert started(place, desk) == RUNS
    assert {run.exit_code for run in place.started()} == {0}
    until("the Lease is given back", lambda: not place.lease_holder())
