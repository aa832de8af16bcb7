"""The survival sheet: what recovery needs to know when the cluster can tell nothing any more. It holds no secret.

Moments are written as RFC 3339 in UTC; an empty text stands for what is not known or not there. A field with a default
may be missing: sheets that were written before it was known don't have it.
"""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.kinds.base import timestamp

VERSION = 1
SHEET = "survival sheet"
"""What findings about it are about."""
MOVE_AWAY = "move it away first, and keep it if you still need it"
"""What to do about a file that the sheet is not written over."""


@dataclass(frozen=True, slots=True)
class SheetCluster:
    """Which cluster it is of."""

    context: str
    server: str
    uid: str
    """Of the namespace kube-system."""
    kubernetes: str


@dataclass(frozen=True, slots=True)
class SheetRelease:
    """One Helm release of the foundation."""

    component: str
    namespace: str
    name: str
    chart: str
    """The version of its chart."""
    revision: int


@dataclass(frozen=True, slots=True)
class SheetGitOps:
    """What put everything else there."""

    flux: str
    url: str
    branch: str
    path: str
    revision: str
    """What was applied last."""


@dataclass(frozen=True, slots=True)
class SheetTarget:
    """One place where backups lie."""

    name: str
    url: str
    secret: str
    """The Secret with its credentials; never what is in it."""


@dataclass(frozen=True, slots=True)
class SheetSystemBackup:
    """One backup of Longhorn's own objects."""

    name: str
    longhorn: str
    """The version that made it; only the same minor version can restore it."""
    backup_of: str


@dataclass(frozen=True, slots=True)
class SheetClaim:
    """One claim, and what it would return from."""

    namespace: str
    name: str
    storage_class: str
    size: str
    volume: str
    longhorn_volume: str
    fate: str
    why: str
    backup: str
    backup_of: str
    backup_bytes: int


@dataclass(frozen=True, slots=True)
class SheetKey:
    """One Secret that has to be there first, and how to tell the right one."""

    secret: str
    before: str
    file: str
    command: str
    secret_sha256: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet."""

    written: str
    cluster: SheetCluster
    longhorn_minor: str
    """Longhorn's own backup of its objects can be restored by the same minor version only."""
    releases: tuple[SheetRelease, ...]
    gitops: SheetGitOps
    backup_targets: tuple[SheetTarget, ...]
    claims: tuple[SheetClaim, ...]
    keys: tuple[SheetKey, ...]
    before_flux: tuple[str, ...]
    """What has to be there before Flux is, in order."""
    nodes: tuple[str, ...] = ()
    system_backups: tuple[SheetSystemBackup, ...] = ()
    last_rehearsed: str = ""
    """When recovery was last begun, on a stage or for real."""
    rehearsed_to_storage: int = 0
    """Seconds from that beginning until storage was usable; 0 where it never was."""

    @property
    def written_at(self) -> float:
        """When it was written, in seconds since the epoch; 0 where it does not say."""
        return timestamp(self.written)

    def of_another(self, uid: str, server: str) -> str:
        """Whose sheet it is where that is another cluster than this one; empty where it is this one's."""
        theirs = self.cluster
        if theirs.uid == uid and (uid or theirs.server == server):
            return ""
        whose = f"uid {theirs.uid[:8] or 'unreadable'}… at {theirs.server}"
        return f"is the sheet of another cluster, {whose}, written {self.written}"
