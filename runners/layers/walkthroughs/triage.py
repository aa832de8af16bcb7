"""Triage, which changes nothing: what is alive, whether it is the same cluster, and what survives."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.components.longhorn_targets import shown, targets_inside
from runners.layers.findings import Finding, Severity
from runners.layers.folding import listed
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.picture import Layer, Picture
from runners.layers.survival.sheet import SHEET
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.old_disks import is_same
from runners.layers.walkthroughs.proofs import not_seen
from runners.layers.walkthroughs.restore_rules import Recovery, has_looked, living
from runners.layers.walkthroughs.steps import Moment, Proof


def recovery_of(moment: Moment) -> Recovery:
    """What a recovery rests on at one moment, beside the rows."""
    return Recovery(moment.sheet, moment.decisions)


def triage(moment: Moment) -> Proof:
    """What there is to go by; it is done when the cluster has answered, for it only looks."""
    picture = moment.picture
    if picture.identity is None or not picture.freshness.trusted:
        return (Finding("cluster", Severity.UNKNOWN, f"is {picture.freshness.words(picture.at)}"),)
    return (*_alive(picture), *_identity(picture, moment), *_survives(moment))


def _alive(picture: Picture) -> Iterator[Finding]:
    for layer in Layer:
        states = picture.layer(layer)
        bad = [f"{state.name} {state.verdict.value}" for state in states if state.verdict is not Verdict.HEALTHY]
        words = f"not healthy: {', '.join(bad)}" if bad else "alive" if states else "nothing of it is seen"
        yield Finding(f"{layer.value} layer", Severity.NOTE if bad else Severity.OK, words)


def _identity(picture: Picture, moment: Moment) -> Iterator[Finding]:
    sheet, identity = moment.sheet, picture.identity
    assert identity is not None, "triage has looked"
    if sheet is None:
        text = moment.sheet_missing or "was not looked for yet"
        yield Finding(SHEET, Severity.NOTE, f"{text}: what stood on the old cluster is known from backups alone")
        yield Finding("identity", Severity.NOTE, f"{identity.whole_uid}: whether it is a new one can't be told")
    elif is_same(sheet, identity.uid) and has_looked(recovery_of(moment)):
        yield Finding(SHEET, Severity.OK, f"of this cluster, written {sheet.written}, since it was recovered")
    elif is_same(sheet, identity.uid):
        text = (
            "of this very cluster: it never died, or its etcd was restored. Repair what is broken, install nothing anew"
        )
        yield Finding(SHEET, Severity.OK, f"found, written {sheet.written}")
        yield Finding("identity", Severity.NOTE, f"the sheet is {text}")
    else:
        yield Finding(SHEET, Severity.OK, f"found, written {sheet.written}")
        yield Finding("identity", Severity.NOTE, f"a new cluster stands in the place of {sheet.cluster.uid[:8]}…")


def _survives(moment: Moment) -> Iterator[Finding]:
    """What survives and what does not, a line each."""
    sheet = moment.sheet
    if sheet is not None:
        git = f"{sheet.gitops.url or 'its URL is not known'} {sheet.gitops.branch}".strip()
        yield Finding("survives: Git", Severity.OK, f"{git}, last applied {sheet.gitops.revision[:20] or 'unknown'}")
        back = [claim for claim in sheet.claims if claim.fate == "returns"]
        lost = [f"{claim.namespace}/{claim.name}" for claim in sheet.claims if claim.fate == "gone"]
        yield Finding("survives: claims", Severity.OK, f"{len(back)} of {len(sheet.claims)} have a backup")
        if lost:
            yield Finding("does not survive", Severity.NOTE, f"claims without a backup: {_some(lost)}")
        for target in sheet.backup_targets:
            yield Finding("survives: backups", Severity.OK, f"{target.name} at {target.url or 'no address'}")
    inside = targets_inside(moment.rows)
    for name, how in inside.items():
        yield Finding(
            "does not survive", Severity.NOTE, f"what lay on backup target {name}: it is in the cluster, {how}"
        )
    late = "what was written after the last backup, unless the old disks live"
    text = f"Secrets and objects that are in no repository; {late}"
    yield Finding("does not survive", Severity.NOTE, text)


def _some(names: list[str]) -> str:
    return listed(names, 4)


def survivors(moment: Moment) -> Proof:
    """After a restored etcd: the volumes that live are sound; on a new cluster there are none."""
    rows = moment.rows
    if not shown(rows, LONGHORN_VOLUMES):
        return (not_seen("volumes", rows.freshness(LONGHORN_VOLUMES)),)
    ones = living(rows)
    faulted = [row for row in ones if row.robustness == "faulted"]
    if faulted:
        return tuple(
            Finding(
                f"volume {row.name}",
                Severity.BLOCKER,
                f"is faulted{f': {row.why}' if row.why else ''}; it is not restored over while it may be repaired",
                "restart Longhorn's managers; look for stale VolumeAttachments; then salvage a replica",
                about=row.key,
            )
            for row in faulted[:12]
        )
    moving = [row for row in ones if row.state in ("attaching", "detaching")]
    if moving:
        about = moving[0].key
        text = f"{len(moving)} are attaching or detaching, which may be stale ({moving[0].name})"
        return (Finding("volumes", Severity.WARNING, text, "restart Longhorn's managers if it stays so", about=about),)
    return (Finding("volumes", Severity.OK, f"{len(ones)} live and are sound" if ones else "none lives from before"),)
