"""The Secrets that have to be there first: is the source of each there, and is it in the cluster?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.settings import KeySource


@dataclass(frozen=True, slots=True)
class KeyState:
    """One key of bedplate.yaml as it was found; never what is in it."""

    key: KeySource
    source: bool
    """Its file can be read, or its command is on the PATH."""
    in_cluster: bool | None
    """None where that could not be seen."""


def key_findings(states: tuple[KeyState, ...]) -> Iterator[Finding]:
    """What recovery would have to do without."""
    for state in states:
        key = state.key
        place = key.file or f"the command {key.command.split()[0]}" if key.file or key.command.split() else "its source"
        if not state.source:
            text = f"{place} is not there, so {key.before} could not come back without the cluster's copy"
            yield Finding(f"Secret {key.secret}", Severity.WARNING, text, "put it where bedplate.yaml says it is")
        if state.in_cluster is False:
            text = f"is not in the cluster; {key.before} needs it"
            yield Finding(f"Secret {key.secret}", Severity.WARNING, text, "create it from its source")
