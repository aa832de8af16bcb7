"""Proofs of an upgrade that only Longhorn needs: its system backup, its volumes, their engines, and their claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runners.layers.components.longhorn_engines import engine_findings
from runners.layers.components.longhorn_volumes import storage_line, volume_findings
from runners.layers.findings import Finding, Severity
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import age
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES, LonghornVolume
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS, LONGHORN_SYSTEM_BACKUPS, SystemBackup
from runners.layers.kinds.longhorn_engines import LONGHORN_INSTANCE_MANAGERS
from runners.layers.kinds.longhorn_settings import LONGHORN_SETTINGS
from runners.layers.kinds.storage import CLAIMS
from runners.layers.walkthroughs.proofs import Prove, not_seen
from runners.layers.walkthroughs.steps import Moment, Proof, Subject
from runners.layers.walkthroughs.upgrade_proofs import asked_version, installed_version, is_upgraded, may_go

ENGINE_LIMIT = "concurrent-automatic-engine-upgrade-per-node-limit"
FRESH = 86_400.0
"""Seconds for which a system backup is new enough to upgrade upon."""
_SUBJECT = "Longhorn system backup"
_RUNNING = "current-longhorn-version"


def may_go_with_volumes(subject: Subject) -> Prove:
    """The step is allowed, and no volume is faulted before it; what is degraded is said, and waits for nobody."""
    versions = may_go(subject)

    def prove(moment: Moment) -> Proof:
        lines = versions(moment)
        if is_upgraded(moment, subject):
            return lines
        freshness = moment.rows.freshness(LONGHORN_VOLUMES)
        if not freshness.trusted:
            return (*lines, not_seen("Longhorn volumes", freshness))
        volumes = volume_findings(moment.rows.all(LONGHORN_VOLUMES))
        return (*lines, *(_before(finding) for finding in volumes if finding.severity > Severity.NOTE))

    return prove


def _before(finding: Finding) -> Finding:
    if finding.severity is not Severity.WARNING:
        return finding
    text = f"{finding.text}; Longhorn advises to wait until it is healthy"
    return Finding(finding.subject, Severity.NOTE, text, about=finding.about)


def backed_up(subject: Subject) -> Prove:
    """A system backup of the version that is left behind is ready, and new."""

    def prove(moment: Moment) -> Proof:
        freshness = moment.rows.freshness(LONGHORN_SYSTEM_BACKUPS)
        if not freshness.trusted:
            return (not_seen(_SUBJECT, freshness),)
        rows = sorted(moment.rows.all(LONGHORN_SYSTEM_BACKUPS), key=_made)
        installed = installed_version(moment, subject.component)
        if is_upgraded(moment, subject):
            return (_of_before(rows, installed),)
        return (_newest(rows, installed, moment.now), *_no_target(moment))

    return prove


def _newest(rows: Sequence[SystemBackup], installed: str, now: float) -> Finding:
    if not rows:
        return Finding(_SUBJECT, Severity.BLOCKER, "there is none")
    row = rows[-1]
    about, old = f"{_SUBJECT} {row.name}", age(now - _made(row))
    if row.state == "Error":
        return Finding(about, Severity.BLOCKER, f"failed: {row.message or 'no reason given'}", about=row.key)
    if row.state != "Ready":
        return Finding(about, Severity.WARNING, f"is {row.state or 'not begun'}", about=row.key)
    if _plain(row.version) != _plain(installed):
        text = f"is of {row.version or 'an unknown version'}, and {installed or 'an unknown version'} is installed"
        return Finding(about, Severity.BLOCKER, text, "make a new one", about=row.key)
    if now - _made(row) > FRESH:
        return Finding(about, Severity.BLOCKER, f"is ready, and {old} old", "make a new one", about=row.key)
    return Finding(about, Severity.OK, f"of {row.version} is ready, {old} old", about=row.key)


def _of_before(rows: Sequence[SystemBackup], installed: str) -> Finding:
    """Once it is upgraded, nothing can be made up for."""
    ready = [row for row in rows if row.state == "Ready" and _plain(row.version) != _plain(installed)]
    if not ready:
        return Finding(_SUBJECT, Severity.NOTE, "of the version before there is none, and none can be made any more")
    row = ready[-1]
    return Finding(f"{_SUBJECT} {row.name}", Severity.OK, f"of {row.version} is ready", about=row.key)


def _no_target(moment: Moment) -> Proof:
    targets = moment.rows.all(LONGHORN_BACKUP_TARGETS)
    if any(row.url and row.available for row in targets):
        return ()
    named = [row for row in targets if row.url]
    text = f"can't be reached: {named[0].message or 'no reason given'}" if named else "is not set"
    return (Finding("Longhorn backup target", Severity.BLOCKER, text, "see to it first, or skip this, with a reason"),)


def once_managed(subject: Subject, prove: Prove) -> Prove:
    """A proof that counts once the new manager has taken over: until then every setting is the old one's."""

    def prove_then(moment: Moment) -> Proof:
        asked = asked_version(subject)
        rows = (row for row in moment.rows.all(LONGHORN_SETTINGS) if row.name == _RUNNING)
        row = next(rows, None)
        if asked and row is not None and _plain(row.value) != _plain(asked):
            return (Finding("longhorn-manager", Severity.WARNING, f"is {row.value} still", about=row.key),)
        return prove(moment)

    return prove_then


def storage_in_use(moment: Moment) -> Proof:
    """Volumes are healthy, instance managers run, and the claims of attached volumes are bound."""
    volumes = moment.rows.all(LONGHORN_VOLUMES)
    if unseen := _unseen(moment, LONGHORN_VOLUMES, CLAIMS):
        return unseen
    troubled = tuple(finding for finding in volume_findings(volumes) if finding.severity > Severity.NOTE)
    claims = tuple(_claim_findings(moment, volumes))
    if troubled or claims:
        return (*troubled, *claims)
    line = storage_line((0, 0), volumes).partition(" · ")[2] or "no volumes"
    bound = sum(1 for row in volumes if row.claim and row.state == "attached")
    return (
        Finding("Longhorn volumes", Severity.OK, line),
        Finding("claims", Severity.OK, f"{bound} are in use, and bound"),
        *_old_managers(moment),
    )


def _unseen(moment: Moment, *kinds: AnyKind) -> Proof:
    seen = ((kind, moment.rows.freshness(kind)) for kind in kinds)
    return tuple(not_seen(kind.plural, freshness) for kind, freshness in seen if not freshness.trusted)


def _old_managers(moment: Moment) -> Proof:
    """Instance managers of an older image are no trouble: their volumes move when they are attached anew."""
    rows = moment.rows.all(LONGHORN_INSTANCE_MANAGERS)
    count = len({row.image for row in rows})
    if count <= 1:
        return ()
    text = f"{len(rows)} are of {count} images: those of an older one stay while a volume runs in them"
    return (Finding("Longhorn instance managers", Severity.NOTE, text, about=rows[0].key),)


def _claim_findings(moment: Moment, volumes: Sequence[LonghornVolume]) -> list[Finding]:
    known = {f"{row.namespace}/{row.name}": row for row in moment.rows.all(CLAIMS)}
    found = []
    for row in volumes:
        claim = known.get(row.claim)
        if row.state == "attached" and row.claim and (claim is None or claim.status != "Bound"):
            stands = f"is {claim.status}" if claim is not None else "is not there"
            text = f"{stands}, and its volume {row.name} is attached"
            found.append(Finding(f"claim {row.claim}", Severity.WARNING, text, about=claim.key if claim else row.key))
    return found


def engines_are_new(moment: Moment) -> Proof:
    """Every volume runs the engine of the manager's own version."""
    if unseen := _unseen(moment, LONGHORN_SETTINGS, LONGHORN_VOLUMES):
        return unseen
    rows = moment.rows.all(LONGHORN_SETTINGS)
    if not rows:
        words = "can't be told: Longhorn's settings are not there"
        return (Finding("Longhorn engines", Severity.UNKNOWN, words, "wait until Longhorn's manager has made them"),)
    settings = {row.name: row for row in rows}
    volumes = moment.rows.all(LONGHORN_VOLUMES)
    behind = tuple(engine_findings(volumes, settings))
    if not behind:
        return (Finding("Longhorn engines", Severity.OK, f"all of {len(volumes)} volumes are the manager's own"),)
    by_itself = settings.get(ENGINE_LIMIT)
    goes = by_itself is not None and by_itself.value.isdecimal() and int(by_itself.value) > 0
    severity = Severity.WARNING if goes else Severity.BLOCKER
    return tuple(
        each if each.severity is Severity.UNKNOWN else replace(each, severity=severity, remedy="") for each in behind
    )


def _made(row: SystemBackup) -> float:
    return row.made or row.created


def _plain(version: str) -> str:
    return version.removeprefix("v")
