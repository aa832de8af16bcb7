"""What a session is started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runners.cluster.access import Access
from runners.layers.findings import Finding
from runners.layers.settings import Settings
from runners.layers.walkthroughs.engine import Progress


@dataclass(frozen=True)
class Rehearsing:
    """What a session is told where a recovery is rehearsed on it."""

    follow: Callable[[Progress], None]
    """Is told how far it has come."""
    missing: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """Id of a step → what it would have to do without on the worst day, although the play has it."""


@dataclass(frozen=True)
class Options:
    """One cluster, one repository, and how they are to be looked at."""

    repository: Path
    settings: Settings
    access: Access
    reload: Callable[[], Access]
    """Reads the kubeconfig again, as it is now; raises KubeconfigError."""
    environ: Mapping[str, str]
    read_only: bool = False
    demo: bool = False
    """The cluster is a play: every screen says so."""
    rehearsing: Rehearsing | None = None
    """Where a recovery is rehearsed."""

    @property
    def label(self) -> str:
        """What every screen of a play says."""
        return "REHEARSAL" if self.rehearsing is not None else "DEMO" if self.demo else ""
