"""What is found missing before a recovery is rehearsed, read from a repository, a sheet and a PATH."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from runners.layers.findings import Severity
from runners.layers.rehearsal.missing import is_missing, missing_at_steps, what_is_missing
from runners.layers.survival.sheet import Sheet, SheetTarget
from runners.layers.survival.sheet_making import moment
from runners.layers.survival.sheet_text import sheet_text
from runners.layers.unusable import UnusableError
from runners.rehearsing import read_for_rehearsal
from tests.rehearsed_homelab import NOW, homelab_files, homelab_sheet, saved, write_homelab
from tui.rehearse import real_cluster

TOOLS = ("helmfile", "flux", "git", "age-from-the-safe")
HELM = """#!/bin/sh
case "$*" in *" -- "*) ;; *) echo "Error: a release's name may be taken for a flag" >&2; exit 1 ;; esac
for folder; do :; done
[ -f "$folder/templates/bad.yaml" ] && { echo "Error: no such function frob" >&2; exit 1; }
exit 0
"""


def program(folder: Path, name: str, words: str = "#!/bin/sh\n") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(words)
    (folder / name).chmod(0o755)


def found(home: Path, root: Path, sheet: Path | None = None, **more: str) -> dict[str, str]:
    """Subject → text of what would be missing."""
    environ = {"HOME": str(home), "PATH": str(home / "bin"), **more}
    findings = what_is_missing(read_for_rehearsal(root, environ, sheet))
    return {each.subject: each.text for each in findings if is_missing(each)}


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Somebody's home, in whose repository, sheet and PATH nothing is missing."""
    for tool in TOOLS:
        program(tmp_path / "bin", tool)
    program(tmp_path / "bin", "helm", HELM)
    claims = tuple(claim for claim in homelab_sheet().claims if claim.backup)
    write_homelab(tmp_path, sheet=replace(homelab_sheet(), claims=claims))
    return tmp_path


def test_nothing_is_missing_where_everything_is_there(whole: Path) -> None:
    assert found(whole, whole / "infra") == {}


def without_key(files: dict[str, str]) -> None:
    del files["keys/backup.sops.yaml"]


def without_list(files: dict[str, str]) -> None:
    lines = files["bedplate.yaml"].splitlines(keepends=True)
    files["bedplate.yaml"] = "".join(line for line in lines if "secret:" not in line and not line.startswith("keys:"))


def without_gitops(files: dict[str, str]) -> None:
    files["bedplate.yaml"] = files["bedplate.yaml"].partition("gitops:")[0]


def edited(path: str, before: str, after: str) -> Callable[[dict[str, str]], None]:
    def edit(files: dict[str, str]) -> None:
        assert before in files[path]
        files[path] = files[path].replace(before, after)

    return edit


@pytest.mark.parametrize(
    ("change", "subject", "said"),
    [
        (without_key, "Secret longhorn-system/backup-credentials", "keys/backup.sops.yaml is not"),
        (edited("bedplate.yaml", "age-from-the-safe", "gone"), "Secret flux-system/sops-age", "command gone is not"),
        (without_list, "Secret longhorn-system/backup-credentials", "opens backup target default, and"),
        (without_list, "Secret flux-system/sops-age", "decrypts what Flux applies (clusters/home/photos.yaml:1)"),
        (without_gitops, "gitops", "does not say how Flux is bootstrapped"),
        (edited("bedplate.yaml", "  owner: me\n", ""), "gitops", "has no owner"),
        (edited("longhorn/helmfile.yaml", "1.12.1", "1.13.0"), "longhorn", "asks for 1.13, and the sheet is of 1.12"),
        (edited("longhorn/helmfile.yaml", "releases:", "releases: ["), "longhorn/helmfile.yaml:4", "not valid YAML"),
        (edited("bedplate.yaml", "extras/", "lost/"), "lost/helmfile.yaml", "is not there, or is no helmfile"),
        (edited("extras/helmfile.yaml", "/charts/", "/lost/"), "release reloader/reloader", "../lost/reloader is not"),
        (edited("clusters/home/photos.yaml", "./apps/photos", "./apps/lost"), "clusters/home/photos.yaml:1", "is not"),
        (edited("bedplate.yaml", "context: home", "context: other"), "survival sheet", "of the context home"),
        (edited("bedplate.yaml", "  write: ../home", "  write: ../lost"), "survival sheet", "is not there"),
    ],
)  # fmt: skip
def test_one_thing_that_is_missing_is_named(
    whole: Path, change: Callable[[dict[str, str]], None], subject: str, said: str
) -> None:
    files = homelab_files()
    change(files)
    claims = tuple(claim for claim in homelab_sheet().claims if claim.backup)
    for path in (whole / "infra").rglob("*"):
        if path.is_file():
            path.unlink()
    root = write_homelab(whole, files, replace(homelab_sheet(), claims=claims))
    assert said in found(whole, root).get(subject, "nothing")


TARGETLESS = (SheetTarget("default", "", ""),)
FEW = tuple(saved("minio-tenant", f"data0-{at}", "1Gi") for at in range(2))
LOST = tuple(replace(one, fate="gone", why="no backup", backup="") for one in FEW)


@pytest.mark.parametrize(
    ("change", "subject", "said"),
    [
        ({"written": moment(NOW - 9 * 86_400)}, "survival sheet", "is 9 d old"),
        ({"written": ""}, "survival sheet", "does not say when it was written"),
        ({"backup_targets": TARGETLESS}, "backup target", "nothing can be restored"),
        ({"claims": (*FEW[:1], *LOST[1:])}, "claim minio-tenant/data0-1", "would not return: no backup"),
        ({"claims": (*FEW[:1], *LOST[1:])}, "bucket apps", "1 of the 2 claims below it return"),
        ({"claims": ()}, "bucket apps", "the sheet knows no claim below it"),
        ({"claims": tuple(replace(LOST[0], name=f"c-{at}") for at in range(9))}, "6 more claims", "would not return"),
    ],
)
def test_what_a_sheet_says_is_missing(whole: Path, change: Mapping[str, object], subject: str, said: str) -> None:
    made: Sheet = replace(homelab_sheet(), claims=FEW)
    (whole / "home.survival.yaml").write_text(sheet_text(replace(made, **change)))  # type: ignore[arg-type]  # fields
    assert said in found(whole, whole / "infra").get(subject, "nothing")


def test_a_chart_that_helm_can_not_render_is_named_with_what_it_said(whole: Path) -> None:
    templates = whole / "infra" / "charts" / "reloader" / "templates"
    templates.mkdir()
    (templates / "bad.yaml").write_text("{{ frob }}")
    said = found(whole, whole / "infra")["release reloader/reloader"]
    assert said == "../charts/reloader can't be rendered: no such function frob"


def test_what_the_play_only_stands_in_for_is_named_at_its_step(whole: Path) -> None:
    (whole / "infra" / "charts" / "reloader" / "Chart.yaml").unlink()
    made = replace(homelab_sheet(), claims=(*FEW[:1], *LOST[1:]))
    (whole / "home.survival.yaml").write_text(sheet_text(made))
    facts = read_for_rehearsal(whole / "infra", {"HOME": str(whole), "PATH": ""}, None)
    missing = missing_at_steps(facts)
    assert {step: [each.subject for each in found] for step, found in missing.items()} == {
        "foundation:reloader": ["release reloader/reloader"],
        "verify:minio": ["bucket apps"],
    }


def test_what_can_not_be_tried_is_a_note_and_not_missing(whole: Path) -> None:
    (whole / "bin" / "helm").unlink()
    facts = read_for_rehearsal(whole / "infra", {"HOME": str(whole), "PATH": str(whole / "bin")}, None)
    notes = [each.text for each in what_is_missing(facts) if each.severity is Severity.NOTE]
    assert any("longhorn/longhorn 1.12.1" in note and "over the network" in note for note in notes)
    assert any("../charts/reloader" in note and "helm is not on PATH" in note for note in notes)


@pytest.mark.parametrize("has_sheet", [True, False])
def test_a_cluster_that_only_the_kubeconfig_names_is_called_so(whole: Path, has_sheet: bool) -> None:
    settings = whole / "infra" / "bedplate.yaml"
    settings.write_text(settings.read_text().replace("context: home\n", ""))
    if not has_sheet:
        (whole / "home.survival.yaml").unlink()
    config = whole / "config"
    config.write_text(
        "contexts: [{name: rack, context: {cluster: a}}, {name: home, context: {cluster: a}}]\n"
        "clusters: [{name: a, cluster: {server: 'https://10.0.0.10:6443'}}]\ncurrent-context: rack\n"
    )
    environ = {"HOME": str(whole), "PATH": "", "KUBECONFIG": str(config)}
    facts = read_for_rehearsal(whole / "infra", environ, None)
    assert (facts.context, facts.server) == ("home" if has_sheet else "rack", "https://10.0.0.10:6443")
    # What is current may be any cluster: it names the play, and nothing on record.
    assert real_cluster(facts).context == ("home" if has_sheet else "")


def test_a_sheet_of_another_server_than_the_kubeconfig_knows(whole: Path) -> None:
    config = whole / "config"
    config.write_text(
        "contexts: [{name: home, context: {cluster: a, user: b}}]\nusers: [{name: b, user: {token: x}}]\n"
        "clusters: [{name: a, cluster: {server: 'https://10.9.9.9:6443'}}]\ncurrent-context: home\n"
    )
    said = found(whole, whole / "infra", KUBECONFIG=str(config))["survival sheet"]
    assert said == "is of a cluster at https://10.0.0.10:6443, and home is at https://10.9.9.9:6443"


def test_the_hooks_of_a_helmfile_do_not_run(whole: Path) -> None:
    found(whole, whole / "infra")
    assert not list(whole.rglob("HOOK-RAN"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (None, "is not there"),
        ("version: 1\n", "is no survival sheet, or a damaged one: "),
        ("{", "is no survival sheet"),
    ],
)
def test_a_sheet_that_was_named_and_is_none_is_one_line(whole: Path, words: str | None, said: str) -> None:
    path = whole / "mine.yaml"
    if words is not None:
        path.write_text(words)
    with pytest.raises(UnusableError) as told:
        found(whole, whole / "infra", sheet=path)
    assert str(told.value).startswith(f"{path} {said}")
    assert "\n" not in str(told.value)


def test_a_folder_without_a_foundation_is_nothing_to_rehearse(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="no foundation is found there"):
        read_for_rehearsal(tmp_path, dict(os.environ), None)
