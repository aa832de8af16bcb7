"""Why a Flux object is not ready, down to the root: dependencies and source are followed to what is itself broken.

Built once for a whole picture from the rows of every Flux kind; each answer is found once, however many ask for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import dropwhile

from runners.layers.kinds.base import Key, Row
from runners.layers.kinds.flux import FluxObject

APPLIERS = ("Kustomization", "HelmRelease")
"""The kinds that apply things, and of which components are made."""
_WAITS_FOR_SOURCE = ("ArtifactFailed", "SourceNotReady")
_WAITS_FOR_OTHERS = "DependencyNotReady"


class _Worry(IntEnum):
    """How likely something is to be the root, beside others that are not ready either."""

    NONE = 0
    AT_WORK = 1
    WAITS = 2
    BROKEN = 3


@dataclass(frozen=True, slots=True)
class Root:
    """What keeps another object from being ready."""

    ref: str
    """``Kind/namespace/name``."""
    text: str
    """What is wrong with it, for a sentence that begins with its name: ``failed: BuildFailed: …``."""
    key: Key | None
    """Its row; None where it isn't there."""
    settles: bool = False
    """It is at work, so that it may come right by itself."""

    def __str__(self) -> str:
        """``GitRepository flux-system/apps failed: …``."""
        return f"{named(self.ref)} {self.text}"


def named(ref: str) -> str:
    """``Kustomization flux-system/apps`` of ``Kustomization/flux-system/apps``."""
    return ref.replace("/", " ", 1)


class FluxIndex:
    """Every Flux object by what others call it, and the root cause of each that is not ready."""

    def __init__(self, rows: Iterable[Row] = (), *, complete: bool = True) -> None:
        """Takes the rows of the Flux table, and whether all of them can be seen: else nothing is said to be missing."""
        self.objects: Mapping[str, FluxObject] = {row.ref: row for row in rows if isinstance(row, FluxObject)}
        self.complete = complete
        self.appliers: Mapping[str, Sequence[FluxObject]] = self._by_name()
        self._next: dict[str, str] = {}
        self._roots: dict[str, Root] = {}

    def _by_name(self) -> Mapping[str, Sequence[FluxObject]]:
        found: dict[str, list[FluxObject]] = {}
        for row in self.objects.values():
            if row.singular in APPLIERS:
                found.setdefault(row.name, []).append(row)
        return found

    def root(self, row: FluxObject) -> Root | None:
        """What keeps an object from being ready, or from anything newer; None where nothing does but itself."""
        if row.suspended:
            return None
        if row.status == "ready":
            # Only what is seen to be broken holds it back: once its source is gone it says so itself.
            source = self.source(row)
            return self._settled(source) if source in self.objects and self._worry(source) is _Worry.BROKEN else None
        return self._settled(row.ref) if self._ahead(row.ref) else None

    def rests_on(self, row: FluxObject) -> Iterator[str]:
        """The refs whose trouble, or being there, decides what ``root`` and ``source`` say of an object."""
        yield from filter(None, (row.source, _chart_of(row)))
        if row.suspended:
            return
        ref, met = self.source(row) if row.status == "ready" else row.ref, set[str]()
        while ref and ref not in met:
            met.add(ref)
            yield ref
            found = self.objects.get(ref)
            if found is None:
                return
            yield from filter(None, (*found.depends_on, found.source, _chart_of(found)))
            ref = self._ahead(ref)

    def changed_since(self, before: FluxIndex) -> Iterator[str]:
        """The refs of those objects that came, went, or are in other trouble than they were."""
        yield from self.objects.keys() ^ before.objects.keys()
        for ref, row in self.objects.items():
            old = before.objects.get(ref)
            if old is not None and old is not row and _trouble_of(old) != _trouble_of(row):
                yield ref

    def source(self, row: FluxObject) -> str:
        """What it reads from; of a HelmRelease the HelmChart that is made for it, once that is there."""
        chart = _chart_of(row)
        return chart if chart in self.objects else row.source

    def waits_for(self, row: FluxObject) -> Iterator[str]:
        """All that it names, dependencies first: refs of what is there and of what isn't."""
        yield from row.depends_on
        source = self.source(row)
        if source:
            yield source

    def _settled(self, ref: str) -> Root:
        """The root at the end of a chain, which every object on the way has in common."""
        way: dict[str, None] = {}
        while ref not in self._roots and ref not in way:
            way[ref] = None
            ref = self._ahead(ref) or ref  # the last one leads to itself
        root = self._roots.get(ref) or self._end(ref, [*dropwhile(lambda each: each != ref, way)])
        self._roots |= dict.fromkeys(way, root)
        return root

    def _end(self, ref: str, ring: Sequence[str]) -> Root:
        """What is said of the last one, or of a ring: that its members wait for each other."""
        row = self.objects.get(ref)
        if row is None:
            return Root(ref, "is not there", None)
        if len(ring) > 1 or self._ahead(ref) == ref:
            round_trip = " → ".join(named(each) for each in (*ring, ref))
            return Root(ref, f"waits for itself: {round_trip}", row.key)
        return Root(ref, trouble(row), row.key, settles=row.status not in ("failed", "suspended"))

    def _ahead(self, ref: str) -> str:
        """The next one on the way to the root; empty where this one is itself the root."""
        if ref not in self._next:
            row = self.objects.get(ref)
            blamed = self._blamed(row) if row is not None else ()
            worst = max(blamed, key=self._worry, default="")
            self._next[ref] = worst if worst and self._worry(worst) else ""
        return self._next[ref]

    def _blamed(self, row: FluxObject) -> tuple[str, ...]:
        """Whom an object that is not ready may wait for; nobody, where it says that it failed by itself."""
        if row.suspended or row.status == "ready":
            return ()
        if row.reason in _WAITS_FOR_SOURCE:
            return tuple(filter(None, (self.source(row),)))
        waits = row.reason == _WAITS_FOR_OTHERS or not row.ready or row.singular not in APPLIERS
        return tuple(self.waits_for(row)) if waits else ()

    def _worry(self, ref: str) -> _Worry:
        row = self.objects.get(ref)
        if row is None:
            return _Worry.BROKEN if self.complete else _Worry.NONE
        if row.suspended:
            # A dependency that is suspended counts for Flux as what it was; a source does too.
            return _Worry.NONE if row.ready == "True" else _Worry.BROKEN
        if row.status == "ready":
            return _Worry.NONE
        waits = row.reason in (*_WAITS_FOR_SOURCE, _WAITS_FOR_OTHERS) or not row.ready
        return _Worry.WAITS if waits else _Worry.BROKEN if row.status == "failed" else _Worry.AT_WORK


def _chart_of(row: FluxObject) -> str:
    """The HelmChart that is made for a HelmRelease; empty where none is."""
    if row.singular != "HelmRelease":
        return ""
    kind, _, place = row.source.partition("/")
    if kind in ("OCIRepository", "HelmChart", ""):
        return ""
    return f"HelmChart/{place.partition('/')[0]}/{row.namespace}-{row.name}"


def _trouble_of(row: FluxObject) -> tuple[object, ...]:
    """Everything of an object that roots are found by."""
    said = (row.status, row.ready, row.reason, row.message, row.suspended, row.stalled)
    return (*said, row.depends_on, row.source)


def trouble(row: FluxObject) -> str:
    """What is wrong with an object that is not ready, for a sentence that begins with its name."""
    words = row.words
    if row.suspended:
        return "is suspended, and was not ready before"
    if row.stalled:
        return f"failed for good: {words}"
    if row.status == "failed":
        return f"failed: {words}"
    return f"is not ready yet: {words}" if words else "was not seen by its controller yet"
