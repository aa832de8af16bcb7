"""The stand-in for helmfile says and does what the real one does; the lines are those of the real one's transcripts."""

from __future__ import annotations

import json
import re

import pytest

from runners.demo.homelab import set_longhorn
from runners.demo.tools.helmfile_says import summary
from runners.demo.tools.records import Records
from tests.demo.tools.place import Place

LONGHORN = "helmfile --no-color --kube-context demo -f longhorn/helmfile.yaml -e default"
MINIO = "helmfile --no-color --kube-context demo -f minio/helmfile.yaml -e default"
SIMPLE = "diff --detailed-exitcode --suppress-secrets --no-hooks --output simple"
LIVE = {"HELM_DIFF_THREE_WAY_MERGE": "true"}
DEPLOYMENTS = "/apis/apps/v1/namespaces/longhorn-system/deployments"


def plain(said: str) -> str:
    """Without what is another one each time."""
    said = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.?\d* \+0000 UTC *", "TIME", said)
    said = re.sub(r" +$", "", said, flags=re.MULTILINE)
    said = re.sub(r"LAST DEPLOYED: .*", "LAST DEPLOYED: TIME", said)
    return re.sub(r" \ds$", "  s", said, flags=re.MULTILINE)


FIRST_INSTALL = """\
Building dependency release=minio-operator, chart=../charts/minio-operator
Building dependency release=minio-tenant, chart=../charts/minio-tenant
Listing releases matching ^minio-operator$
Listing releases matching ^minio-tenant$
Upgrading release=minio-operator, chart=../charts/minio-operator, namespace=minio-operator
Release "minio-operator" does not exist. Installing it now.
NAME: minio-operator
LAST DEPLOYED: TIME
NAMESPACE: minio-operator
STATUS: deployed
REVISION: 1
TEST SUITE: None
Listing releases matching ^minio-operator$
minio-operator	minio-operator	1       	TIME	deployed	minio-operator-7.1.1	v7.1.1
Upgrading release=minio-tenant, chart=../charts/minio-tenant, namespace=minio-tenant
Release "minio-tenant" does not exist. Installing it now.
NAME: minio-tenant
LAST DEPLOYED: TIME
NAMESPACE: minio-tenant
STATUS: deployed
REVISION: 1
TEST SUITE: None
Listing releases matching ^minio-tenant$
minio-tenant	minio-tenant	1       	TIME	deployed	minio-tenant-7.1.1	v7.1.1

============================== Updated Releases ===============================
NAME             NAMESPACE        CHART                      VERSION   DURATION
minio-operator   minio-operator   ../charts/minio-operator   7.1.1            s
minio-tenant     minio-tenant     ../charts/minio-tenant     7.1.1            s

"""


def test_a_first_install(place: Place) -> None:
    said = place.call(f"{MINIO} apply --skip-diff-on-install")
    assert (said.code, said.stdout, plain(said.stderr)) == (0, "", FIRST_INSTALL)


def test_a_first_install_with_a_diff_trips_over_the_kind_that_it_brings(place: Place) -> None:
    said = place.call(f"{MINIO} apply")
    assert said.code == 1
    assert (
        "********************\nminio-operator, minio-operator, Deployment (apps) has been added:\n- \n+ # Source: "
        in (said.stdout)
    )
    assert "\nERROR:\n  exit status 1\n\nEXIT STATUS\n  1\n\nSTDERR:\n  Error: Failed to render chart: " in said.stderr
    assert 'no matches for kind "Tenant" in version "minio.min.io/v2"\n  ensure CRDs are installed first' in said.stderr
    assert Records(place.server.requests()).newest() == ()


def test_a_change(place: Place) -> None:
    place.call(f"{LONGHORN} sync")
    said = place.call(f"{LONGHORN} apply --suppress-diff --set longhornUI.replicas=1")
    assert said.code == 0
    assert plain(said.stderr).splitlines()[:5] == [
        "Building dependency release=longhorn, chart=../charts/longhorn",
        "Comparing release=longhorn, chart=../charts/longhorn, namespace=longhorn-system",
        "",
        "Upgrading release=longhorn, chart=../charts/longhorn, namespace=longhorn-system",
        'Release "longhorn" has been upgraded. Happy Helming!',
    ]
    assert "REVISION: 2" in said.stderr
    live = place.server.requests().request("GET", f"{DEPLOYMENTS}/longhorn-ui")
    assert live["spec"]["replicas"] == 1  # type: ignore[index]


def test_nothing_to_change(place: Place) -> None:
    place.call(f"{LONGHORN} sync")
    for environ in ({}, LIVE):
        said = place.call(f"{LONGHORN} diff --detailed-exitcode", **environ)
        assert said == (
            0,
            "Comparing release=longhorn, chart=../charts/longhorn, namespace=longhorn-system\n",
            "Building dependency release=longhorn, chart=../charts/longhorn\nNo affected releases\n",
        )


CHANGED = """\
Building dependency release=longhorn, chart=../charts/longhorn
Affected releases are:
  longhorn (../charts/longhorn) UPDATED

Identified at least one change
"""


@pytest.mark.parametrize("environ", [{}, LIVE])
def test_a_diff(place: Place, environ: dict[str, str]) -> None:
    place.call(f"{LONGHORN} sync")
    said = place.call(f"{LONGHORN} {SIMPLE} --set longhornUI.replicas=1", **environ)
    lines = [
        "Comparing release=longhorn, chart=../charts/longhorn, namespace=longhorn-system",
        *(["Enabled three way merge via the envvar"] if environ else []),
        "longhorn-system, longhorn-ui, Deployment (apps) to be changed.",
        "Plan: 0 to add, 1 to change, 0 to destroy.",
        "",
    ]
    assert (said.code, said.stdout.splitlines(), said.stderr) == (2, lines, CHANGED)


def test_a_diff_in_colour(place: Place) -> None:
    place.call(f"{LONGHORN} sync")
    said = place.call(f"{LONGHORN.replace('--no-color', '--color')} diff --context 1 --set longhornUI.replicas=1")
    assert said.code == 0
    assert said.stdout.splitlines()[1:] == [
        "\x1b[0;33mlonghorn-system, longhorn-ui, Deployment (apps) has changed:\x1b[0m",
        "...",
        "  spec:",
        "\x1b[0;31m-   replicas: 2\x1b[0m",
        "\x1b[0;32m+   replicas: 1\x1b[0m",
        "    selector:",
        "...",
        "",
    ]


def test_what_someone_took_away_shows_only_three_way_and_comes_back(place: Place) -> None:
    place.call(f"{LONGHORN} sync")
    api = place.server.requests()
    api.request("DELETE", f"{DEPLOYMENTS}/longhorn-ui")
    assert place.call(f"{LONGHORN} {SIMPLE}").code == 0
    said = place.call(f"{LONGHORN} {SIMPLE}", **LIVE)
    assert "longhorn-system, longhorn-ui, Deployment (apps) to be added.\nPlan: 1 to add" in said.stdout
    text = place.call(f"{LONGHORN} diff", **LIVE).stdout
    assert "longhorn-ui, Deployment (apps) has been added:\n- \n+ apiVersion: apps/v1\n+ kind: Deployment\n" in text
    assert place.call(f"{LONGHORN} sync").code == 0
    assert api.request("GET", f"{DEPLOYMENTS}/longhorn-ui")
    assert place.call(f"{LONGHORN} {SIMPLE}", **LIVE).code == 0


def test_secrets_are_not_shown(place: Place) -> None:
    place.call(f"{MINIO} sync")
    said = place.call(f"{MINIO} -l name=minio-tenant diff --suppress-secrets --context 3", **LIVE)
    assert "+ Changes suppressed on sensitive content of type Secret\n" in said.stdout
    assert "PASSWORD" not in said.stdout


def test_an_object_that_is_no_longer_wanted_goes(place: Place) -> None:
    place.call(f"{LONGHORN} sync")
    template = place.homelab / "charts/longhorn/templates/storageclass.yaml"
    template.write_text(template.read_text().partition("---")[0])
    said = place.call(f"{LONGHORN} {SIMPLE}", **LIVE)
    assert "longhorn-system, longhorn-default-resource, ConfigMap (v1) to be removed.\n" in said.stdout
    place.call(f"{LONGHORN} sync")
    found = place.server.requests().request("GET", "/api/v1/namespaces/longhorn-system/configmaps")
    assert "longhorn-default-resource" not in str(found)


def test_another_version(place: Place) -> None:
    place.call(f"{LONGHORN} sync")
    set_longhorn(place.homelab, "1.13.0")
    assert place.call(f"{LONGHORN} sync").code == 0
    found = Records(place.server.requests()).revisions("longhorn-system")
    assert [(one.revision, one.status, one.chart_name) for one in found] == [
        (1, "superseded", "longhorn-1.12.1"),
        (2, "deployed", "longhorn-1.13.0"),
    ]


def test_what_should_not_be_installed_is_uninstalled(place: Place) -> None:
    place.call(f"{MINIO} sync")
    file = place.homelab / "minio/helmfile.yaml"
    file.write_text(file.read_text().replace("- name: minio-tenant", "- name: minio-tenant\n    installed: false"))
    said = place.call(f"{MINIO} -l name=minio-tenant {SIMPLE}")
    assert (said.code, said.stdout) == (2, "")
    assert "  minio-tenant (../charts/minio-tenant) DELETED\n" in said.stderr
    said = place.call(f"{MINIO} -l name=minio-tenant sync")
    assert said.code == 0
    assert 'Deleting minio-tenant\nrelease "minio-tenant" uninstalled\n' in said.stderr
    assert "\nNAME           NAMESPACE      DURATION\nminio-tenant   minio-tenant         " in said.stderr
    assert [release.name for release in Records(place.server.requests()).newest()] == ["minio-operator"]
    # Once it is gone there is nothing to say.
    assert place.call(f"{MINIO} -l name=minio-tenant {SIMPLE}").code == 0


def test_destroy_begins_with_those_who_need_others(place: Place) -> None:
    place.call(f"{MINIO} sync")
    said = place.call(f"{MINIO} destroy")
    assert said.code == 0
    assert re.findall(r"^Deleting (.*)$", said.stderr, re.MULTILINE) == ["minio-tenant", "minio-operator"]
    assert Records(place.server.requests()).newest() == ()


def test_what_helm_keeps_stays(place: Place) -> None:
    template = place.homelab / "charts/minio-operator/templates/crd.yaml"
    kept = 'metadata:\n  annotations: {"helm.sh/resource-policy": keep}'
    template.write_text(template.read_text().replace("metadata:", kept, 1))
    place.call(f"{MINIO} sync")
    said = place.call(f"{MINIO} destroy")
    assert "kept due to the resource policy:\n[CustomResourceDefinition] tenants.minio.min.io\n" in said.stderr
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert place.server.requests().request("GET", f"{crds}/tenants.minio.min.io")


def test_a_pending_release_stops_sync_and_not_apply(place: Place) -> None:
    place.call(f"{LONGHORN} sync")
    records = Records(place.server.requests())
    (release,) = records.newest()
    records.settle(release, "pending-upgrade", "Preparing upgrade")
    said = place.call(f"{LONGHORN} apply --suppress-diff")
    assert said.code == 0
    assert said.stderr.endswith("namespace=longhorn-system\n\n")
    said = place.call(f"{LONGHORN} sync")
    assert said.code == 1
    assert "============= Failed Releases =============" in said.stderr
    assert "  Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n" in said.stderr


def test_helm_takes_over_no_object_of_another(place: Place) -> None:
    api = place.server.requests()
    api.request("POST", "/api/v1/namespaces", body={"metadata": {"name": "longhorn-system"}})
    path = "/api/v1/namespaces/longhorn-system/configmaps"
    api.request("POST", path, body={"metadata": {"name": "longhorn-storageclass"}})
    said = place.call(f"{LONGHORN} sync")
    assert said.code == 1
    assert '"longhorn-storageclass" in namespace "longhorn-system" exists and cannot be imported' in said.stderr
    assert Records(api).newest() == ()


def test_lists(place: Place) -> None:
    said = place.call(f"{LONGHORN} list --output json --skip-charts")
    labels = "chart:longhorn,name:longhorn,namespace:longhorn-system"
    assert json.loads(said.stdout) == [
        {
            "name": "longhorn",
            "namespace": "longhorn-system",
            "enabled": True,
            "installed": True,
            "labels": labels,
            "chart": "../charts/longhorn",
            "version": "1.12.1",
        }
    ]
    assert json.loads(place.call("helmfile version -o json").stdout)["version"] == "v1.8.0"


def test_hooks_run_at_their_events(place: Place) -> None:
    file = place.homelab / "longhorn/helmfile.yaml"
    hook = {"events": ["prepare", "presync", "cleanup"], "command": "/bin/sh", "args": ["-c", "echo hi >> hooked"]}
    file.write_text(f"hooks: [{json.dumps({**hook, 'showlogs': True})}]\n{file.read_text()}")
    said = place.call(f"{LONGHORN} template")
    assert said.code == 0
    assert (file.parent / "hooked").read_text() == "hi\n" * 2
    place.call(f"{LONGHORN} sync")
    assert (file.parent / "hooked").read_text() == "hi\n" * 5
    file.write_text(file.read_text().replace("/bin/sh", "/bin/false"))
    assert place.call(f"{LONGHORN} sync").code == 1


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("longhorn/helmfile.yaml", "releases:", "releases: [", "in longhorn/helmfile.yaml: failed to read helmf"),
        ("longhorn/helmfile.yaml", "releases:", "bases: []\nreleases:", "it does not know 'bases'"),
        ("longhorn/helmfile.yaml", "    version:", "    verify: true\n    version:", "it does not know 'verify'"),
        ("longhorn/helmfile.yaml", "charts/longhorn", "charts/none", 'path "../charts/none" not found'),
        ("longhorn/helmfile.yaml", "longhorn-values", "none", 'values file matching "none.yaml" does not exist'),
        ("longhorn/longhorn-values.yaml", "persistence:", "persistence: [", "failed to read longhorn-values.yaml"),
        ("charts/longhorn/values.yaml", "persistence:", "persistence: [", "Error: YAML parse error on values.yaml"),
        ("charts/longhorn/templates/manager.yaml", ".Chart.AppVersion", "fromJson", "does not know 'fromJson'"),
    ],
)  # fmt: skip
def test_broken_files(place: Place, path: str, old: str, new: str, said: str) -> None:
    file = place.homelab / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    answer = place.call(f"{LONGHORN} sync")
    assert answer.code == 1
    assert said in answer.stderr
    assert Records(place.server.requests()).newest() == ()


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (f"{LONGHORN} -l name=nope diff", 3, "err: no releases found that matches specified selector(name=nope) and "),
        ("helmfile -f nope.yaml diff", 1, "specified state file nope.yaml is not found"),
        (f"{LONGHORN} -e nope diff", 3, "that matches specified selector() and environment(nope), in any helmfile"),
        (f"{LONGHORN} diff --magic", 1, "this is the demo's stand-in for helmfile, and it does not know --magic"),
        (f"{LONGHORN} lint", 1, "this is the demo's stand-in for helmfile, and it does not know lint"),
        ("helmfile", 1, "it does not know an empty command line"),
        (LONGHORN.replace("demo", "nope") + " diff", 1, 'cluster unreachable: context "nope" does not exist'),
    ],
)
def test_what_is_not_there(place: Place, line: str, code: int, said: str) -> None:
    answer = place.call(line)
    assert answer.code == code
    assert said in answer.stderr
    assert answer.stdout == ""


def test_needs_order_releases_and_must_exist(place: Place) -> None:
    file = place.homelab / "minio/helmfile.yaml"
    first, second = file.read_text().split("  - name: minio-tenant")
    head, operator = first.split("  # The operator")
    file.write_text(f"{head}  - name: minio-tenant{second}  # The operator{operator}")
    rows = json.loads(place.call(f"{MINIO} list --output json").stdout)
    assert [row["name"] for row in rows] == ["minio-operator", "minio-tenant"]
    file.write_text(file.read_text().replace("[minio-operator/minio-operator]", "[nope]"))
    assert 'depend(s) on an undefined release "nope"' in place.call(f"{MINIO} list").stderr


def test_the_bar_is_as_wide_as_the_table() -> None:
    rows = [("longhorn", "longhorn-system", "../../charts/longhorn", "1.12.1", "5s")]
    assert summary("Updated Releases", rows) == [
        "",
        "========================== Updated Releases ===========================",
        "NAME       NAMESPACE         CHART                   VERSION   DURATION",
        "longhorn   longhorn-system   ../../charts/longhorn   1.12.1          5s",
        "",
    ]
    assert summary("Failed Releases", []) == []
