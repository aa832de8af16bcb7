"""Makes the survival sheet of one moment, from the picture, the rows behind it, and what was gathered for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from runners.layers.discovery.git_places import without_credentials
from runners.layers.judge import Observed
from runners.layers.kinds.fates import ClaimFate
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUP_TARGETS, LONGHORN_SYSTEM_BACKUPS
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.releases import RELEASES, current
from runners.layers.picture import Picture
from runners.layers.rehearsal.last_walk import LastWalk
from runners.layers.settings import Settings
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
from runners.layers.version_steps import minor_words

SYNC = ("flux-system", "flux-system")
"""Namespace and name of the Kustomization that bootstrap makes."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a sheet needs beside the picture: asked for in the moment of writing."""

    charts: Mapping[tuple[str, str], str]
    """(namespace, release) → version of its chart."""
    url: str = ""
    """Of the repository that Flux syncs."""
    branch: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Fingerprint of each key's Secret by its name."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Fingerprint of each key's file by its path in bedplate.yaml."""
    rehearsed: LastWalk | None = None
    """The last time that recovery was rehearsed or done, as far as this machine knows."""


def moment(seconds: float) -> str:
    """A moment as the sheet writes it; empty for 0."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""


def make_sheet(seen: Observed, picture: Picture, gathered: Gathered) -> Sheet:
    """The sheet of one moment, of a cluster whose identity is known."""
    identity = picture.identity
    assert identity is not None, "nothing is written of a cluster that has not answered"
    releases = tuple(_releases(seen, gathered.charts))
    return Sheet(
        written=moment(picture.at),
        cluster=SheetCluster(identity.context, identity.server, identity.uid, identity.version),
        longhorn_minor=next((minor_words(one.chart) for one in releases if one.name == "longhorn"), ""),
        releases=releases,
        gitops=_gitops(seen, picture, gathered),
        backup_targets=tuple(
            SheetTarget(row.name, without_credentials(row.url), row.credential_secret)
            for row in seen.rows.all(LONGHORN_BACKUP_TARGETS)
        ),
        claims=tuple(map(_claim, sorted(picture.survival.claims.fates, key=lambda fate: fate.key))),
        keys=tuple(_keys(seen.settings, gathered)),
        before_flux=tuple(_before_flux(seen.settings)),
        nodes=tuple(sorted(row.name for row in seen.rows.all(NODES))),
        system_backups=tuple(_system_backups(seen)),
        last_rehearsed=moment(gathered.rehearsed.began) if gathered.rehearsed else "",
        rehearsed_to_storage=round(gathered.rehearsed.to_storage) if gathered.rehearsed else 0,
    )


def _system_backups(seen: Observed) -> Iterator[SheetSystemBackup]:
    ready = (row for row in seen.rows.all(LONGHORN_SYSTEM_BACKUPS) if row.state == "Ready")
    for row in sorted(ready, key=lambda row: -row.made):
        yield SheetSystemBackup(row.name, row.version, moment(row.made))


def _releases(seen: Observed, charts: Mapping[tuple[str, str], str]) -> Iterator[SheetRelease]:
    for entry in seen.settings.foundation:
        for (namespace, name), row in sorted(current(seen.rows.within(RELEASES, entry.namespaces)).items()):
            yield SheetRelease(entry.component, namespace, name, charts.get((namespace, name), ""), row.revision)


def _gitops(seen: Observed, picture: Picture, gathered: Gathered) -> SheetGitOps:
    """As the cluster has it, and else as bedplate.yaml says."""
    rows = seen.rows.within(KUSTOMIZATIONS, SYNC[:1])
    sync = next((row for row in rows if (row.namespace, row.name) == SYNC), None)
    said = seen.settings.bootstrap
    return SheetGitOps(
        flux=picture.flux_version,
        url=without_credentials(gathered.url or (said.url if said else "")),
        branch=gathered.branch or (said.branch if said else ""),
        path=(sync.path if sync else "") or (said.path if said else ""),
        revision=sync.revision if sync else "",
    )


def _claim(fate: ClaimFate) -> SheetClaim:
    return SheetClaim(
        namespace=fate.namespace,
        name=fate.name,
        storage_class=fate.storage_class,
        size=fate.capacity,
        volume=fate.volume,
        longhorn_volume=fate.stored_as,
        fate=fate.fate.value,
        why=fate.why,
        backup=fate.backup,
        backup_of=moment(fate.saved_at),
        backup_bytes=max(0, fate.backup_size),
    )


def _keys(settings: Settings, gathered: Gathered) -> Iterator[SheetKey]:
    for key in settings.keys:
        secret, file = gathered.secrets.get(key.secret, ""), gathered.files.get(key.file, "")
        yield SheetKey(key.secret, key.before, key.file, key.command, secret, file)


def _before_flux(settings: Settings) -> Iterator[str]:
    for entry in settings.foundation:
        yield from (f"Secret {key.secret}" for key in settings.keys if key.before == entry.component)
        yield f"{entry.component}, healthy ({entry.helmfile})"
    yield from (f"Secret {key.secret}" for key in settings.keys if key.before == "flux")
    said = settings.bootstrap
    if said is not None and said.token_variable and not said.uses_ssh:
        yield f"the environment variable {said.token_variable}"
