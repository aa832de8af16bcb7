"""What becomes of a claim, by what lies behind it; and a join that remembers says what one without memory says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runners.layers.claim_probe.objects import NAMESPACE
from runners.layers.findings import Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Row
from runners.layers.kinds.fates import ClaimFate, Fate
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS
from runners.layers.kinds.storage import CLAIMS, VOLUMES, volume_row
from runners.layers.rows import FrozenRows
from runners.layers.survival.fates import Fates
from runners.layers.survival.fold import Claims, Survival, span
from tests.layers import survival_world as s
from tests.layers.worlds import NOW

FORBIDDEN = Freshness(Reach.FORBIDDEN, detail="list backups")


def joined(rows: Sequence[Row], freshness: dict[str, Freshness] | None = None) -> Claims:
    return Fates().join(FrozenRows(rows, freshness))


def fate_of(rows: Sequence[Row]) -> ClaimFate:
    (found,) = joined(rows).fates
    return found


DB = (s.claim("db"), s.volume("db"), s.stored("db"), s.target())


@pytest.mark.parametrize(
    ("rows", "fate", "why"),
    [
        ([*DB, s.backup("db", 3), s.backup("db", 30)], Fate.RETURNS, ""),
        (DB, Fate.GONE, "has no backup"),
        ([s.claim("db", "")], Fate.EMPTY, "is not bound to a volume yet"),
        ([*DB, s.backup("db", 1, "Error", error="timed out")], Fate.GONE, "its only backup failed: timed out"),
        ([*DB, s.backup("db", 1, "InProgress")], Fate.GONE, "its first backup is not complete yet"),
        ([*DB, replace(s.backup("db"), url="")], Fate.GONE, "its backup has no URL to restore from"),
        (
            [*DB, s.backup("db", 30), s.backup("db", 1, "Error", error="timed out")],
            Fate.RETURNS,
            "its last backup failed: timed out",
        ),
        ([*DB, s.backup("db", 1), s.backup("db", 30, "Error", error="timed out")], Fate.RETURNS, ""),
        ([*DB[:2], s.stored("db", replicas=1), s.backup("db")], Fate.RETURNS, "has one replica only"),
        (
            [*DB[:2], s.stored("db", "faulted"), s.backup("db")],
            Fate.RETURNS,
            "its volume is faulted: only the backup has it",
        ),
        ([*DB[:2], s.stored("db", "faulted")], Fate.GONE, "has no backup, and its volume is faulted"),
        ([*DB[:2], s.backup("db")], Fate.RETURNS, ""),
        ([*DB[1:], s.claim("db", "pv-other"), s.backup("db")], Fate.GONE, "its PersistentVolume pv-other is not there"),
        (
            [s.claim("db"), s.volume("db", "", "hostPath")],
            Fate.GONE,
            "lies on one node's disk (local-path), not on Longhorn",
        ),
        (
            [s.claim("db"), s.volume("db", "nfs.csi.k8s.io")],
            Fate.UNKNOWN,
            "lies on nfs.csi.k8s.io, not on Longhorn: look yourself whether that outlives the cluster",
        ),
        (
            [*DB[:3], s.target(available=False), s.backup("db")],
            Fate.UNKNOWN,
            "backup target default can't be reached: connection refused",
        ),
    ],
)
def test_fate(rows: Sequence[Row], fate: Fate, why: str) -> None:
    found = fate_of(rows)
    assert (found.fate, found.why) == (fate, why)


def test_what_returns_returns_from_the_newest_whole_backup() -> None:
    found = fate_of([*DB, s.backup("db", 30), s.backup("db", 3), s.backup("db", 1, "InProgress")])
    assert found.saved_at == NOW - 3 * s.HOUR
    assert found.loses(NOW) == 3 * s.HOUR
    assert (found.volume, found.stored_as, found.storage_class, found.capacity) == (
        "pv-db",
        "lh-db",
        "longhorn",
        "10Gi",
    )
    assert found.backup == "s3://backups@home/?backup=backup-db&volume=lh-db"


def test_backups_in_the_cluster_itself_are_none() -> None:
    found = fate_of([*DB[:3], s.target(url="nfs://store.minio-tenant.svc:/backups"), s.backup("db")])
    assert (found.fate, found.loses(NOW)) == (Fate.GONE, None)
    assert found.why == "its backups lie in the cluster itself: store.minio-tenant.svc"


@pytest.mark.parametrize(
    ("unseen", "why"),
    [("longhorn-backups", "Longhorn's backups can't be seen"), (VOLUMES.id, "PersistentVolumes can't be seen")],
)
def test_what_may_not_be_seen_is_not_called_gone(unseen: str, why: str) -> None:
    rows = [row for row in DB if row.kind != unseen and row.kind != "longhorn-volumes"]
    (found,) = joined(rows, {unseen: FORBIDDEN}).fates
    assert (found.fate, found.why) == (Fate.UNKNOWN, why)


def test_whether_a_backup_can_be_reached_is_unknown_while_its_target_cannot_be_seen() -> None:
    (found,) = joined([*DB, s.backup("db")], {LONGHORN_BACKUP_TARGETS.id: FORBIDDEN}).fates
    assert (found.fate, found.why) == (Fate.UNKNOWN, "Longhorn's backup targets can't be seen")


def test_the_fold_says_how_many_how_old_and_how_many_not() -> None:
    claims = joined(s.world())
    assert (claims.all, claims.returning, claims.gone, claims.unknown) == (5, 2, 3, 0)
    assert Survival(claims).words(NOW) == "2 of 5 claims return, oldest loss 26 h · 3 would not"
    assert [(finding.subject, finding.about) for finding in claims.findings] == [
        ("claim apps/new", (CLAIMS.id, "apps", "new")),
        ("claim apps/db", (CLAIMS.id, "apps", "db")),
        ("claim apps/cache", (CLAIMS.id, "apps", "cache")),
    ]


def test_many_with_one_trouble_are_one_finding() -> None:
    rows = [row for at in range(9) for row in (s.claim(f"c{at}"), s.volume(f"c{at}"))]
    (finding,) = joined(rows).findings
    assert finding.severity is Severity.WARNING
    assert finding.subject == "9 claims"
    assert finding.text == "would not return: has no backup (apps/c0, apps/c1, apps/c2 …)"
    assert finding.remedy == "make backups: by a recurring job, or in Longhorn"


def test_what_a_new_backup_can_not_mend_has_no_such_remedy() -> None:
    (finding,) = joined([*DB[:3], s.target(url="nfs://store.minio-tenant.svc:/backups"), s.backup("db")]).findings
    assert (finding.severity, finding.remedy) == (Severity.WARNING, "")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-9, "under 1 min"),
        (29, "under 1 min"),
        (31, "1 min"),
        (7140, "119 min"),
        (7200, "2 h"),
        (93_600, "26 h"),
        (777_600, "9 d"),
    ],
)
def test_span(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_no_claims_are_no_line() -> None:
    assert Survival().words(NOW) == ""
    assert Survival(unseen="claims are forbidden: list").words(NOW) == "can't tell: claims are forbidden: list"


def test_a_volume_says_where_its_data_lies() -> None:
    row = volume_row("persistentvolumes", {"spec": {"hostPath": {"path": "/data"}}})
    assert (row.source, row.driver, row.handle) == ("hostPath", "", "")
    row = volume_row("persistentvolumes", {"spec": {"csi": {"driver": "driver.longhorn.io", "volumeHandle": "v"}}})
    assert (row.source, row.driver, row.handle) == ("csi", "driver.longhorn.io", "v")


def shared(name: str, handle: str) -> Row:
    return replace(s.volume(name), handle=handle)


NAMES = st.sampled_from(["a", "b", "c"])
PIECES = st.one_of(
    st.builds(s.claim, NAMES, st.sampled_from([None, "", "pv-a", "pv-b"])),
    st.builds(s.volume, NAMES, st.sampled_from(["driver.longhorn.io", "other", ""])),
    st.builds(shared, NAMES, st.sampled_from(["", "lh-a", "lh-b", "pv-a"])),
    st.builds(s.stored, NAMES, st.sampled_from(["healthy", "faulted"]), st.sampled_from([1, 3])),
    st.builds(s.backup, NAMES, st.sampled_from([1, 2, 3]), st.sampled_from(["Completed", "Error", "", "odd"])),
    st.builds(lambda available: s.target(available=available), st.booleans()),
)
CHANGES = st.lists(st.tuples(st.booleans(), PIECES), max_size=24)


@settings(max_examples=50)
@given(CHANGES)
@example(
    [
        (True, s.volume("a")),
        (True, shared("b", "lh-a")),
        (True, s.claim("a")),
        (False, shared("b", "lh-a")),
        (True, s.backup("a")),
    ]
)
@example(
    [
        (True, s.volume("a")),
        (True, shared("b", "lh-a")),
        (True, s.claim("a")),
        (True, s.claim("b")),
        (True, s.backup("a")),
    ]
)
def test_a_join_that_remembers_says_what_one_without_memory_says(changes: list[tuple[bool, Row]]) -> None:
    there: dict[object, Row] = {}
    fates = Fates()
    for comes, row in changes:
        if comes:
            there[row.key] = row
        else:
            there.pop(row.key, None)
        kept = fates.join(FrozenRows(there.values()))
        anew = joined(list(there.values()))
        assert set(kept.fates) == set(anew.fates)
        assert (kept.findings, kept.oldest, kept.all) == (anew.findings, anew.oldest, anew.all)
        assert fates.join(FrozenRows(there.values())) is kept


def test_what_a_probe_claimed_is_nobodys_loss() -> None:
    probes = replace(s.claim("claim-c0ffee00"), namespace=NAMESPACE)
    assert joined([*DB, probes]).fates == joined(list(DB)).fates
    fates, rows = Fates(), [*DB, probes]
    before = fates.join(FrozenRows(rows))
    assert fates.join(FrozenRows(rows)) is before
    assert fates.join(FrozenRows(list(DB))) is before
