"""Where one demo lives: a folder of its own for everything that it has, and the environment of a person inside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runners.demo.tools.pace import PACE

REHEARSAL = "rehearsal"
"""What a process plays that is handed a setting in place of a scenario's name."""
READY = "ready"
"""What the demo's process says once its scenario is set up."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folders and files of one demo."""

    folder: Path
    pace: float = 1.0
    """How long everything takes that only takes time to be seen, as a factor."""

    @property
    def repository(self) -> Path:
        """What the person in the demo works in."""
        return self.folder / "homelab"

    @property
    def kubeconfig(self) -> Path:
        """How the demo's cluster is reached."""
        return self.folder / "kubeconfig"

    @property
    def s3(self) -> Path:
        """Says where the rehearsal's S3 server answers."""
        return self.folder / "s3-url"

    @property
    def runs(self) -> Path:
        """The runs of the program that shows the demo."""
        return self.folder / "state" / "bedplate" / "runs"

    def environ(self) -> dict[str, str]:
        """What a person's shell has in the demo, and nothing of the shell that started it.

        The token opens the demo's Git and nothing else: any text will do.
        """
        return {
            "PATH": str(self.folder / "bin"),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "KUBECONFIG": str(self.kubeconfig),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "BEDPLATE_DEMO": str(self.folder),
            "GIT_PASSWORD": "demo",
            PACE: str(self.pace),
        }
