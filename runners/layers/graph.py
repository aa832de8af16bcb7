"""One dependency graph over both layers: what waits for what, and why, from any component or Flux object.

A component of GitOps and the Flux objects that bear its name are one node: who waits for the one waits for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from runners.layers.flux_roots import FluxIndex, named, trouble
from runners.layers.kinds.base import Key
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.storage import Claim, StorageClass
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.settings import Settings
from runners.layers.verdicts import Verdict

_OF_STATUS = {
    "ready": Verdict.HEALTHY,
    "failed": Verdict.FAILED,
    "suspended": Verdict.DEGRADED,
    "progressing": Verdict.PROGRESSING,
    "waiting": Verdict.PROGRESSING,
}

_DEEPEST = 50
"""Levels of a tree; what is deeper is named where it begins, and opened from there."""


class Why(Enum):
    """Why one waits for another."""

    NEEDS = "needs"
    AFTER = "after"
    DEPENDS_ON = "dependsOn"
    SOURCE = "source"
    CLAIMS = "claims"


@dataclass(frozen=True, slots=True)
class Node:
    """One component, Flux object or StorageClass."""

    id: str
    """A component's name, a Flux object's ``Kind/namespace/name``, or ``StorageClass/name``."""
    label: str
    verdict: Verdict
    text: str = ""
    """The words behind the verdict."""
    component: str = ""
    """The component that it is; empty for all else."""
    key: Key | None = None
    """Its row; None where it has none."""

    @property
    def broken(self) -> bool:
        """Is something wrong with it, beyond being on its way?"""
        return self.verdict not in (Verdict.HEALTHY, Verdict.PROGRESSING)


@dataclass(frozen=True, slots=True)
class Branch:
    """A node in a tree, and what hangs from it."""

    node: Node
    why: Why | None = None
    """Why the one above waits for it, or it for the one above; None at the top."""
    branches: tuple[Branch, ...] = ()
    again: bool = False
    """What hangs from it isn't shown here: it stands elsewhere in the tree, or lies too deep."""


@dataclass(frozen=True)
class Linked:
    """Everything that the graph is made from."""

    picture: Picture
    settings: Settings
    flux: FluxIndex
    claims: Sequence[Claim] = ()
    classes: Sequence[StorageClass] = ()
    needs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Component → components that its helmfile's releases need."""


class Graph:
    """Who waits for whom; made for one moment, and asked any number of times."""

    def __init__(self, linked: Linked) -> None:
        """Takes what is known; every answer is found when it is asked for."""
        self._linked = linked
        self._components = {state.name: state for state in linked.picture.components}
        self._by_applier = by_applier(linked.picture, linked.flux)
        self._waits: dict[str, dict[str, Why]] = {}
        self._waited: dict[str, dict[str, Why]] = {}
        for waiter, waited, why in self._edges():
            if waiter != waited:
                self._waits.setdefault(waiter, {}).setdefault(waited, why)
                self._waited.setdefault(waited, {}).setdefault(waiter, why)

    def node(self, name: str) -> Node:
        """One node; of what isn't there, that it is absent."""
        state = self._components.get(name)
        if state is not None:
            return Node(name, name, state.verdict, state.summary, component=name)
        row = self._linked.flux.objects.get(name)
        if row is not None:
            text = "" if row.status == "ready" else trouble(row)
            return Node(name, named(name), _OF_STATUS[row.status], text, key=row.key)
        return self._elsewhere(name)

    def waits_for(self, name: str) -> Branch:
        """What a node waits for, transitively; on each level what is broken, or leads there, comes first."""
        return self._tree(name, self._waits)

    def waiting(self, name: str) -> Branch:
        """What waits for a node, transitively."""
        return self._tree(name, self._waited)

    def root_causes(self, name: str) -> tuple[Node, ...]:
        """The broken nodes that a node waits for and that wait for nothing broken themselves; nearest first."""
        reached = [node for each in self._reached(name) if each != name and (node := self.node(each)).broken]
        # In a ring each blames the next: then all of it is the cause.
        return tuple(node for node in reached if node.id not in self._blaming) or tuple(reached)

    @cached_property
    def _blaming(self) -> frozenset[str]:
        """Every node that waits, directly or not, for something broken."""
        queue = [name for name in {*self._waits, *self._waited} if self.node(name).broken]
        found: set[str] = set()
        for name in queue:
            fresh = self._waited.get(name, {}).keys() - found
            found |= fresh
            queue += fresh
        return frozenset(found)

    def _reached(self, name: str) -> Sequence[str]:
        """All that a node waits for, itself first, then by distance."""
        found = {name: None}
        queue = [name]
        for each in queue:
            fresh = [other for other in self._waits.get(each, ()) if other not in found]
            found |= dict.fromkeys(fresh)
            queue += fresh
        return queue

    def _tree(self, name: str, links: Mapping[str, Mapping[str, Why]]) -> Branch:
        return self._branch(name, None, links, {name}, 0)

    def _branch(
        self, name: str, why: Why | None, links: Mapping[str, Mapping[str, Why]], shown: set[str], depth: int
    ) -> Branch:
        order = sorted(links.get(name, {}).items(), key=lambda item: (self._calm(item[0]), item[0]))
        fresh = {each for each, _why in order} - shown if depth < _DEEPEST else set()
        shown |= fresh
        branches = tuple(
            self._branch(each, reason, links, shown, depth + 1)
            if each in fresh
            else Branch(self.node(each), reason, again=bool(links.get(each)))
            for each, reason in order
        )
        return Branch(self.node(name), why, branches)

    def _calm(self, name: str) -> int:
        """The place among siblings: a root cause, what is broken by another, what leads there, all else."""
        blaming = name in self._blaming
        if self.node(name).broken:
            return 1 if blaming else 0
        return 2 if blaming else 3

    def _elsewhere(self, name: str) -> Node:
        kind, _, rest = name.partition("/")
        if kind == "StorageClass":
            found = next((row for row in self._linked.classes if row.name == rest), None)
            if found is not None:
                return Node(name, named(name), Verdict.HEALTHY, found.provisioner, key=found.key)
        known = kind == "StorageClass" or self._linked.flux.complete
        absent = Verdict.ABSENT if known else Verdict.UNKNOWN
        return Node(name, named(name), absent, "is not there" if known else "can't be seen")

    def _edges(self) -> Iterator[tuple[str, str, Why]]:
        for waiter, waited in self._linked.needs.items():
            yield from ((waiter, each, Why.NEEDS) for each in waited)
        for entry in self._linked.settings.foundation:
            yield from ((entry.component, each, Why.AFTER) for each in entry.after)
        for row in self._linked.flux.objects.values():
            yield from self._flux_edges(row)
        yield from self._claim_edges()

    def _flux_edges(self, row: FluxObject) -> Iterator[tuple[str, str, Why]]:
        waiter = self._by_applier.get(row.ref, row.ref)
        for ref in row.depends_on:
            yield waiter, self._by_applier.get(ref, ref), Why.DEPENDS_ON
        source = self._linked.flux.source(row)
        if source:
            yield waiter, source, Why.SOURCE

    def _claim_edges(self) -> Iterator[tuple[str, str, Why]]:
        owners: dict[str, list[str]] = {}
        for state in self._linked.picture.components:
            for space in state.namespaces:
                owners.setdefault(space, []).append(state.name)
        default = next((row.name for row in self._linked.classes if row.default), "")
        foundation = self._linked.picture.layer(Layer.FOUNDATION)
        providers = class_providers(self._linked.classes, foundation)
        gone = {claim.storage_class for claim in self._linked.claims} - {row.name for row in self._linked.classes}
        # A class goes with the component that makes it: then its name is all that tells whose it was.
        providers |= {name: state.name for name in gone for state in foundation if state.name in name}
        for claim in self._linked.claims:
            name = claim.storage_class or default
            if name:
                provider = providers.get(name, f"StorageClass/{name}")
                yield from ((owner, provider, Why.CLAIMS) for owner in owners.get(claim.namespace, ()))


def by_applier(picture: Picture, flux: FluxIndex) -> Mapping[str, str]:
    """Ref of each Flux object that is one node with a component of GitOps → that component."""
    return {row.ref: state.name for state in picture.layer(Layer.GITOPS) for row in flux.appliers.get(state.name, ())}


def class_providers(classes: Iterable[StorageClass], foundation: Iterable[ComponentState]) -> dict[str, str]:
    """StorageClass → the component of the foundation that provides it, as far as its provisioner's name tells."""
    names = [(word, state.name) for state in foundation for word in (state.name, *state.namespaces)]
    return {
        row.name: provider
        for row in classes
        if (provider := next((name for word, name in names if word in row.provisioner), ""))
    }
