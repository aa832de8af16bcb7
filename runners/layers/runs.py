"""A run as data: one supervised process, from its argv to its outcome. It outlives the program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class RunState(Enum):
    """Where a run is in its life."""

    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    LOST = "lost"
    """Its supervisor is gone and wrote no outcome: the machine went down, or someone killed it."""

    @property
    def ended(self) -> bool:
        """It will not change any more."""
        return self not in (RunState.STARTING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is known of one run at one moment."""

    id: str
    """Unique and sortable by start: ``20261123-140211-7f3a``."""
    title: str
    """What a person asked for: ``apply longhorn``."""
    argv: tuple[str, ...]
    cwd: str
    cluster: str
    """Server and uid of the cluster it is pinned to."""
    started: float
    """Seconds since the epoch."""
    state: RunState
    ended: float | None = None
    exit_code: int | None = None
    """The tool's own; 128 + the signal's number where a signal ended it."""
    error: str = ""
    """Why the tool could not be started, in one line."""
    exclusive: bool = False
    """No other exclusive run may start on the same cluster beside it."""

    @property
    def short_id(self) -> str:
        """The last four characters, as screens show it."""
        return self.id[-4:]

    @property
    def went_wrong(self) -> bool:
        """It has ended, and otherwise than well."""
        return self.state.ended and self.state is not RunState.SUCCEEDED

    def seconds(self, now: float) -> float:
        """How long it has run, or ran."""
        return max(0.0, (self.ended if self.ended is not None else now) - self.started)
