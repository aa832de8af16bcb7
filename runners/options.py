"""What a session is started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runners.cluster.access import Access
from runners.layers.settings import Settings
from runners.layers.walkthroughs.engine import Progress


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
    rehearsed: Callable[[Progress], None] | None = None
    """Where a recovery is rehearsed: is told how far it has come."""

    @property
    def label(self) -> str:
        """What every screen of a play says."""
        return "REHEARSAL" if self.rehearsed is not None else "DEMO" if self.demo else ""
