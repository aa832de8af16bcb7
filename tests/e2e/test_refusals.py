"""Between the question and the answer something changed: the dialog says what, and nothing is done."""

from __future__ import annotations

import base64
import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.person import Person
from tests.e2e.place import Place
from tests.rig.cluster import Rig
from tests.rig.waiting import until

pytestmark = pytest.mark.rig


@pytest.fixture
def asked(place: Place) -> Iterator[Person]:
    """A person in front of the question whether web may go from revision 1, which is red, to a blue one."""
    place.sync()
    place.values(colour="blue")
    place.commit("Paint it blue")
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("a")
        text = person.is_asked("Apply web")
        assert f"~ ConfigMap {place.namespace}/settings" in text
        assert "web revision 1" in text
        yield person


def refuses(person: Person, place: Place, *reasons: str, revision: int = 1) -> None:
    """The person says yes; the dialog says why not; nothing was changed, and the journal has it."""
    person.agrees("Apply web", "Apply")
    person.is_refused("Apply web", *reasons)
    assert place.release() == (revision, "deployed")
    assert place.runs.records() == ()
    (line,) = place.journal("refused")
    assert all(reason in str(line["why"]) for reason in reasons), line
    assert line["command"] == "apply"
    assert line["target"] == "web"
    assert not place.journal("confirmed")


def test_a_values_file_was_changed(asked: Person, place: Place) -> None:
    place.values(colour="green")
    refuses(asked, place, "web/values.yaml was changed")


def test_somebody_else_upgraded_the_release(asked: Person, place: Place) -> None:
    place.sync()
    refuses(asked, place, "its revision was 1 and is 2", revision=2)


def test_a_file_of_the_chart_was_changed(asked: Person, place: Place) -> None:
    chart = place.repository / "charts" / "web" / "templates" / "all.yaml"
    chart.write_text(chart.read_text() + "{{/* a remark that renders to nothing */}}\n")
    refuses(asked, place, "charts/web/ was changed")


def test_the_commit_is_another_one(asked: Person, place: Place) -> None:
    place.write("README.md", "Nothing that is applied.\n")
    commit = place.commit("Say nothing")
    refuses(asked, place, "the commit was", f"and is {commit}")


def test_a_helmfile_that_runs_code_now_is_asked_nothing(asked: Person, place: Place) -> None:
    mark = place.repository / "ran"
    place.helmfile(hooks=[{"events": ["prepare"], "command": "touch", "args": [str(mark)]}])
    refuses(asked, place, "web/helmfile.yaml was changed")
    assert not mark.exists()


def test_somebody_else_holds_the_lease(asked: Person, place: Place) -> None:
    place.rig.apply(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "bedplate", "namespace": "kube-system"},
            "spec": {
                "holderIdentity": "bob@desk 20261123-120000-beef",
                "leaseDurationSeconds": 3600,
                "renewTime": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime()),
            },
        }
    )
    try:
        refuses(asked, place, "is held by bob@desk", "they are changing this cluster now")
        assert place.lease_holder().startswith("bob@desk")
    finally:
        place.rig.kubectl("delete", "lease", "-n", "kube-system", "bedplate")


def test_the_context_points_to_another_server(asked: Person, place: Place) -> None:
    elsewhere = "https://127.0.0.1:1"
    place.kubeconfig.write_text(place.kubeconfig.read_text().replace(place.rig.server, elsewhere))
    refuses(asked, place, f"the context's server was {place.rig.server} and is {elsewhere}")


def test_the_cluster_was_built_anew_under_the_same_address(own_cluster: Place) -> None:
    place = own_cluster
    place.sync()
    place.values(colour="blue")
    with place.open() as terminal:
        person = Person(terminal, place.rig)
        person.sees("● live")
        terminal.press("a")
        person.is_asked("Apply web")
        before = uid_of_kube_system(place.rig)
        forget(place.rig, "/registry/namespaces/kube-system")
        until("another kube-system", lambda: uid_of_kube_system(place.rig) not in ("", before))
        after = uid_of_kube_system(place.rig)
        refuses(person, place, f"the uid of kube-system was {before} and is {after}")


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Place]:
    """A cluster that the test may ruin."""
    with Rig("api") as rig:
        yield Place(rig, tmp_path, "own")


def uid_of_kube_system(rig: Rig) -> str:
    """Makes the namespace where it is missing, as a new cluster has one."""
    try:
        rig.kubectl("create", "namespace", "kube-system")
    except AssertionError as error:
        if "AlreadyExists" not in str(error):
            raise
    return rig.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")


def forget(rig: Rig, key: str) -> None:
    """Takes one object out of etcd, behind the API server's back: no API may delete kube-system."""
    argv = rig.processes.kept[0].guardian.args
    assert isinstance(argv, list)
    address = urlsplit(str(argv[argv.index("--listen-client-urls") + 1]))
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)
    try:
        body = json.dumps({"key": base64.b64encode(key.encode()).decode()})
        connection.request("POST", "/v3/kv/deleterange", body)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    assert answer.get("deleted") == "1", answer
