"""Flux's objects for one rule: what decides the answers is noted, so that a rule is asked again when that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.layers.flux_roots import FluxIndex, Root
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.sight import Mark, Sight
from runners.layers.suspension import Suspension

TABLE = KUSTOMIZATIONS.table


def troubled(before: FluxIndex, now: FluxIndex) -> set[Mark]:
    """The marks of those objects of which something else is said now, so that roots may differ."""
    return {_trouble(ref) for ref in now.changed_since(before)}


def _trouble(ref: str) -> Mark:
    return ("trouble", ref)


class FluxSight:
    """An index as one rule sees it."""

    def __init__(self, index: FluxIndex, sight: Sight, suspensions: Mapping[str, Suspension] | None = None) -> None:
        """Takes the index, where it is noted what was asked, and by ref who suspended what."""
        self._index = index
        self._sight = sight
        self._suspensions = suspensions or {}
        self._roots: dict[str, Root | None] = {}

    @property
    def objects(self) -> Mapping[str, FluxObject]:
        """Every object by ref; a rule that looks here is asked again whenever any of them changes."""
        self._sight.note_table(TABLE)
        return self._index.objects

    def appliers(self, name: str) -> Sequence[FluxObject]:
        """The Kustomizations and HelmReleases that bear a name."""
        self._sight.note_name(TABLE, name)
        return self._index.appliers.get(name, ())

    def root(self, row: FluxObject) -> Root | None:
        """What keeps an object from being ready, or from anything newer; None where nothing does but itself."""
        ref = row.ref
        if ref not in self._roots:
            self._sight.table_freshness(TABLE)
            self._sight.marks.update(map(_trouble, self._index.rests_on(row)))
            self._roots[ref] = self._index.root(row)
        return self._roots[ref]

    def suspension(self, row: FluxObject) -> Suspension | None:
        """Who suspended an object, and since when; None where nothing is known of that."""
        return self._suspensions.get(row.ref)

    def source(self, row: FluxObject) -> str:
        """What it reads from; of a HelmRelease the HelmChart that is made for it, once that is there."""
        self._sight.marks.update(map(_trouble, self._index.rests_on(row)))
        return self._index.source(row)
