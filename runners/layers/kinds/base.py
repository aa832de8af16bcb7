"""What a kind of resource is here: where the server has it, the row that is kept of it, and the columns it shows.

One file a kind; each is pure (a decoded object in, a row out) and tested from fixtures. Rows are small, immutable and
compared by value, so that a change which nothing shows (a heartbeat, a managed field) is no change at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Generic, TypeVar

from runners.layers.jsons import Json, mapping, text

Key = tuple[str, str, str]
"""Kind id, namespace (empty for cluster scope), name: unique over all tables."""


class Tone(Enum):
    """How a cell is coloured; never the only sign of what it says."""

    PLAIN = "plain"
    GOOD = "good"
    MOVING = "moving"
    WARN = "warn"
    BAD = "bad"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Row:
    """What every row has."""

    kind: str
    namespace: str
    name: str
    uid: str
    created: float
    """Seconds since the epoch; 0 when the object does not say."""

    @property
    def key(self) -> Key:
        """The row's place in its table."""
        return (self.kind, self.namespace, self.name)


R = TypeVar("R", bound=Row)
Shown = TypeVar("Shown", bound=Row, contravariant=True)


@dataclass(frozen=True)
class Column(Generic[Shown]):
    """One column of a table: a title, and what a row shows there."""

    title: str
    cell: Callable[[Shown, float], str]
    """Of a row and the present time (seconds since the epoch)."""
    sort: Callable[[Shown], object] | None = None
    """What the column is sorted by, when that isn't its text."""
    right: bool = False
    grows: bool = False
    """May be cut when the screen is narrow, and takes up the width that is left over."""
    drop: int = 0
    """The higher, the sooner a narrow screen leaves the column out; 0 stays."""
    ticks: bool = False
    """Its text changes by itself as time goes by, so that nothing is searched for in it."""
    toned: bool = False
    """Is drawn in the row's tone; where no column is, the one titled STATUS."""


@dataclass(frozen=True, kw_only=True)
class TableKind(Generic[R]):
    """What a table needs to know of its rows, wherever they come from."""

    id: str
    """Unique here, and what a person types after ``:``; the plural, with a prefix where two groups share one."""
    table: str
    """The table its rows are kept in; every Flux kind shares one, all others have their own."""
    singular: str
    """The API's ``kind``, or our own word."""
    columns: tuple[Column[R], ...]
    tone: Callable[[R], Tone] = lambda _row: Tone.PLAIN
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kind(TableKind[R]):
    """One kind of resource, as it is watched and shown."""

    group: str
    version: str
    plural: str
    row: Callable[[str, Json], R]
    """Of the kind's id and a decoded object."""
    namespaced: bool = True
    labels: str = ""
    """A label selector for list and watch."""
    fields: str = ""
    """A field selector for list and watch."""
    metadata_only: bool = False
    """Ask for PartialObjectMetadata: what is inside must not, or need not, be read."""

    @property
    def path(self) -> str:
        """The collection's path on the API server, over all namespaces."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        return f"{root}/{self.plural}"

    def object_path(self, namespace: str, name: str) -> str:
        """The path of one object."""
        root = self.path.removesuffix(self.plural)
        inside = f"namespaces/{namespace}/" if namespace else ""
        return f"{root}{inside}{self.plural}/{name}"


def timestamp(stamp: str) -> float:
    """Seconds since the epoch of an RFC 3339 time as Kubernetes writes it; 0 where it is none, or Go's year 1."""
    try:
        parsed = datetime.fromisoformat(stamp)
    except ValueError:
        return 0.0
    return max(0.0, (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())


def head(kind: str, obj: Json) -> tuple[str, str, str, str, float]:
    """The five fields that every row begins with."""
    return (
        kind,
        text(obj, "metadata", "namespace"),
        text(obj, "metadata", "name"),
        text(obj, "metadata", "uid"),
        timestamp(text(obj, "metadata", "creationTimestamp")),
    )


_APPLIERS = {"kustomize.toolkit.fluxcd.io": "Kustomization", "helm.toolkit.fluxcd.io": "HelmRelease"}


def applied_by(obj: Json) -> str:
    """The Flux object that has put an object there, by its labels: ``Kustomization flux-system/apps``; else empty."""
    labels = mapping(obj, "metadata", "labels")
    for group, kind in _APPLIERS.items():
        name = text(labels, f"{group}/name")
        if name:
            return f"{kind} {text(labels, f'{group}/namespace')}/{name}"
    return ""


def age(seconds: float) -> str:
    """A duration much as kubectl's AGE column writes it: ``42s``, ``1m56s``, ``3h``, ``12d``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 10:
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 8:
        return f"{hours}h{minutes}m" if minutes else f"{hours}h"
    if hours < 48:
        return f"{hours}h"
    days, hours = divmod(hours, 24)
    if days < 8:
        return f"{days}d{hours}h" if hours else f"{days}d"
    return f"{days}d" if days < 730 else f"{days // 365}y"


NAMESPACE: Column[Row] = Column("NAMESPACE", lambda row, _now: row.namespace)
NAME: Column[Row] = Column("NAME", lambda row, _now: row.name, grows=True)
AGE: Column[Row] = Column(
    "AGE",
    lambda row, now: age(now - row.created) if row.created else "–",
    sort=lambda row: -row.created,
    right=True,
    ticks=True,
)
