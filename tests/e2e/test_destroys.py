"""What destroys is called so, names what goes, and needs the context's name; Longhorn's data is never up for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.person import Person, unwrapped
from tests.e2e.place import Place
from tests.rig.cluster import Rig
from tests.rig.repository import MINIO, commit_all, set_longhorn, write_repository
from tests.rig.waiting import until

pytestmark = pytest.mark.rig


def test_a_crd_that_the_chart_drops(place: Place) -> None:
    place.values(colour="red", things=True)
    place.commit("Bring the things")
    place.sync()
    place.values(colour="red")
    place.commit("Drop the things")
    crd = f"things.{place.namespace}.example.net"
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("a")
        text = unwrapped(person.is_asked("Apply web"))
        assert f"destroys CustomResourceDefinition {crd} is removed" in text
        assert "type the word rig to go on:" in text
        _a_wrong_word_does_nothing(person, place)
        _the_right_word_does_it(person, "Apply web", "Apply")
        person.sees("revision 2: applied what you saw", seconds=60)
    until("the CRD is gone", lambda: crd not in place.rig.kubectl("get", "crds", "-o", "name"))
    (line,) = place.journal("confirmed")
    assert (line["typed"], line["overrode"]) == ("rig", [])


@pytest.fixture
def foundation(api_rig: Rig, tmp_path: Path) -> Iterator[Place]:
    """Longhorn and MinIO, each on its own, on a cluster where nothing acts on them; taken away afterwards."""
    place = Place(api_rig, tmp_path, "foundation")
    write_repository(place.repository, longhorn="1.11.2", commit=False)
    namespaces = {"longhorn": ["longhorn-system"], "minio": ["minio-operator", "minio-tenant"]}
    entries = [
        {"component": name, "helmfile": f"{name}/helmfile.yaml", "namespaces": spaces}
        for name, spaces in namespaces.items()
    ]
    place.write("bedplate.yaml", yaml.safe_dump({"version": 1, "foundation": entries}))
    commit_all(place.repository, "Lay the foundation")
    yield place
    for space in ("longhorn-system", "minio-operator", "minio-tenant"):
        for name in api_rig.run("helm", "list", "-a", "-q", "-n", space).stdout.split():
            api_rig.run("helm", "uninstall", name, "-n", space)
    crds = ("get", "crds", "-o", "name")
    until("the CRDs are gone", lambda: not re.search(r"\.longhorn\.io|\.min\.io", api_rig.kubectl(*crds)))


def test_a_tenant_that_is_not_to_be_installed_any_more(foundation: Place) -> None:
    place = foundation
    place.sync("minio/helmfile.yaml")
    without = MINIO.replace(
        "    values: [tenant-values.yaml]\n", "    values: [tenant-values.yaml]\n    installed: false\n"
    )
    place.write("minio/helmfile.yaml", without)
    place.commit("Do without a tenant")
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("down")
        person.sees_under_cursor("minio")
        terminal.press("a")
        text = unwrapped(person.is_asked("Apply minio"))
        assert "destroys release minio-tenant/minio-tenant is uninstalled, with 2 objects" in text
        assert "Tenant minio-tenant/minio-tenant is removed" in text
        terminal.press("tab")
        _the_right_word_does_it(person, "Apply minio", "Apply")
        person.sees("release minio-tenant/minio-tenant: is gone, as planned", seconds=60)
    assert place.release("minio-tenant", "minio-tenant") == (0, "")
    assert place.release("minio-operator", "minio-operator") == (1, "deployed")


def test_object_storage_waits_for_storage_that_helm_did_not_make(foundation: Place) -> None:
    foundation.sync("longhorn/helmfile.yaml")
    assert foundation.release("longhorn", "longhorn-system") == (1, "deployed")
    with foundation.open() as terminal:
        person = Person(terminal, foundation.rig)
        person.sees("● live")
        person.sees("gate to GitOps: closed by longhorn, minio")
        terminal.press("down")
        person.sees_under_cursor("minio")
        terminal.press("a")
        text = unwrapped(person.is_asked("Apply minio"))
        assert "gate closed; the typed word overrides it, on the record" in text
        assert "longhorn: minio keeps its data in claims, and it is" in text
        person.cancels("Apply minio")
    assert foundation.release("minio-operator", "minio-operator") == (0, "")


def test_longhorn_is_never_uninstalled_downgraded_or_hurried(foundation: Place) -> None:
    place = foundation
    place.sync("longhorn/helmfile.yaml")
    helmfile = place.repository / "longhorn" / "helmfile.yaml"
    crds = place.repository / "charts" / "longhorn" / "templates" / "crds.yaml"
    whole = crds.read_text()
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        helmfile.write_text(helmfile.read_text() + "    installed: false\n")
        gone = "release longhorn-system/longhorn: would be uninstalled, and all its data with it"
        _is_refused(person, gone)
        _is_refused(person, gone, key="f", title="Repair longhorn")
        set_longhorn(place.repository, "1.13.0")
        _is_refused(person, "1.11.2 → 1.13.0 skips")
        set_longhorn(place.repository, "1.11.1")
        _is_refused(person, "1.11.2 → 1.11.1")
        set_longhorn(place.repository, "1.11.2")
        crds.write_text(whole.replace('  "volumes" (list "Volume" "lhv")', ""))
        _is_refused(person, "CustomResourceDefinition volumes.longhorn.io: would be removed, and all data with it")
    assert place.release("longhorn", "longhorn-system") == (1, "deployed")
    assert "volumes.longhorn.io" in place.rig.kubectl("get", "crds", "-o", "name")
    assert place.runs.records() == ()
    assert len(place.journal("refused")) == 5


def _is_refused(person: Person, reason: str, *, key: str = "a", title: str = "Apply longhorn") -> None:
    """It is closed, and no word is asked for that would open it."""
    person.terminal.press(key)
    person.is_refused(title, reason)
    person.terminal.press("tab", "rig")
    person.is_refused(title, reason)
    person.cancels(title)


def _a_wrong_word_does_nothing(person: Person, place: Place) -> None:
    person.types_word("rog")
    person.terminal.press("enter")
    person.sees("that is not “rig”; type rig:")
    person.terminal.press("\x7f", "\x7f", "\x7f")
    person.terminal.wait("the word erased", lambda text: re.search("to go on: +(?![ r])", text) is not None)
    assert "[▸Apply ]" not in person.is_asked("Apply web")
    assert place.journal("confirmed") == []
    assert place.release() == (1, "deployed")


def _the_right_word_does_it(person: Person, title: str, verb: str) -> None:
    person.types_word("rig")
    person.terminal.press("enter")
    person.sees(f"[▸{verb} ]")
    person.terminal.press("enter")
    person.terminal.wait("the dialog to close", lambda text: f"─ {title}" not in text)
