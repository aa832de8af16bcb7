"""Warning events of a time, one line for each reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import shorten

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.events import Event

_LONGEST = 90
"""Characters of a message that are shown; ↵ opens the whole."""


def warnings(events: Iterable[Event], since: float) -> list[Finding]:
    """What was warned of since then, the latest reason first, each with how often and of how many objects."""
    by_reason: dict[str, list[Event]] = {}
    for row in events:
        if row.seen >= since:
            by_reason.setdefault(row.reason, []).append(row)
    newest_first = (sorted(rows, key=lambda row: (-row.seen, row.name)) for rows in by_reason.values())
    return [_reason(rows, since) for rows in sorted(newest_first, key=lambda rows: -rows[0].seen)]


def _reason(rows: Sequence[Event], since: float) -> Finding:
    # What was counted before that time can't be told from what came after: then it was seen once at the least.
    times = sum(row.count if row.created >= since else 1 for row in rows)
    objects = len({(row.namespace, row.about) for row in rows})
    more = f", and {objects - 1} more object{'s' if objects > 2 else ''}" if objects > 1 else ""
    text = f"{times}× {rows[0].about}{more}: {shorten(rows[0].message, _LONGEST, placeholder='…')}"
    return Finding(rows[0].reason or "Warning", Severity.WARNING, text, about=rows[0].key)
