"""Warning events: what the cluster itself complains about."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, text
from runners.layers.kinds.base import NAMESPACE, Column, Kind, Row, Tone, age, head, timestamp


@dataclass(frozen=True, slots=True)
class Event(Row):
    """One warning event."""

    reason: str
    about: str
    """``Kind/name`` of the object it speaks of."""
    message: str
    count: int
    seen: float
    """Seconds since the epoch at which it was last seen."""


def event_row(kind: str, obj: Json) -> Event:
    """The row of a decoded v1 Event."""
    stamps = (
        text(obj, "series", "lastObservedTime"),
        text(obj, "lastTimestamp"),
        text(obj, "eventTime"),
        text(obj, "metadata", "creationTimestamp"),
    )
    return Event(
        *head(kind, obj),
        reason=text(obj, "reason"),
        about=f"{text(obj, 'involvedObject', 'kind')}/{text(obj, 'involvedObject', 'name')}",
        message=" ".join(text(obj, "message").split()),
        count=integer(obj, "series", "count") or integer(obj, "count", default=1),
        seen=next((when for when in map(timestamp, stamps) if when), 0.0),
    )


EVENTS: Kind[Event] = Kind(
    id="events",
    table="events",
    group="",
    version="v1",
    plural="events",
    singular="Event",
    fields="type=Warning",
    row=event_row,
    columns=(
        Column("SEEN", lambda row, now: age(now - row.seen), sort=lambda row: -row.seen, right=True, ticks=True),
        NAMESPACE,
        Column("REASON", lambda row, _now: row.reason, toned=True),
        Column("OBJECT", lambda row, _now: row.about),
        Column("COUNT", lambda row, _now: str(row.count), sort=lambda row: -row.count, right=True, drop=1),
        Column("MESSAGE", lambda row, _now: row.message, grows=True),
    ),
    tone=lambda _row: Tone.WARN,
    aliases=("ev", "event"),
)
