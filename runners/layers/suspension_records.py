"""What is written of a suspension: a person by the journal, a tool by the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from runners.layers.commands import RESUME, SUSPEND
from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.kinds.base import timestamp
from runners.layers.suspension import Exactness, Suspension

STARTED, ENDED = "started", "ended"
"""The journal's events that tell of one."""


def journalled(lines: Iterable[Json], server: str, uid: str) -> Mapping[str, Suspension]:
    """``Kind namespace/name`` of what was suspended from this machine and not resumed since → by whom, and when.

    Args:
        lines: the journal's lines of the events ``STARTED`` and ``ENDED``, oldest first.
        server: of the cluster that is looked at.
        uid: and its identity.
    """
    found: dict[str, Suspension] = {}
    runs: dict[str, str] = {}
    for line in lines:
        if (text(line, "server"), text(line, "uid")) != (server, uid):
            continue
        event, command, target, run = (text(line, name) for name in ("event", "command", "target", "run"))
        if event == STARTED and command == SUSPEND.name:
            found[target] = Suspension(timestamp(text(line, "at")), by=text(line, "who"))
            runs[run] = target
        elif event == STARTED and command == RESUME.name:
            found.pop(target, None)
        elif event == ENDED and run in runs and text(line, "state") != "succeeded":
            found.pop(runs[run], None)
    return found


def managed(obj: Json) -> Suspension | None:
    """What the managedFields of an object's metadata say: who wrote ``spec.suspend``, and when at the latest."""
    found = None
    for entry in sequence(obj, "metadata", "managedFields"):
        at = timestamp(text(entry, "time"))
        owned = mapping(entry, "fieldsV1", "f:spec")
        if "f:suspend" in owned and at and (found is None or at > found.since):
            found = Suspension(at, Exactness.OR_LONGER, text(entry, "manager"))
    return found
