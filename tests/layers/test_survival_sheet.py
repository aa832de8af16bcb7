"""The survival sheet: what stands in it, that it is read back as it was written, and what a bad one is told."""

from __future__ import annotations

import contextlib
import functools
from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.identity import Identity
from runners.layers.judge import Observed, picture
from runners.layers.kinds.nodes import NODES
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, KeySource, Settings
from runners.layers.survival.sheet import (
    Sheet,
    SheetClaim,
    SheetCluster,
    SheetGitOps,
    SheetKey,
    SheetRelease,
    SheetSystemBackup,
    SheetTarget,
)
from runners.layers.survival.sheet_making import Gathered, make_sheet, moment
from runners.layers.survival.sheet_text import SheetError, read_sheet, sheet_text
from tests.layers import survival_world as s
from tests.layers import worlds as w

SETTINGS = Settings(
    origin="bedplate.yaml",
    foundation=(FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",)),),
    bootstrap=BootstrapSettings(
        "git", url="https://me:hunter2@git.home/infra.git", path="clusters/home", token_auth=True
    ),
    keys=(
        KeySource("longhorn-system/backup-credentials", "keys/backup.sops.yaml", "", "longhorn"),
        KeySource("flux-system/sops-age", "", "age-plugin x", "flux"),
    ),
)
ROWS = (*w.longhorn_world(), *s.world(), w.flux_object("Kustomization", "flux-system"))
SEEN = Observed(
    rows=FrozenRows({row.key: row for row in ROWS}.values()),
    settings=SETTINGS,
    now=w.NOW,
    identity=Identity("home", "https://10.0.0.10:6443", "41c7d0aa", version="v1.37.2"),
)
GATHERED = Gathered(
    charts={("longhorn-system", "longhorn"): "1.12.1"},
    secrets={"longhorn-system/backup-credentials": "ab12"},
    files={"keys/backup.sops.yaml": "cd34"},
)


@functools.cache
def made() -> Sheet:
    return make_sheet(SEEN, picture(SEEN), GATHERED)


def test_the_sheet_has_what_recovery_needs() -> None:
    sheet = made()
    assert sheet.written == "2027-01-15T08:00:00Z"
    assert sheet.written_at == w.NOW
    assert sheet.cluster == SheetCluster("home", "https://10.0.0.10:6443", "41c7d0aa", "v1.37.2")
    assert sheet.longhorn_minor == "1.12"
    assert sheet.releases == (SheetRelease("longhorn", "longhorn-system", "longhorn", "1.12.1", 1),)
    assert sheet.gitops.url == "https://git.home/infra.git"
    assert (sheet.gitops.branch, sheet.gitops.path) == ("main", "./clusters/rig")
    assert sheet.backup_targets == (SheetTarget("default", "s3://backups@home/", "backup-credentials"),)
    assert sheet.keys[0] == SheetKey(
        "longhorn-system/backup-credentials", "longhorn", "keys/backup.sops.yaml", "", "ab12", "cd34"
    )
    assert sheet.before_flux == (
        "Secret longhorn-system/backup-credentials",
        "longhorn, healthy (longhorn/helmfile.yaml)",
        "Secret flux-system/sops-age",
        "the environment variable GIT_PASSWORD",
    )
    assert sheet.nodes == tuple(sorted(row.name for row in SEEN.rows.all(NODES)))
    assert sheet.system_backups
    assert (sheet.last_rehearsed, sheet.rehearsed_to_storage) == ("", 0)


def test_each_claim_says_what_it_would_return_from() -> None:
    photos = next(claim for claim in made().claims if claim.name == "photos")
    assert photos == SheetClaim(
        namespace="apps",
        name="photos",
        storage_class="longhorn",
        size="10Gi",
        volume="pv-photos",
        longhorn_volume="lh-photos",
        fate="returns",
        why="",
        backup="s3://backups@home/?backup=backup-photos&volume=lh-photos",
        backup_of=moment(w.NOW - 3 * s.HOUR),
        backup_bytes=2**30,
    )


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://token@git.home/a.git", "https://git.home/a.git"),
        ("https://me:hunter2@git.home/a.git", "https://git.home/a.git"),
        ("ssh://git@git.home/a.git", "ssh://git@git.home/a.git"),
        ("ssh://git:hunter2@git.home/a.git", "ssh://git@git.home/a.git"),
        ("git@git.home:a.git", "git@git.home:a.git"),
    ],
)
def test_no_password_gets_into_it(url: str, written: str) -> None:
    sheet = make_sheet(SEEN, picture(SEEN), replace(GATHERED, url=url))
    assert sheet.gitops.url == written
    assert "hunter2" not in sheet_text(sheet)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
MOMENTS = st.one_of(st.just(""), st.integers(1, 4_000_000_000).map(moment))
NUMBERS = st.integers(0, 2**62)
SHEETS = st.builds(
    Sheet,
    written=MOMENTS,
    cluster=st.builds(SheetCluster, TEXTS, TEXTS, TEXTS, TEXTS),
    longhorn_minor=st.sampled_from(["", "1.10", "1.12"]),
    releases=st.lists(st.builds(SheetRelease, TEXTS, TEXTS, TEXTS, TEXTS, NUMBERS), max_size=2).map(tuple),
    gitops=st.builds(SheetGitOps, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS),
    backup_targets=st.lists(st.builds(SheetTarget, TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
    claims=st.lists(
        st.builds(SheetClaim, *[TEXTS] * 9, backup_of=MOMENTS, backup_bytes=NUMBERS), max_size=2
    ).map(tuple),
    keys=st.lists(st.builds(SheetKey, *[TEXTS] * 6), max_size=2).map(tuple),
    before_flux=st.lists(TEXTS, max_size=2).map(tuple),
    nodes=st.lists(TEXTS, max_size=2).map(tuple),
    system_backups=st.lists(st.builds(SheetSystemBackup, TEXTS, TEXTS, MOMENTS), max_size=2).map(tuple),
    last_rehearsed=MOMENTS,
    rehearsed_to_storage=NUMBERS,
)  # fmt: skip


@settings(max_examples=20)
@given(SHEETS)
def test_a_sheet_is_read_back_as_it_was_written(sheet: Sheet) -> None:
    assert read_sheet(sheet_text(sheet)) == sheet


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("version: 1", "version: 2", "home.yaml:4: version must be 1, and is 2"),
        ("version: 1\n", "", "home.yaml:4: version is missing"),
        ("written: '2027-01-15T08:00:00Z'", "written: lately", "written must be a moment like 2026-11-24T18:00:00Z"),
        ("  uid: 41c7d0aa", "  id: 41c7d0aa", "unknown key cluster.id, did you mean uid?"),
        ("last_rehearsed: ''", "last_rehearsed: ''\nclaims: []", "claims stands here twice"),
        ("last_rehearsed: ''", "last_rehearsed: {}", "last_rehearsed must be text"),
        ("last_rehearsed: ''", "last_rehearsed: [", "not valid YAML"),
    ],
)
def test_a_bad_sheet_is_told_where_and_what(before: str, after: str, said: str) -> None:
    text = sheet_text(made())
    assert before in text
    with pytest.raises(SheetError) as told:
        read_sheet(text.replace(before, after), "home.yaml")
    assert said in str(told.value)


def test_a_sheet_from_before_something_was_noted_is_still_one() -> None:
    sheet = made()
    later = ("nodes", "system_backups", "rehearsed_to_storage")
    plain = {name: value for name, value in yaml.safe_load(sheet_text(sheet)).items() if name not in later}
    assert read_sheet(yaml.safe_dump(plain)) == replace(sheet, nodes=(), system_backups=())


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "version: 1", "just words", "\x00"])
def test_what_is_no_sheet_is_said_to_be_none(text: str) -> None:
    with pytest.raises(SheetError):
        read_sheet(text)


@settings(max_examples=20)
@given(st.data())
def test_a_broken_sheet_is_an_error_of_ours(data: st.DataObject) -> None:
    text = sheet_text(made())
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    broken = (
        text[:start] + data.draw(st.sampled_from(["", "\t", ": ", "[", "- x", "null", "1", "&a", "*a"])) + text[end:]
    )
    with contextlib.suppress(SheetError):
        assert isinstance(read_sheet(broken), Sheet)
