"""The stand-in for helm."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from runners.tools.helm import installed_releases
from tests.demo.tools.place import Place

NAMESPACE = "-n longhorn-system"


@pytest.fixture
def twice(place: Place) -> Place:
    """Longhorn in its second revision."""
    for replicas in (2, 1):
        place.call(f"helmfile -f longhorn/helmfile.yaml sync --set longhornUI.replicas={replicas}")
    return place


def test_versions(place: Place) -> None:
    assert place.call("helm version --template {{.Version}}") == (0, "v3.22.0", "")
    assert place.call("helm plugin list").stdout.splitlines()[1].split()[:2] == ["diff", "3.15.11"]


def test_releases_are_kept_as_helm_keeps_them(twice: Place) -> None:
    path = "/api/v1/namespaces/longhorn-system/secrets/sh.helm.release.v1.longhorn.v2"
    secret: Any = twice.server.requests().request("GET", path)
    labels = secret["metadata"]["labels"]
    assert secret["type"] == "helm.sh/release.v1"
    assert labels.pop("modifiedAt").isdecimal()
    assert labels == {"name": "longhorn", "owner": "helm", "status": "deployed", "version": "2"}
    packed = base64.b64decode(base64.b64decode(secret["data"]["release"]))
    assert packed[:2] == b"\x1f\x8b"
    whole = json.loads(gzip.decompress(packed))
    assert (whole["name"], whole["namespace"], whole["version"]) == ("longhorn", "longhorn-system", 2)
    assert whole["info"]["status"] == "deployed"
    assert whole["info"]["first_deployed"] < whole["info"]["last_deployed"]
    assert whole["chart"]["metadata"]["version"] == "1.12.1"
    assert whole["config"]["longhornUI"] == {"replicas": 1}
    assert whole["manifest"].startswith("---\n# Source: longhorn/templates/access.yaml\n")


def test_lists(twice: Place) -> None:
    said = twice.call("helm list --kube-context demo -A -a --max 0 -o json")
    (release,) = installed_releases(said.stdout).values()
    assert (release.name, release.revision, release.status, release.version) == ("longhorn", 2, "deployed", "1.12.1")
    assert twice.call("helm list -n other -a -o json").stdout == "[]\n"
    assert twice.call("helm list -A --filter ^long -o json").stdout == said.stdout
    table = twice.call("helm list -A").stdout.splitlines()
    assert table[0].split("\t")[0] == "NAME    "
    assert table[1].startswith("longhorn\tlonghorn-system\t2       \t")


def test_history_and_status(twice: Place) -> None:
    rows = json.loads(twice.call(f"helm history longhorn {NAMESPACE} -o json").stdout)
    assert [(row["revision"], row["status"], row["description"]) for row in rows] == [
        (1, "superseded", "Install complete"),
        (2, "deployed", "Upgrade complete"),
    ]
    status = json.loads(twice.call(f"helm status longhorn {NAMESPACE} -o json").stdout)
    assert status["info"]["status"] == "deployed"
    assert twice.call(f"helm status longhorn {NAMESPACE}").stdout.splitlines()[4] == "REVISION: 2"


def test_manifests_of_revisions(twice: Place) -> None:
    first = twice.call(f"helm get manifest longhorn {NAMESPACE} --revision 1").stdout
    newest = twice.call(f"helm get manifest longhorn {NAMESPACE}").stdout
    assert first.replace("replicas: 2", "replicas: 1") == newest
    assert "replicas: 2" in first


def test_rollback_and_uninstall(twice: Place) -> None:
    assert twice.call(f"helm rollback longhorn 9 {NAMESPACE}") == (1, "", "Error: release has no 9 version\n")
    assert twice.call(f"helm rollback longhorn {NAMESPACE}").stdout == "Rollback was a success! Happy Helming!\n"
    api = twice.server.requests()
    live: Any = api.request("GET", "/apis/apps/v1/namespaces/longhorn-system/deployments/longhorn-ui")
    assert live["spec"]["replicas"] == 2
    rows = json.loads(twice.call(f"helm history longhorn {NAMESPACE} -o json").stdout)
    assert (rows[-1]["revision"], rows[-1]["description"]) == (3, "Rollback to 1")
    assert twice.call(f"helm uninstall longhorn {NAMESPACE}") == (0, 'release "longhorn" uninstalled\n', "")
    left: Any = api.request("GET", "/apis/apps/v1/namespaces/longhorn-system/deployments")
    assert left["items"] == []
    assert twice.call("helm list -A -a -o json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("helm get manifest nope", "Error: release: not found"),
        ("helm history nope", "Error: release: not found"),
        ("helm rollback nope", "Error: release: not found"),
        ("helm uninstall nope", "Error: uninstall: Release not loaded: nope: release: not found"),
        ("helm list --kube-context nope", 'Error: Kubernetes cluster unreachable: context "nope" does not exist'),
        ("helm repo add x y", "helm: this is the demo's stand-in for helm, and it does not know repo add x y"),
        ("helm version --template {{.Go}}", "helm: this is the demo's stand-in for helm, and it does not know the te"),
    ],
)
def test_what_is_not_there(place: Place, line: str, said: str) -> None:
    answer = place.call(line)
    assert (answer.code, answer.stdout) == (1, "")
    assert answer.stderr.startswith(said)
    assert answer.stderr.count("\n") == 1


def test_ten_revisions_are_kept(place: Place) -> None:
    for replicas in range(1, 13):
        place.call(f"helmfile -f longhorn/helmfile.yaml sync --set longhornUI.replicas={replicas}")
    rows = json.loads(place.call(f"helm history longhorn {NAMESPACE} -o json").stdout)
    assert [row["revision"] for row in rows] == list(range(3, 13))
