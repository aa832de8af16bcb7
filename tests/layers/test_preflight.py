"""Preflight by table: what stands in the way although nothing is wrong now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.decrypting import AgeKey, LocalKeys, decrypting
from runners.layers.findings import Finding, Severity
from runners.layers.git_facts import GitFacts, git_facts, git_findings
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.kinds.base import Row
from runners.layers.preflight import PreflightFacts, preflight
from runners.layers.rights import Right, rights_findings, wanted_rights
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, KeySource, Settings
from tests.layers import worlds as w
from tests.layers.judged import SETTINGS

WORLD: list[Row] = w.longhorn_world()


def found(
    facts: PreflightFacts | None = None,
    rows: list[Row] | None = None,
    *,
    server: str = "v1.37.2",
    running: str = "",
    known: Settings = SETTINGS,
) -> dict[str, Finding]:
    told = preflight(
        facts or PreflightFacts(looked=True), FrozenRows(WORLD if rows is None else rows), known, server, running
    )
    return {finding.subject: finding for finding in told}


def tools(**versions: str) -> PreflightFacts:
    return PreflightFacts(looked=True, tools=versions)


def test_a_good_cluster_needs_no_words() -> None:
    assert found(tools(flux="2.9.5"), running="v2.9.5") == {}


@pytest.mark.parametrize(
    ("server", "flux", "needs"),
    [
        ("v1.32.6", "2.8.0", "1.33"),
        ("v1.32.6", "2.9.5", "1.33"),
        ("v1.32.6", "2.7.3", ""),
        ("v1.31.0", "2.7.3", "1.32"),
        ("v1.30.9+k3s1", "2.6.1", "1.31"),
        ("v1.33.0", "2.9.5", ""),
        ("v1.30.0", "2.5.0", ""),
        ("", "2.9.5", ""),
        ("v1.33.0", "", ""),
    ],
)
def test_the_server_has_to_be_new_enough_for_the_flux_cli(server: str, flux: str, needs: str) -> None:
    finding = found(tools(flux=flux), rows=[], server=server).get("Kubernetes")
    assert (f"flux {flux} needs {needs} or newer" in finding.text) if needs and finding else finding is None
    assert bool(needs) == (finding is not None)


def test_the_server_has_to_be_new_enough_for_the_foundation() -> None:
    finding = found(server="v1.29.0")["Kubernetes"]
    assert "minio needs 1.30" in finding.text
    assert finding.severity is Severity.BLOCKER


@pytest.mark.parametrize(
    ("cli", "running", "severity"),
    [
        ("2.9.5", "v2.9.5", None),
        ("2.9.5", "v2.8.1", Severity.NOTE),
        ("2.7.0", "v2.10.0", Severity.WARNING),
        ("", "v2.8.1", None),
        ("2.9.5", "", None),
    ],
)
def test_a_bootstrap_would_change_what_runs(cli: str, running: str, severity: Severity | None) -> None:
    finding = found(tools(flux=cli), running=running).get("flux")
    assert (finding.severity if finding else None) is severity


def test_two_default_classes_are_said_with_how_to_have_one() -> None:
    finding = found(rows=[*WORLD, replace(w.storage_class("local-path"), created=1.0)])["StorageClasses"]
    assert "local-path, longhorn" in finding.text
    assert "kubectl annotate sc local-path" in finding.remedy
    assert finding.about == ("storageclasses", "", "local-path")


def test_nodes_are_looked_at_as_far_as_they_can_be_seen() -> None:
    old = replace(w.node("node-9"), version="v1.30.0")
    told = found(rows=[*WORLD, w.node("node-8", ready=False), old])
    assert told["node node-8"].text == "is not ready"
    assert "v1.30.0" in told["node node-9"].text
    assert found(rows=[])["nodes"].remedy == "longhornctl check preflight"


GITOPS = replace(SETTINGS, bootstrap=BootstrapSettings("git", url="ssh://git@g/x"))


def test_rights_are_asked_for_all_that_the_next_changes_need() -> None:
    wanted = wanted_rights(GITOPS)
    own = {"hold jobs", "release jobs", "restore", "system backup", "upgrade engines", "probe claim"}
    assert {right.user for right in wanted} == {"Bedplate", "longhorn", "minio", "flux", *own}
    assert Right("longhorn", "create", "", "secrets", "longhorn-system") in wanted
    assert {right.user for right in wanted_rights(SETTINGS)} == {"Bedplate", "longhorn", "minio", *own}
    minio = replace(SETTINGS, foundation=tuple(one for one in SETTINGS.foundation if one.component == "minio"))
    assert {right.user for right in wanted_rights(minio)} == {"Bedplate", "minio"}


def test_what_a_user_may_not_is_named_and_what_nobody_says_is_unknown() -> None:
    rights: dict[Right, bool | None] = dict.fromkeys(wanted_rights(GITOPS), True)
    assert list(rights_findings(rights)) == []
    for right in rights:
        if right.user == "longhorn" and right.resource == "secrets":
            rights[right] = False
        elif right.user == "flux":
            rights[right] = None
        elif right.user == "Bedplate":
            rights[right] = False
    told = {finding.subject: finding for finding in rights_findings(rights)}
    assert told["rights for longhorn"].severity is Severity.BLOCKER
    assert "create secrets in longhorn-system" in told["rights for longhorn"].text
    assert told["rights for flux"].severity is Severity.UNKNOWN
    assert told["rights for Bedplate"].severity is Severity.WARNING
    assert "rights for minio" not in told


def test_a_right_that_only_an_act_needs_is_known_before_and_stops_nothing_else() -> None:
    lacking: dict[Right, bool | None] = {right: right.resource != "recurringjobs" for right in wanted_rights(SETTINGS)}
    told = {finding.subject: finding for finding in rights_findings(lacking)}
    assert list(told) == ["rights for hold jobs", "rights for release jobs"]
    assert {finding.severity for finding in told.values()} == {Severity.WARNING}
    assert "patch recurringjobs in longhorn-system" in told["rights for hold jobs"].text
    unsaid: dict[Right, bool | None] = {right: None if right.user == "restore" else True for right in lacking}
    assert list(rights_findings(unsaid)) == []


ROOT = {
    "clusters/home/flux-system/gotk-sync.yaml": """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: "ssh://git@git.home/infra.git"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/home, sourceRef: {kind: GitRepository, name: flux-system}}
""",
    "clusters/home/flux-system/kustomization.yaml": "resources: [gotk-sync.yaml]\n",
}


def facts(files: dict[str, str], keys: LocalKeys | None = None, known: Settings = SETTINGS) -> GitFacts:
    return git_facts({**ROOT, **files}, "", known, keys or LocalKeys())


def told(read: GitFacts, *rows: Row, flux: str = "2.9.5") -> dict[str, Finding]:
    return {finding.subject: finding for finding in git_findings(read, FrozenRows(rows), flux)}


def release(api: str = "v2", source: str = "HelmRepository/jetstack", depends: str = "") -> dict[str, str]:
    kind, name = source.split("/")
    on = f", dependsOn: [{{name: {depends}}}]" if depends else ""
    return {
        "clusters/home/apps.yaml": f"""\
apiVersion: helm.toolkit.fluxcd.io/{api}
kind: HelmRelease
metadata: {{name: app, namespace: apps}}
spec: {{chart: {{spec: {{chart: app, sourceRef: {{kind: {kind}, name: {name}}}}}}}{on}}}
"""
    }


def test_a_reference_to_what_is_nowhere_is_found() -> None:
    read = facts(release())
    finding = told(read)["clusters/home/apps.yaml:1"]
    assert "HelmRelease apps/app refers to HelmRepository jetstack" in finding.text
    there = w.flux_object("HelmRepository", "jetstack", namespace="apps")
    assert told(read, there) == {}
    assert told(read, replace(there, namespace="other"))
    assert "HelmRelease database" in told(facts(release(depends="database")), there)["clusters/home/apps.yaml:1"].text


def test_what_git_has_or_bootstrap_makes_does_not_dangle() -> None:
    assert told(facts(release(source="GitRepository/flux-system"))).keys() == {"clusters/home/apps.yaml:1"}
    repository = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: jetstack}\n"
    assert told(facts({**release(), "clusters/home/repo.yaml": repository})) == {}


@pytest.mark.parametrize(
    ("flux", "severity"), [("2.9.5", Severity.BLOCKER), ("2.7.0", Severity.WARNING), ("", Severity.WARNING)]
)
def test_old_api_versions_are_named_with_their_files(flux: str, severity: Severity) -> None:
    there = w.flux_object("HelmRepository", "jetstack", namespace="apps")
    finding = told(facts(release("v2beta2")), there, flux=flux)["helm.toolkit.fluxcd.io/v2beta2"]
    assert finding.severity is severity
    assert "clusters/home/apps.yaml" in finding.text
    assert finding.remedy.startswith("flux migrate -f . --dry-run")


def test_the_reference_repositorys_ignored_gotk_files_are_found() -> None:
    listed = "resources: [gotk-components.yaml, gotk-sync.yaml]\n"
    files = {"clusters/x/flux-system/kustomization.yaml": listed, ".gitignore": "gotk-*.yaml\n"}
    read = git_facts(files, "", SETTINGS, LocalKeys())
    assert any("keeps gotk-*.yaml out of Git" in finding.text for finding in read.said)


HELMFILE = """\
releases:
- {name: operator, namespace: minio-operator, chart: minio/operator}
- {name: tenant, namespace: minio-tenant, chart: minio/tenant, needs: [minio-operator/operator]}
"""


def test_whose_releases_are_whose_and_where_crds_may_be_missing_is_read_from_helmfiles() -> None:
    read = facts({"minio/helmfile.yaml": HELMFILE})
    assert read.releases == {"minio-operator/operator": "minio", "minio-tenant/tenant": "minio"}
    finding = next(finding for finding in read.said if finding.subject == "minio/helmfile.yaml")
    assert (finding.severity, finding.remedy) == (
        Severity.NOTE,
        "nothing to do: Bedplate plans and applies past that",
    )


def test_of_several_clusters_the_one_that_is_named_is_read_bootstrapped_or_not() -> None:
    taken = {
        path.replace("home", "office"): words.replace("clusters/home", "clusters/office")
        for path, words in ROOT.items()
    }
    taken |= {"clusters/office/apps.yaml": release()["clusters/home/apps.yaml"].replace("name: app,", "name: office,")}
    files = {**taken, **release()}

    def releases(path: str | None) -> list[str]:
        read = git_facts(files, "", replace(SETTINGS, gitops_path=path), LocalKeys())
        return [one.name for one in read.objects if one.kind == "HelmRelease"]

    assert releases("clusters/home") == ["app"]
    assert releases("clusters/office") == releases(None) == ["office"]


@pytest.mark.parametrize("file", ["~/keys/backup.yaml", "./keys/backup.yaml", ".secrets/backup.yaml"])
def test_a_keys_source_is_not_missed_for_lying_where_discovery_does_not_read(file: str) -> None:
    known = replace(SETTINGS, keys=(KeySource("longhorn-system/backup", file, "", "longhorn"),))
    assert told(facts({}, known=known)) == {}


SECRET = {"longhorn/helmfile.yaml": "releases:\n- name: longhorn\n  chart: a/b\n  secrets:\n  - secrets.yaml\n"}
AGE = {**SECRET, ".sops.yaml": "creation_rules:\n- age: age1x\n"}
PGP = {**SECRET, ".sops.yaml": "creation_rules:\n- pgp: ABC\n"}
ALL = LocalKeys(frozenset({"sops"}), frozenset({"secrets"}), AgeKey.PLAIN, "keys.txt", unasked=False)


@pytest.mark.parametrize(
    ("files", "keys", "severity", "words"),
    [
        (AGE, ALL, None, ""),
        (AGE, replace(ALL, plugins=frozenset()), Severity.BLOCKER, "helm has no such plugin"),
        (AGE, replace(ALL, programs=frozenset()), Severity.BLOCKER, "not on PATH"),
        (AGE, replace(ALL, age=AgeKey.NONE), Severity.BLOCKER, "there is no age identity (keys.txt)"),
        (AGE, replace(ALL, age=AgeKey.PASSPHRASE), Severity.WARNING, "asks for a passphrase"),
        (AGE, replace(ALL, age=AgeKey.PLUGIN), Severity.WARNING, "a touch or a PIN"),
        (PGP, ALL, Severity.WARNING, "gpg asks for its passphrase on a terminal"),
        ({"a/helmfile.yaml": "releases: [{values: [ref+vault://x]}]"}, ALL, Severity.NOTE, "no terminal to log in"),
        ({"a/helmfile.yaml": "releases: [{values: [x.yaml]}]"}, LocalKeys(unasked=False), None, ""),
        (AGE, LocalKeys(), None, ""),
    ],
)
def test_what_decrypts_has_to_work_without_a_terminal(
    files: dict[str, str], keys: LocalKeys, severity: Severity | None, words: str
) -> None:
    findings = list(decrypting(files, keys))
    assert [finding.severity for finding in findings] == ([] if severity is None else [severity])
    assert words in "".join(finding.text for finding in findings)


@given(st.text(max_size=200), st.text(max_size=12), st.text(max_size=12))
@settings(max_examples=40)
def test_nothing_odd_breaks_it(text: str, server: str, version: str) -> None:
    read = facts({"clusters/home/x.yaml": text, "minio/helmfile.yaml": text, ".sops.yaml": text}, ALL)
    list(git_findings(read, FrozenRows(()), version))
    found(PreflightFacts(looked=True, tools={"flux": version}, git=read), server=server, running=version)


def test_before_anybody_looked_nothing_is_in_order() -> None:
    told = preflight(PreflightFacts(), FrozenRows(WORLD), SETTINGS, "v1.37.2", "")
    assert [(finding.severity, finding.text) for finding in told] == [(Severity.UNKNOWN, "was not looked for yet")]


def test_what_a_helmfiles_releases_need_leads_from_component_to_component() -> None:
    storage = "releases:\n- {name: longhorn, namespace: longhorn-system, chart: longhorn/longhorn}\n"
    store = "releases:\n- {name: tenant, namespace: minio-tenant, chart: m/t, needs: [longhorn-system/longhorn]}\n"
    entries = tuple(
        FoundationEntry(name, f"{name}/helmfile.yaml", (f"{name}-system",)) for name in ("longhorn", "minio")
    )
    read = facts(
        {"longhorn/helmfile.yaml": storage, "minio/helmfile.yaml": store}, known=replace(SETTINGS, foundation=entries)
    )
    assert read.needs == {"minio": ("longhorn",)}
