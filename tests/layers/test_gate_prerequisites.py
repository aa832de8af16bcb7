"""What a gate looks at beside verdicts: claims, volumes, keys, rights, and releases left in the middle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers import commands as c
from runners.layers.findings import Finding, Severity
from runners.layers.foundation_needs import needs
from runners.layers.freshness import Freshness, Reach
from runners.layers.gates import gate, gitops_gate
from runners.layers.kinds.base import Row
from runners.layers.picture import ComponentState, Layer
from runners.layers.probes import Prospect
from runners.layers.rights import about_rights
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, KeySource, Settings
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.layers.test_gates import GITOPS, MINIO, SETTINGS, picture

LONGHORN = replace(MINIO, target=c.Target(component="longhorn"))
FAULTED = w.longhorn_volume("pvc-1", "faulted")


def entry(name: str, after: tuple[str, ...] = ()) -> FoundationEntry:
    return FoundationEntry(name, f"{name}/helmfile.yaml", (name,), after=after)


def needed(name: str, *others: str, rows: tuple[Row, ...] = (), after: tuple[str, ...] = ()) -> dict[str, str]:
    entries = (*(entry(other) for other in others), entry(name, after=after))
    return needs(entries[-1], Settings("test", foundation=entries), FrozenRows(rows))


def test_object_storage_needs_storage_whether_it_says_so_or_not() -> None:
    assert needed("minio", "longhorn") == {"longhorn": "minio keeps its data in claims"}
    assert needed("garage", "longhorn", after=("longhorn",)) == {"longhorn": "garage comes after it"}
    assert needed("ceph-rgw", "longhorn") == {}
    assert needed("minio") == {}
    assert needed("vault", "longhorn", "minio", after=("minio",)) == {"minio": "vault comes after it"}


def test_a_claim_of_storages_own_class_says_it_too() -> None:
    claim = w.claim("vault", "data-0")
    assert needed("vault", "longhorn", rows=(claim,)) == {"longhorn": "claim vault/data-0 of vault is of its class"}
    local = replace(claim, storage_class="local-path")
    assert needed("vault", "longhorn", rows=(local, w.storage_class("local-path", "rancher.io/local-path"))) == {}
    own = replace(claim, storage_class="fast")
    assert needed("vault", "longhorn", rows=(own, w.storage_class("fast")))


@pytest.mark.parametrize(
    ("verdict", "is_open", "overridable"),
    [
        (Verdict.HEALTHY, True, False),
        (Verdict.DEGRADED, True, False),
        (Verdict.PROGRESSING, False, True),
        (Verdict.FAILED, False, True),
        (Verdict.ABSENT, False, True),
        (Verdict.UNKNOWN, False, True),
    ],
)
def test_storage_has_to_be_usable_and_not_perfect(verdict: Verdict, is_open: bool, overridable: bool) -> None:
    plain = replace(SETTINGS, foundation=(entry("longhorn"), entry("minio")))
    answer = gate(c.APPLY, replace(MINIO, settings=plain, picture=picture(longhorn=verdict)))
    assert (answer.is_open, answer.overridable) == (is_open, overridable)
    assert bool(answer.findings) == (verdict is not Verdict.HEALTHY)
    assert gitops_gate(picture(longhorn=verdict)).is_open is is_open


def test_longhorn_is_not_upgraded_over_a_faulted_volume_without_a_word() -> None:
    rows = FrozenRows([FAULTED, w.longhorn_volume("pvc-2", "faulted"), w.longhorn_volume("pvc-3", "degraded")])
    answer = gate(c.APPLY, replace(LONGHORN, rows=rows))
    (finding,) = answer.closed_by
    assert (finding.subject, finding.about) == ("Longhorn volume pvc-1", FAULTED.key)
    assert "and 1 more" in finding.text
    assert answer.overridable
    assert gate(c.REPAIR, replace(LONGHORN, rows=rows)).is_open
    assert gate(c.APPLY, replace(MINIO, rows=rows)).is_open
    assert gate(c.APPLY, replace(LONGHORN, rows=FrozenRows([w.longhorn_volume("pvc-3", "degraded")]))).is_open


def test_volumes_that_can_not_be_seen_may_be_faulted() -> None:
    hidden = FrozenRows([], {"longhorn-volumes": Freshness(Reach.FORBIDDEN, detail="list volumes")})
    answer = gate(c.APPLY, replace(LONGHORN, rows=hidden))
    assert "forbidden: list volumes" in answer.reason
    assert answer.overridable
    absent = replace(picture(), components=(ComponentState("longhorn", Layer.FOUNDATION, Verdict.ABSENT),))
    assert gate(c.APPLY, replace(LONGHORN, rows=hidden, picture=absent)).is_open


KEYED = replace(
    SETTINGS,
    keys=(
        KeySource("longhorn-system/backup", "keys/backup.sops.yaml", "", "longhorn"),
        KeySource("flux-system/sops-age", "", "age-plugin-yubikey", "flux"),
    ),
)


@pytest.mark.parametrize(
    ("command", "situation", "secret", "source"),
    [
        (c.APPLY, LONGHORN, "longhorn-system/backup", "it comes from keys/backup.sops.yaml"),
        (c.REPAIR, LONGHORN, "longhorn-system/backup", "it comes from keys/backup.sops.yaml"),
        (c.BOOTSTRAP, GITOPS, "flux-system/sops-age", "it comes from: age-plugin-yubikey"),
    ],
)
def test_a_listed_key_has_to_be_there_first(
    command: c.Command, situation: c.Situation, secret: str, source: str
) -> None:
    situation = replace(situation, settings=KEYED)
    assert gate(command, replace(situation, keys={secret: True})).is_open
    missing = gate(command, replace(situation, keys={secret: False}))
    (finding,) = missing.closed_by
    assert (finding.subject, finding.severity, finding.remedy) == (f"Secret {secret}", Severity.BLOCKER, source)
    assert missing.overridable
    unseen = gate(command, replace(situation, keys={secret: None}))
    assert "may not be looked at" in unseen.reason
    assert "was not looked for yet" in gate(command, situation).reason


def test_keys_of_others_close_nothing() -> None:
    assert gate(c.APPLY, replace(MINIO, settings=KEYED)).is_open
    assert gate(c.PLAN, replace(LONGHORN, settings=KEYED)).is_open


def test_a_right_that_is_missing_closes_the_gate_of_what_needs_it() -> None:
    lacks = Finding(about_rights("minio"), Severity.BLOCKER, "minio needs rights that you have not: create secrets")
    seen = replace(picture(), preflight=(lacks,))
    assert gate(c.APPLY, replace(MINIO, picture=seen)).overridable
    assert gate(c.APPLY, replace(LONGHORN, picture=seen)).is_open
    assert gate(c.PLAN, replace(MINIO, picture=seen)).is_open


def test_a_right_that_an_act_lacks_closes_the_gate_of_that_act_alone() -> None:
    lacks = Finding(about_rights(c.HOLD_JOBS.name), Severity.WARNING, "hold jobs needs rights that you have not")
    acts = {"hold": Prospect(("x",)), "restore": Prospect(("x",))}
    seen = replace(LONGHORN, picture=replace(picture(), preflight=(lacks,)), prospects=acts)
    assert gate(c.HOLD_JOBS, seen).overridable
    assert gate(c.RESTORE, seen).is_open
    assert gate(c.APPLY, seen).is_open


HUNG = w.release("apps", "web", "pending-install")
RELEASE = replace(MINIO, target=c.Target(kind="release", namespace="apps", name="web"), rows=FrozenRows([HUNG]))


@pytest.mark.parametrize("command", [c.ROLL_BACK, c.DELETE_RECORD])
def test_only_what_helm_left_in_the_middle_is_recovered(command: c.Command) -> None:
    assert gate(command, RELEASE).is_open
    whole = replace(RELEASE, rows=FrozenRows([HUNG, w.release("apps", "web", "deployed", 2)]))
    assert "helm left nothing unfinished" in gate(command, whole).reason
    assert "is not there any more" in gate(command, replace(RELEASE, rows=FrozenRows([]))).reason
    assert "this session changes nothing" in gate(command, replace(RELEASE, read_only=True)).reason
