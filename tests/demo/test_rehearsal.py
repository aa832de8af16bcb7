"""A person's repository and sheet as a play: what is kept of them, what stands in, and what never gets there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from runners.demo.place import Place
from runners.demo.rehearsal.making import Material, bootstrap_of, make_setting, rehearsed_settings
from runners.demo.rehearsal.playing import rehearsed
from runners.demo.rehearsal.setting import Setting, read_setting
from runners.demo.rehearsal.vault import backups, systems
from runners.demo.stage import StageError
from runners.demo.tools import helmfile_state
from runners.layers.bootstrap_commits import committed_files
from runners.layers.discovery import look, seen_with
from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.settings import S3Settings
from runners.rehearsing import read_for_rehearsal, releases_of
from runners.repository import read_settings
from tests.layers.layouts import NAMES, layout, write_layout
from tests.rehearsed_homelab import SECRET, homelab_files, homelab_sheet, write_homelab


def material(root: Path) -> Material:
    facts = read_for_rehearsal(root, {"PATH": "", "HOME": str(root.parent)}, None)
    sources = {state.key.secret for state in facts.keys if state.source}
    return Material(facts.settings, facts.found, facts.asked, facts.sheet.content, sources, facts.context)


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material(write_homelab(tmp_path_factory.mktemp("home")))


def helmfile(setting: Setting, path: str) -> Json:
    return mapping(yaml.safe_load(setting.files[path]))


def test_releases_keep_their_path_name_version_and_order(mine: Material) -> None:
    setting = make_setting(mine)
    (longhorn,) = map(mapping, sequence(helmfile(setting, "longhorn/helmfile.yaml"), "releases"))
    assert (text(longhorn, "name"), text(longhorn, "namespace")) == ("longhorn", "longhorn-system")
    assert setting.charts["rehearsal/charts/longhorn-system-longhorn"] == ("longhorn", "1.12.1")
    operator, tenant = map(mapping, sequence(helmfile(setting, "minio/helmfile.yaml.gotmpl"), "releases"))
    assert sequence(tenant, "needs") == ["minio-operator/minio-operator"]
    assert text(operator, "chart") == "../rehearsal/charts/minio-operator-minio-operator"
    assert mapping(helmfile(setting, "minio/helmfile.yaml.gotmpl"), "environments") == {"home": {}}


def test_a_chart_that_lies_in_the_repository_says_its_own_version(mine: Material) -> None:
    setting = make_setting(mine)
    (reloader,) = map(mapping, sequence(helmfile(setting, "extras/helmfile.yaml"), "releases"))
    chart = mapping(yaml.safe_load(setting.files["rehearsal/charts/reloader-reloader/Chart.yaml"]))
    assert [text(said, "version") for said in (reloader, chart)] == ["2.2.3", "2.2.3"]


def test_values_that_the_play_knows_are_told_to_it(mine: Material) -> None:
    setting = make_setting(mine)
    (longhorn,) = map(mapping, sequence(helmfile(setting, "longhorn/helmfile.yaml"), "releases"))
    (values,) = sequence(longhorn, "values")
    assert mapping(values, "defaultBackupStore") == {
        "backupTarget": "s3://backups@eu-central-1/",
        "backupTargetCredentialSecret": "backup-credentials",
    }
    assert text(values, "persistence", "defaultClassReplicaCount") == "2"


def test_what_the_values_would_delete_on_old_disks_is_told_to_the_play(tmp_path: Path) -> None:
    home = write_homelab(tmp_path)
    values = home / "longhorn" / "values.yaml"
    values.write_text(
        f"{values.read_text()}defaultSettings: {{orphanResourceAutoDeletion: replica-data, orphanAutoDeletion: true}}\n"
    )
    (longhorn,) = map(mapping, sequence(helmfile(make_setting(material(home)), "longhorn/helmfile.yaml"), "releases"))
    (told,) = sequence(longhorn, "values")
    assert mapping(told, "defaultSettings") == {
        "orphanResourceAutoDeletion": "replica-data",
        "orphanAutoDeletion": "true",
    }


def test_hooks_repositories_and_secrets_do_not_get_there(mine: Material) -> None:
    written = make_setting(mine).written()
    assert SECRET not in written
    assert "HOOK-RAN" not in written
    assert "https://charts.longhorn.io" not in written
    assert "https://s3.home.example" not in written


def test_nothing_in_the_settings_leads_out(mine: Material) -> None:
    said = rehearsed_settings(mine, "http://127.0.0.1:1")
    assert [entry.s3 for entry in said.foundation if entry.s3] == [S3Settings("apps", "http://127.0.0.1:1")]
    assert said.survival_file == "survival.yaml"
    assert said.bootstrap is not None
    assert (said.bootstrap.provider, said.bootstrap.repository) == ("github", "infra")


def test_the_cluster_is_the_one_that_the_sheet_knows(mine: Material) -> None:
    setting = make_setting(mine)
    assert setting.context == "home"
    assert setting.nodes == ("nuc-1", "nuc-2", "nuc-3", "nuc-4")
    assert setting.secrets == ("longhorn-system/backup-credentials",)
    assert setting.files["keys/backup.sops.yaml"].startswith("# Stands for a key")
    assert setting.remote == "infra"


def test_kustomizations_keep_their_names_and_what_they_wait_for(mine: Material) -> None:
    objects = [mapping(each) for each in yaml.safe_load_all(make_setting(mine).files["clusters/home/rehearsal.yaml"])]
    waits = {
        text(each, "metadata", "name"): [text(need, "name") for need in sequence(each, "spec", "dependsOn")]
        for each in objects
        if text(each, "kind") == "Kustomization"
    }
    assert waits == {"metallb": [], "cert-manager": ["metallb"], "photos": ["cert-manager"]}


def test_what_the_sheet_knows_in_a_services_namespace_is_claimed_by_it(mine: Material) -> None:
    found = list(yaml.safe_load_all(make_setting(mine).files["rehearsal/gitops/flux-system-photos/all.yaml"]))
    kinds = {(text(each, "kind"), text(each, "metadata", "name")) for each in found}
    assert {("Deployment", "immich"), ("StatefulSet", "postgres"), ("PersistentVolumeClaim", "library")} <= kinds


def test_the_target_has_what_the_sheet_names_with_its_sizes_and_dates() -> None:
    sheet = homelab_sheet()
    library = next(claim for claim in sheet.claims if claim.name == "library")
    status = backups(sheet)["backup-library"]
    assert text(status, "volumeSize") == str(200 * 2**30)
    assert (text(status, "size"), text(status, "snapshotCreatedAt")) == (str(3 * 2**30), library.backup_of)
    assert json.loads(text(status, "labels", "KubernetesStatus"))["pvcName"] == "library"
    assert len(backups(sheet)) == 4
    (system,) = systems(sheet).values()
    assert text(system, "status", "version") == "v1.12.1"
    assert len(sequence(system, "objects", "claims")) == 4


def test_a_setting_is_read_back_as_it_was_written(mine: Material) -> None:
    setting = make_setting(mine)
    assert read_setting(setting.written()) == replace(setting, backups=_plain(setting.backups))


def _plain(value: Mapping[str, object]) -> Json:
    found: Json = json.loads(json.dumps(value))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_layout_becomes_helmfiles_that_the_stand_in_can_read(name: str, tmp_path: Path) -> None:
    write_layout(name, tmp_path)
    looked = look(layout(name))
    settings = read_settings(tmp_path)
    asked = {entry.helmfile: releases_of(looked, entry.helmfile) for entry in settings.foundation}
    setting = make_setting(Material(settings, seen_with(looked, settings), asked, homelab_sheet()))
    for entry in settings.foundation:
        path = tmp_path / "play" / entry.helmfile
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(setting.files[entry.helmfile])
        found = helmfile_state.load(str(path), entry.environment)
        known = {one.id for one in asked[entry.helmfile] if "‹" not in one.id}
        assert {f"{one.namespace}/{one.name}" for one in found.releases} == known


def test_what_an_earlier_bootstrap_committed_is_there_as_a_stand_in(tmp_path: Path) -> None:
    folder = "clusters/home/flux-system"
    gotk = {
        f"{folder}/gotk-components.yaml": f"---\n# Flux Version: v2.9.4\n# {SECRET}\n",
        f"{folder}/gotk-sync.yaml": "",
    }
    owned = material(write_homelab(tmp_path, homelab_files() | gotk))
    files = make_setting(owned).files
    found = committed_files(files, "", bootstrap_of(owned))
    assert (set(found.there), found.version) == (set(gotk), "2.9.4")
    assert SECRET not in "".join(files.values())
    bare = replace(owned, found=replace(owned.found, looked=replace(owned.found.looked, files=homelab_files())))
    assert not committed_files(make_setting(bare).files, "", bootstrap_of(bare)).there


def test_without_a_sheet_flux_is_still_bootstrapped(mine: Material) -> None:
    without = replace(mine, sheet=None, settings=replace(mine.settings, bootstrap=None))
    said = bootstrap_of(without)
    assert (said.provider, said.path, said.branch) == ("git", "clusters/home", "main")


OPERATED = """\
  - {component: flux-operator, kind: workload, helmfile: flux/helmfile.yaml, releases: [flux-system/flux-operator]}
  - {component: flux-instance, kind: workload, helmfile: flux/helmfile.yaml, releases: [flux-system/flux-instance]}
keys:
"""
CHARTS = "oci://ghcr.io/controlplaneio-fluxcd/charts"
FLUX = f"""\
releases:
  - {{name: flux-operator, namespace: flux-system, chart: "{CHARTS}/flux-operator", version: 0.58.1}}
  - {{name: flux-instance, namespace: flux-system, chart: "{CHARTS}/flux-instance", version: 0.58.1}}
"""


def test_the_operator_is_played_as_the_persons_helmfile_brings_it(tmp_path: Path) -> None:
    files = homelab_files()
    config = files["bedplate.yaml"].replace("keys:\n", OPERATED)
    config = config.replace("bootstrap: github\n  owner: me\n  repository: infra", "bootstrap: operator")
    files |= {"bedplate.yaml": config.replace("  personal: true\n", ""), "flux/helmfile.yaml": FLUX}
    operated = material(write_homelab(tmp_path, files))
    setting = make_setting(operated)
    assert setting.charts["rehearsal/charts/flux-system-flux-instance"] == ("flux-instance", "0.58.1")
    instance = mapping(sequence(helmfile(setting, "flux/helmfile.yaml"), "releases")[1])
    (values,) = sequence(instance, "values")
    assert text(values, "instance", "sync", "url") == "https://github.com/me/infra.git"
    assert (setting.remote, text(values, "instance", "sync", "path")) == ("infra", "clusters/home")
    assert bootstrap_of(operated).is_operator


@pytest.mark.parametrize(
    ("files", "charts"),
    [({"../../outside": "words"}, {}), ({}, {"rehearsal/charts/web-x/../../../../../outside": ("longhorn", "1.12.1")})],
)
def test_nothing_is_written_outside_of_the_play(
    tmp_path: Path, files: Mapping[str, str], charts: Mapping[str, tuple[str, str]]
) -> None:
    place = Place(tmp_path / "play", 0.0)
    place.folder.mkdir()
    setting = Setting("home", ("a",), "infra", files, charts)
    with pytest.raises(StageError, match="outside of the repository"), rehearsed(place, setting):
        pytest.fail("it was set up")
    assert not (tmp_path / "outside").exists()
