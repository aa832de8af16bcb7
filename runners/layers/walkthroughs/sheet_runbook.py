"""What the survival sheet says, for the runbook of a recovery: whose cluster it was, which versions, which backups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runners.layers.kinds.base import age
from runners.layers.survival.sheet import Sheet, SheetClaim
from runners.layers.walkthroughs.runbook import code, escaped


def sheet_parts(sheet: Sheet | None, missing: str, now: float) -> Iterator[str]:
    """The parts of the runbook's first chapter.

    Args:
        sheet: the one that lies on this machine.
        missing: why there is none, in words.
        now: seconds since the epoch.
    """
    yield "## What the survival sheet says"
    if sheet is None:
        yield f"There is none: {escaped(missing)}."
        yield "\n".join(_without())
    else:
        yield _header(sheet, now)
        yield "\n".join(_facts(sheet))
        yield _claims(sheet.claims)


def _without() -> Iterator[str]:
    call = "bedplate survival --write FILE"
    yield f"- On a good day: {code(call)}, or survival.write in bedplate.yaml; keep it off the cluster."
    yield "- By now: ask whoever ran Bedplate on this cluster; a copy may lie on their machine."
    yield (
        "- Which Longhorn minor it was: what the helmfile asked for at the last apply (git log), "
        "or the system backups on the backup target."
    )
    yield "- Which volumes there were: the backup target alone knows, with dates and sizes, once Longhorn can read it."
    yield "- Whether etcd was restored or is new: nobody can tell by the uid of kube-system."


def _header(sheet: Sheet, now: float) -> str:
    cluster = sheet.cluster
    old = f", {age(now - sheet.written_at)} ago" if sheet.written_at else ""
    return (
        f"Written {escaped(sheet.written) or 'at an unknown time'}{old}, of the cluster {code(cluster.context)} at "
        f"{code(cluster.server)}, Kubernetes {escaped(cluster.kubernetes)}. "
        f"Its kube-system had the uid {code(cluster.uid)}: the same uid now means a restored etcd, another one a new "
        "cluster."
    )


def _facts(sheet: Sheet) -> Iterator[str]:
    if minor := escaped(sheet.longhorn_minor):
        yield f"- Longhorn **{minor}**: the helmfile has to ask for this minor version, whatever Git asks for by now"
    for release in sheet.releases:
        place, chart = code(f"{release.namespace}/{release.name}"), escaped(release.chart) or "of an unknown version"
        yield f"- release {place}: chart {chart}, revision {release.revision}"
    for target in sheet.backup_targets:
        secret = f", credentials in the Secret {code(target.secret)}" if target.secret else ""
        yield f"- backup target {escaped(target.name)}: {code(target.url)}{secret}"
    for key in sheet.keys:
        source = key.file or key.command
        yield f"- key {code(key.secret)} before {escaped(key.before)}" + (f", from {code(source)}" if source else "")
    flux = sheet.gitops
    if flux.url:
        at = f" at {escaped(flux.revision)}" if flux.revision else ""
        yield f"- Git: {code(flux.url)}, branch {escaped(flux.branch)}, path {code(flux.path)}{at}"


def _claims(claims: Sequence[SheetClaim]) -> str:
    if not claims:
        return "It names no claim."
    head = "| claim | size | Longhorn volume | newest backup | of | bytes |\n|---|---|---|---|---|---|"
    return "\n".join((head, *map(_claim, claims)))


def _claim(claim: SheetClaim) -> str:
    backup = escaped(claim.backup) or f"**none**: {escaped(claim.why or claim.fate)}"
    stored = str(claim.backup_bytes) if claim.backup_bytes else ""
    known = (f"{claim.namespace}/{claim.name}", claim.size, claim.longhorn_volume)
    cells = (*map(escaped, known), backup, escaped(claim.backup_of), stored)
    return f"| {' | '.join(cell or '–' for cell in cells)} |"
