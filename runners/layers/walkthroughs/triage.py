"""Triage, which changes nothing: what is alive, whether it is the same cluster, what survives, and the old disks."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from runners.layers.components.longhorn_targets import shown, targets_inside
from runners.layers.findings import Finding, Severity
from runners.layers.folding import listed
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS, Setting
from runners.layers.picture import Layer, Picture
from runners.layers.rows import Rows
from runners.layers.survival.sheet import SHEET
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.old_disks import is_same, serving, unanswered
from runners.layers.walkthroughs.proofs import not_seen
from runners.layers.walkthroughs.restore_rules import ALIVE, DISKS, GONE, KEPT, Recovery, has_looked, living
from runners.layers.walkthroughs.steps import Moment, Option, Proof

_ORPHANS = ("orphan-resource-auto-deletion", "orphan-auto-deletion")
"""Longhorn's setting since 1.9, and before."""
SHOW_REPLICAS = "ls -l /var/lib/longhorn/replicas   # on each node"
EXPORT = (
    "on the node, run longhornio/longhorn-engine as `launch-simple-longhorn VOLUME SIZE` over "
    "/var/lib/longhorn/replicas/VOLUME-…, mount /dev/longhorn/VOLUME read-only, and copy (Longhorn's docs: "
    "Exporting a Volume from a Single Replica). It goes back at “Data looked at”, once its claim is restored"
)


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
    text = "Secrets and objects that are in no repository; what was written after the last backup"
    yield Finding("does not survive", Severity.NOTE, text)


def _some(names: list[str]) -> str:
    return listed(names, 4)


def disk_options(moment: Moment) -> tuple[Option, ...]:
    """What may have become of the old disks; where they live, what is to be with them."""
    text = "the nodes' disks were lost, wiped or replaced: what comes back comes from backups alone"
    gone = Option(GONE, "gone", text)
    if recovery_of(moment).answer(DISKS) in (ALIVE, KEPT):
        text = "what was needed of them is read out, or may be later: nothing here deletes what is on them"
        return (Option(KEPT, "kept: go on, and the disks stay as they are", text), gone)
    text = "replica directories may be left in /var/lib/longhorn: how they are read out is said next"
    return (Option(ALIVE, "alive, or not sure", text), gone)


def disks(moment: Moment) -> Proof:
    """Somebody has said what has become of the old disks; where Longhorn knows its volumes, nobody has to."""
    rows, answer = moment.rows, recovery_of(moment).answer(DISKS)
    unknown = unanswered(rows, recovery_of(moment), moment.picture.identity)
    if unknown and answer != ALIVE:
        return unknown
    orphans = orphan_findings(rows)
    if answer in (GONE, ""):
        serve = serving(rows, moment.sheet, moment.picture.identity)
        words = "are gone" if answer else f"serve: Longhorn knows {serve} volumes on them"
        return (*(() if answer else orphans), Finding("old disks", Severity.OK, words))
    last = _last_copy(answer)
    how = Finding("to read them out", Severity.NOTE, EXPORT)
    safe = Finding("going on", Severity.NOTE, "is safe for them: installing Longhorn leaves unknown replicas alone")
    never = "is never offered here: deleting Longhorn's namespace or CRDs, or uninstalling it, deletes replicas"
    return (*orphans, last, how, safe, Finding("starting over", Severity.NOTE, never))


def _last_copy(answer: str) -> Finding:
    if answer == KEPT:
        text = "stay as they are: the last copy of what is newer than its backup (its way back: “Data looked at”)"
        return Finding("old disks", Severity.OK, text)
    text = "are the last copy of what is newer than its backup: read out first what is needed"
    return Finding("old disks", Severity.WARNING, text, "then say so (↵)")


def orphan_findings(rows: Rows) -> tuple[Finding, ...]:
    """That Longhorn does not delete replicas that it does not know: on a new cluster, those are the old ones."""
    return tuple(
        Finding(
            f"setting {row.name}",
            Severity.BLOCKER,
            f"is {row.value}: Longhorn deletes the old volumes' replicas",
            f"set it to {_spared(row) or 'nothing'} at once, and in Longhorn's values too",
            about=row.key,
        )
        for row in _deleting(rows)
    )


def disk_commands(moment: Moment, context: str) -> str:
    """What stops Longhorn from deleting old replicas, where it would; else what shows them."""
    patch = ("kubectl", "--context", context, "-n", "longhorn-system", "patch", "settings.longhorn.io")
    stops = (
        (*patch, row.name, "--type", "merge", "-p", json.dumps({"value": _spared(row)}))
        for row in _deleting(moment.rows)
    )
    return "\n".join(map(shlex.join, stops)) or SHOW_REPLICAS


def _deleting(rows: Rows) -> list[Setting]:
    found = [row for row in rows.all(LONGHORN_SETTINGS) if row.name in _ORPHANS]
    return [row for row in found if row.value == "true" or "replica" in row.value]


def _spared(row: Setting) -> str:
    """The value with which Longhorn deletes none: since 1.9 the setting lists what it deletes."""
    if row.name != _ORPHANS[0]:
        return "false"
    return ";".join(part for part in row.value.split(";") if "replica" not in part)


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
