"""helm is killed in the middle of its wait: the release is explained, apply refused, and the guided way leads out."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.e2e.person import Person, unwrapped
from tests.e2e.place import Place
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

TIMEOUT = 15
"""Seconds that the release may take: the helmfile says so."""


def kill_helm(place: Place, verb: str, status: str) -> None:
    """Leaves the release as a killed helm does: its record says that a change goes on, and nobody is at it."""
    chart, values = place.repository / "charts" / "web", place.repository / "web" / "values.yaml"
    words = ("--create-namespace", "--wait", "--timeout", f"{TIMEOUT}s", "-f", str(values), "-n", place.namespace)
    with subprocess.Popen(("helm", verb, "web", str(chart), *words), env=place.rig.environ) as helm:
        claims = ("get", "pvc", "-n", place.namespace, "-o", "name")
        until("helm waits", lambda: place.release()[1] == status and place.rig.kubectl(*claims))
        helm.kill()
    assert place.release()[1] == status


def goes_to_the_release(person: Person, place: Place) -> None:
    under_cursor = re.compile(rf"▶\S? +{re.escape(place.namespace)} +web ")
    person.terminal.press(":")
    person.terminal.press(f"releases {place.namespace}", "enter")
    person.terminal.wait("the release under the cursor", lambda text: bool(under_cursor.search(text)))


def overrides(person: Person, title: str, verb: str) -> None:
    """Types the context's name where something closes the gate that may be overridden."""
    person.types_word("rig")
    person.terminal.press("enter")
    person.sees(f"[▸{verb} ]")
    person.terminal.press("enter")
    person.terminal.wait("the dialog to close", lambda text: f"─ {title}" not in text)


def test_an_install_that_was_killed_loses_its_record(place: Place) -> None:
    place.values(colour="red", claim=True)
    place.helmfile(wait=True, timeout=TIMEOUT)
    place.commit("Wait for a claim")
    kill_helm(place, "install", "pending-install")
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("a")
        person.is_refused("Apply web", "is pending-install", "x deletes its record")
        person.cancels("Apply web")
        goes_to_the_release(person, place)
        terminal.press("u")
        title = f"Roll back release {place.namespace}/web"
        person.is_refused(title, "has no earlier revision that was whole")
        person.cancels(title)

        title = f"Delete record of release {place.namespace}/web"
        until("its time is over", lambda: _asks(person, title))
        text = unwrapped(person.is_asked(title))
        assert "revision 1 is pending-install for" in text
        assert "helm would have ended it by itself" in text
        assert "nobody alive holds it" in text
        assert "kubectl delete secret sh.helm.release.v1.web.v1 --context rig" in text
        _carries_out(person, title, "Delete record")
        person.sees("delete record web ─ succeeded", seconds=60)
        person.sees(f"✔ release {place.namespace}/web: has no record any more")
        assert place.release() == (0, "")
        assert place.rig.kubectl("get", "pvc", "-n", place.namespace, "-o", "name").strip().endswith("/data")

        terminal.press("esc")
        place.bind_claim()
        person.sees("a apply")  # esc and a key at once would be another key
        terminal.press("a")
        person.confirms("Apply web", "Apply")
        person.sees("apply web ─ succeeded", seconds=60)
    assert place.release() == (1, "deployed")
    assert [line["command"] for line in place.journal("confirmed")] == ["delete record", "apply"]


def test_an_upgrade_that_was_killed_is_rolled_back(place: Place) -> None:
    place.helmfile(wait=True, timeout=TIMEOUT)
    place.commit("Wait")
    place.sync()
    place.values(colour="blue", claim=True)
    kill_helm(place, "upgrade", "pending-upgrade")
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        goes_to_the_release(person, place)
        title = f"Roll back release {place.namespace}/web"
        until("its time is over", lambda: _asks(person, title, key="u"))
        assert "helm rollback web 1 --kube-context rig" in unwrapped(person.is_asked(title))
        _carries_out(person, title, "Roll back")
        person.sees("roll back web ─ succeeded", seconds=60)
        person.sees(f"✔ release {place.namespace}/web: revision 3 is deployed")
    assert place.release() == (3, "deployed")
    assert "red" in place.rig.kubectl("get", "configmap", "settings", "-n", place.namespace, "-o", "yaml")


def _asks(person: Person, title: str, key: str = "x") -> bool:
    """Asks for the way out once; leaves the dialog again while it is refused."""
    person.terminal.press(key)
    text = person.terminal.wait(
        f"an answer to {title}",
        lambda text: f"─ {title}" in text and ("refused" in text or "│ gate  " in text),
    )
    if "refused" not in text:
        return True
    assert "that is normal while helm works" in unwrapped(text)
    person.cancels(title)
    return False


def _carries_out(person: Person, title: str, verb: str) -> None:
    """With a word where something moved a moment ago, else with a button."""
    if "to go on:" in person.is_asked(title):
        overrides(person, title, verb)
    else:
        person.confirms(title, verb)
