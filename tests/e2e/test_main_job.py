"""The main job on a real cluster, through a terminal: each step is checked on the screen and in the cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.person import ROOT, Person, card
from tests.e2e.terminal import Terminal
from tests.rig.stage import Stage
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: from-git, namespace: default}
data: {hello: world}
"""


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage(storage_delay=0.5) as stage:
        yield stage


class Owner(Person):
    """Whose cluster and repository these are."""

    def __init__(self, terminal: Terminal, stage: Stage) -> None:
        super().__init__(terminal, stage.rig)
        self.stage = stage


def test_from_an_empty_cluster_to_flux_and_back(stage: Stage) -> None:
    argv = [sys.executable, str(ROOT / "bedplate.py"), "-C", str(stage.repository)]
    with Terminal(argv, environ=stage.environ, cwd=ROOT) as terminal:
        person = Owner(terminal, stage)
        _opens(person)
        _applies_longhorn(person)
        _applies_minio(person)
        _bootstraps(person)
        _pushes_a_commit(person)
        _suspends_and_resumes(person)
        _repairs(person)
        terminal.press("q")
        assert terminal.wait_for_end() == 0


def _opens(person: Owner) -> None:
    person.sees("● live")
    person.sees("3/3 nodes")
    for name in ("longhorn", "minio", "flux-system"):
        person.sees_card(name, "absent")


def _applies_longhorn(person: Owner) -> None:
    person.terminal.press("i")
    person.sees("release longhorn-system/longhorn  install")
    person.terminal.press("esc")
    person.sees_card("longhorn", "absent")
    person.stage.longhorn.may_offer_storage.clear()
    person.terminal.press("a")
    person.confirms("Apply longhorn", "Apply")
    person.sees("apply longhorn ─ succeeded", seconds=60)
    person.sees("longhorn-manager-")
    assert "progressing" in card(person.sees("applied what you saw"), "longhorn")
    # Helm has succeeded, every pod runs, and there is no storage yet: the card has to say so.
    assert "storageclass" not in person.kubectl("get", "storageclass", "-o", "name")
    person.sees_card("longhorn", "progressing")
    person.stage.longhorn.may_offer_storage.set()
    person.sees_card("longhorn", "healthy")
    assert "longhorn" in person.kubectl("get", "storageclass", "-o", "name")


def _applies_minio(person: Owner) -> None:
    person.terminal.press("down")
    person.sees("▶◌ minio")
    person.terminal.press("a")
    person.confirms("Apply minio", "Apply")
    person.sees("apply minio ─ succeeded", seconds=90)
    person.sees_card("minio", "healthy")
    tenant = person.get("tenant", "-n", "minio-tenant", "minio-tenant")
    assert tenant["status"]["currentState"] == "Initialized"  # type: ignore[index]


def _bootstraps(person: Owner) -> None:
    person.terminal.press("tab")
    person.sees("b bootstrap")
    person.terminal.press("b")
    person.confirms("Bootstrap", "Bootstrap")
    person.sees("all components are healthy", seconds=120)
    text = person.sees_card("flux-system", "healthy")
    revision = person.stage.server.head()[:8]
    assert f"main@{revision}" in card(text, "flux-system")
    found = person.get("kustomization", "-n", "flux-system", "flux-system")
    assert found["status"]["lastAppliedRevision"].endswith(person.stage.server.head())  # type: ignore[index]


def _pushes_a_commit(person: Owner) -> None:
    commit = person.stage.push({"clusters/rig/from-git.yaml": CONFIG_MAP}, "Say hello")
    person.terminal.press("4")
    person.sees("KIND")
    _on_row(person, "Kustomization")
    person.terminal.press("W")
    person.confirms("Reconcile with source", "Reconcile with source")
    person.terminal.wait(
        "the commit's revision", lambda text: f"main@{commit[:8]}" in card(text, "flux-system"), seconds=60
    )
    assert person.get("configmap", "from-git")["data"] == {"hello": "world"}


def _suspends_and_resumes(person: Owner) -> None:
    _on_row(person, "Kustomization")
    person.terminal.press("s")
    person.confirms("Suspend", "Suspend")
    person.terminal.wait("suspended", lambda text: "suspended" in _row(text, "Kustomization"))
    assert person.get("kustomization", "-n", "flux-system", "flux-system")["spec"]["suspend"] is True  # type: ignore[index]
    person.terminal.press("R")
    person.sees("refused: nothing was changed")
    person.sees("is suspended: Flux would do")
    person.terminal.press("esc")
    person.terminal.wait("the dialog to close", lambda text: "refused" not in text)
    person.terminal.press("r")
    person.confirms("Resume", "Resume")
    person.terminal.wait("ready", lambda text: "ready" in _row(text, "Kustomization"))
    assert not person.get("kustomization", "-n", "flux-system", "flux-system")["spec"].get("suspend")  # type: ignore[attr-defined]


def _repairs(person: Owner) -> None:
    before = person.get("daemonset", "-n", "longhorn-system", "longhorn-manager")["metadata"]["uid"]  # type: ignore[index]
    person.kubectl("delete", "daemonset", "-n", "longhorn-system", "longhorn-manager")
    person.sees_card("longhorn", "failed")
    person.sees("DaemonSet longhorn-manager is missing")
    person.terminal.press("esc")
    person.terminal.wait("longhorn under the cursor", lambda text: "▶✖ longhorn" in text or "▶● minio" in text)
    person.terminal.press("up")
    person.sees("▶✖ longhorn")
    person.terminal.press("f")
    person.confirms("Repair longhorn", "Repair")
    person.sees("repair longhorn ─ succeeded", seconds=60)
    person.sees_card("longhorn", "healthy")
    until(
        "a new DaemonSet",
        lambda: person.get("daemonset", "-n", "longhorn-system", "longhorn-manager")["metadata"]["uid"] != before,  # type: ignore[index]
    )


def _row(text: str, singular: str) -> str:
    """The table's line of the object of a kind that bootstrap made."""
    return next((line for line in text.splitlines() if f" {singular} flux-system " in " ".join(line.split())), "")


def _cursor_left(at: int) -> Callable[[str], bool]:
    return lambda text: not text.splitlines()[at].startswith("▶")


def _on_row(person: Owner, singular: str) -> None:
    """Puts the table's cursor on the object of a kind that bootstrap made, one step at a time."""
    person.terminal.wait(f"a row of {singular}", lambda text: bool(_row(text, singular)))
    for _ in range(20):
        lines = person.terminal.lines
        at = next(index for index, line in enumerate(lines) if line.startswith("▶"))
        wanted = lines.index(_row("\n".join(lines), singular))
        if at == wanted:
            return
        step = 1 if wanted > at else -1
        person.terminal.press("down" if step > 0 else "up")
        person.terminal.wait("the cursor to move", _cursor_left(at), seconds=30)
    raise AssertionError(f"no row of {singular} under the cursor:\n{person.terminal.text}")
