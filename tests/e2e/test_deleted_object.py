"""Somebody deletes an object of a release: the screen and ``check`` name it at once, and Repair puts it back."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from tests.e2e.person import ROOT, Person
from tests.e2e.place import Place

pytestmark = pytest.mark.rig

LOST = "PersistentVolumeClaim data"


def checked(place: Place) -> dict[str, object]:
    """What ``bedplate check --json`` says of the component."""
    argv = [sys.executable, str(ROOT / "bedplate.py"), "-C", str(place.repository), "check", "--json"]
    said = subprocess.run(argv, env=place.environ, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert said.stderr == ""
    found = {state["name"]: state for state in json.loads(said.stdout)["components"]}
    return dict(found["web"])


def test_what_was_deleted_by_hand_is_named_and_put_back(place: Place) -> None:
    place.values(colour="red", claim=True)
    place.commit("Ask for storage")
    place.sync()
    place.bind_claim()
    assert LOST not in json.dumps(checked(place))
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees_card("web", "healthy")
        # On this cluster nobody takes the claim's protection off.
        free = ("patch", "pvc", "data", "-n", place.namespace, "-p", '{"metadata": {"finalizers": null}}')
        person.kubectl(*free)
        person.kubectl("delete", "pvc", "data", "-n", place.namespace, "--wait=false")
        began = time.monotonic()
        person.sees_card("web", "failed", seconds=10)
        print(f"on the screen {(time.monotonic() - began) * 1e3:.0f} ms after kubectl returned")
        state = checked(place)
        assert state["verdict"] == "failed"
        assert LOST in json.dumps(state["findings"])
        terminal.press("f")
        person.is_asked("Repair web")
        person.confirms("Repair web", "Repair")
        person.sees_card("web", "healthy")
    assert "data" in place.rig.kubectl("get", "pvc", "-n", place.namespace, "-o", "name")
