"""Where Longhorn's backups lie: is there a backup target, does it answer, and is it anywhere else than the cluster?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runners.layers.components.base import Scene
from runners.layers.findings import Finding, Severity
from runners.layers.kinds import AnyKind
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS, BackupTarget
from runners.layers.kinds.longhorn_credentials import BACKUP_CREDENTIALS, host_of
from runners.layers.kinds.network import SERVICES
from runners.layers.rows import Rows

_URL = re.compile(r"([a-z0-9]+)://([^?]*)(?:\?.*)?", re.IGNORECASE)
_BY_SECRET = ("s3", "azblob")
"""Schemes that name a bucket; the server stands in the Secret, or is the provider's own."""
_BY_HOST = ("nfs", "cifs")
_NAMESPACE = "longhorn-system"


def shown(rows: Rows, kind: AnyKind) -> bool:
    """Does it mean something when there is no row of a kind?"""
    return rows.freshness(kind).tells_absence


def targets(rows: Rows) -> list[BackupTarget]:
    """The backup targets that have an address, by name."""
    return sorted((row for row in rows.all(LONGHORN_BACKUP_TARGETS) if row.url), key=lambda row: row.name)


def target_findings(scene: Scene) -> Iterator[Finding]:
    """Is there a backup target, is it available, and does it survive the cluster?"""
    if not shown(scene.rows, LONGHORN_BACKUP_TARGETS):
        return
    found = targets(scene.rows)
    if not found:
        yield Finding(
            "Longhorn backup target",
            Severity.WARNING,
            "none is set: no volume would survive this cluster",
            "set defaultBackupStore.backupTarget in Longhorn's values",
            about=next((row.key for row in scene.rows.all(LONGHORN_BACKUP_TARGETS)), None),
        )
    for row in found:
        about = f"Longhorn backup target {row.name}"
        if not row.available:
            text = f"is not available: {row.message or 'no reason given'}"
            yield Finding(about, Severity.WARNING, text, f"see whether {row.url} can be reached", about=row.key)
        yield from _place_findings(about, row, scene.rows)


def _place_findings(about: str, row: BackupTarget, rows: Rows) -> Iterator[Finding]:
    inside, doubt = _place(row, rows)
    if inside:
        text = f"lies on the cluster that it backs up ({inside}), and dies with it"
        yield Finding(about, Severity.WARNING, text, "back up to a server that is elsewhere", about=row.key)
    elif doubt:
        yield Finding(about, Severity.NOTE, f"can't tell whether it lies on this cluster: {doubt}", about=row.key)


def targets_inside(rows: Rows) -> dict[str, str]:
    """The backup targets that lie on the cluster itself, by name: how that is known."""
    places = ((row.name, _place(row, rows)[0]) for row in targets(rows))
    return {name: inside for name, inside in places if inside}


def _place(row: BackupTarget, rows: Rows) -> tuple[str, str]:
    """How it is known that a target lies on the cluster, and else why that can't be told; both empty: elsewhere."""
    found = _URL.fullmatch(row.url)
    scheme, rest = (found[1].lower(), found[2]) if found else ("", "")
    if scheme in _BY_HOST:
        host = host_of(rest.partition("/")[0].removesuffix(":"))
        return _place_of(host, rows) if host else ("", f"{row.url} names no host")
    if scheme not in _BY_SECRET:
        return "", f"{row.url} is of no kind that is known here"
    if not row.credential_secret:
        return "", ""
    return _place_by_secret(f"{_NAMESPACE}/{row.credential_secret}", row.credential_secret, rows)


def _place_by_secret(about: str, name: str, rows: Rows) -> tuple[str, str]:
    if not shown(rows, BACKUP_CREDENTIALS):
        return "", f"its server stands in Secret {about}, which can't be read"
    found = next((row for row in rows.within(BACKUP_CREDENTIALS, (_NAMESPACE,)) if row.name == name), None)
    if found is None:
        return "", f"its Secret {about} is not there"
    if not found.readable:
        return "", f"the server that Secret {about} names can't be read"
    return _place_of(found.host, rows) if found.host else ("", "")


def _place_of(host: str, rows: Rows) -> tuple[str, str]:
    if host == "localhost" or re.search(r"\.svc(\.|$)", host) or host.endswith(".cluster.local"):
        return host, ""
    if not shown(rows, SERVICES):
        return "", f"{host} may be a Service, and those can't be seen"
    for row in rows.all(SERVICES):
        names = (f"{row.name}.{row.namespace}", row.name if row.namespace == _NAMESPACE else "")
        if host in (*names, row.cluster_ip, *row.addresses):
            return f"{host} is Service {row.namespace}/{row.name}", ""
    return "", ""
