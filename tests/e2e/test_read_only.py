"""With --read-only no key changes anything, each says why, and planning is closed where it would run code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from tests.e2e.person import Person
from tests.e2e.place import Place
from tests.rig.cluster import Rig
from tests.rig.flux import COMPONENTS
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

REASON = "read-only: this session changes nothing → start without --read-only"


@pytest.fixture
def kustomization(api_rig: Rig) -> Iterator[str]:
    """A Kustomization that nobody reconciles; gone afterwards, and its kind with it."""
    export = api_rig.run("flux", "install", "--export", f"--components={COMPONENTS}").stdout
    documents = yaml.safe_load_all(export)
    name = "kustomizations.kustomize.toolkit.fluxcd.io"
    api_rig.apply(next(item for item in documents if item and item["metadata"]["name"] == name))
    until("Kustomizations are served", lambda: api_rig.serves("/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations"))
    spec = {"interval": "1m", "path": "./", "prune": False, "sourceRef": {"kind": "GitRepository", "name": "apps"}}
    metadata = {"name": "apps", "namespace": "default"}
    group = "kustomize.toolkit.fluxcd.io/v1"
    api_rig.apply({"apiVersion": group, "kind": "Kustomization", "metadata": metadata, "spec": spec})
    yield "apps"
    api_rig.kubectl("delete", "crd", name)


def test_no_key_changes_anything(place: Place, kustomization: str) -> None:
    place.sync()
    place.values(colour="blue")
    place.commit("Paint it blue")
    before = _everything(place)
    with place.open("--read-only") as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        assert "read-only" in terminal.lines[0]
        _is_closed(person, ("a", "Apply web"), ("f", "Repair web"))
        terminal.press("i")  # what only reads is open
        person.sees("release " + place.namespace + "/web  upgrade")
        terminal.press("esc")
        person.sees("Foundation · helmfile")  # esc and a key right behind it would be one key
        terminal.press("tab")
        person.sees("b bootstrap")
        _is_closed(person, ("b", "Bootstrap"))
        terminal.press("4")
        person.sees(f" Kustomization  {kustomization}")
        object_ = f"Kustomization default/{kustomization}"
        _is_closed(
            person,
            ("s", f"Suspend {object_}"),
            ("r", f"Resume {object_}"),
            ("R", f"Reconcile {object_}"),
            ("W", f"Reconcile with source {object_}"),
        )
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    assert _everything(place) == before
    assert place.runs.records() == ()
    assert place.lease_holder() == ""
    assert {str(line["command"]) for line in place.journal("refused")} == {
        "apply", "repair", "bootstrap", "suspend", "resume", "reconcile", "reconcile with source",
    }  # fmt: skip


def test_a_plan_that_would_run_code_is_closed(place: Place) -> None:
    mark = place.repository / "ran"
    place.helmfile(hooks=[{"events": ["prepare"], "command": "touch", "args": [str(mark)]}])
    with place.open("--read-only") as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("i")
        person.sees("plan web ─ refused")
        person.sees("read-only: the helmfile's prepare hooks run code on a plan too")
        terminal.press("esc")
    assert not mark.exists()


def test_a_run_of_another_session_is_not_interrupted(place: Place) -> None:
    place.values(colour="red", claim=True)
    place.helmfile(wait=True, timeout=120)
    with place.open() as first:
        person = Person(first, place.rig)
        person.sees("● live")
        first.press("a")
        person.confirms("Apply web", "Apply")
        until("helm waits", lambda: place.release() == (1, "pending-install"))
        (run,) = place.runs.records()
        with place.open("--read-only") as second:
            onlooker = Person(second, place.rig)
            onlooker.sees(f"run {run.short_id}  apply web ─ running")
            second.press("ctrl-c")
            onlooker.answers(f"Interrupt run {run.short_id}?", "Interrupt")
            onlooker.sees("read-only: this session changes nothing")
        assert not place.runs.record(run.id).state.ended
        place.bind_claim()
        person.sees("applied what you saw")


def _is_closed(person: Person, *keys: tuple[str, str]) -> None:
    for key, title in keys:
        person.terminal.press(key)
        person.is_refused(title, REASON)
        person.cancels(title)


def _everything(place: Place) -> tuple[str, str, tuple[int, str]]:
    maps = place.rig.kubectl("get", "configmaps,secrets", "-n", place.namespace, "-o", "yaml")
    return maps, place.rig.kubectl("get", "kustomizations", "-A", "-o", "yaml"), place.release()
