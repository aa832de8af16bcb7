"""One person's machine: a home with a state folder of its own, and the shell in which they start Bedplate."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from runners.layers.runs import RunRecord
from runners.tools import run_files
from runners.tools.runs import Runs
from tests.e2e.person import ROOT
from tests.e2e.terminal import Terminal


class Desk:
    """Several may have the same repository, cluster and tools; what Bedplate keeps is each one's own."""

    def __init__(self, home: Path, repository: Path, environ: Mapping[str, str], *, user: str = "") -> None:
        """Takes the home, the repository, and what the shell has besides; the user's name where it is to be another."""
        self.repository = repository
        named = {"USER": user, "LOGNAME": user} if user else {}
        self.environ = {**environ, "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), **named}
        self.state = home / "state" / "bedplate"

    def open(self, *args: str, **environ: str) -> Terminal:
        """Bedplate in a terminal, not started yet."""
        argv = [sys.executable, str(ROOT / "bedplate.py"), "-C", str(self.repository), *args]
        return Terminal(argv, environ={**self.environ, **environ}, cwd=ROOT)

    @property
    def runs(self) -> Runs:
        """The runs on disk, as they are now."""
        return Runs(self.state / "runs")

    def started(self) -> list[RunRecord]:
        """The runs whose tool was started, oldest first; a program that was killed before that has changed nothing.

        Counted on disk: where the kill came right after the start, the journal has the confirmation and no start.
        """
        runs = self.runs
        found = [run for run in reversed(runs.records()) if (runs.root / run.id / run_files.STARTED).exists()]
        assert {run.id for run in found} <= {line["run"] for line in self.journal("confirmed")}
        return found

    def journal(self, event: str) -> list[dict[str, object]]:
        """The journal's lines of one event."""
        path = self.state / "journal.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line for line in lines if line["event"] == event]

    def left_behind(self) -> list[Path]:
        """The private kubeconfigs that even the next start at this desk would leave: it sweeps."""
        self.runs.sweep()
        return self.kubeconfigs()

    def kubeconfigs(self) -> list[Path]:
        """Every private kubeconfig that is left."""
        return [path for path in self.state.rglob("kubeconfig*") if path.is_file()]
