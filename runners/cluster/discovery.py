"""Which kinds a server serves in the API groups that matter here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runners.cluster.connection import Connection
from runners.cluster.errors import NotFound, ServerTrouble
from runners.layers.jsons import Json, mapping, sequence, strings, text, truth

_AGGREGATED = ",".join(
    [f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")]
    + ["application/json"]
)


@dataclass(frozen=True, slots=True)
class Served:
    """One resource of one version of a group."""

    group: str
    version: str
    plural: str
    singular: str
    """The API's ``kind``."""
    namespaced: bool
    verbs: frozenset[str]

    @property
    def name(self) -> str:
        """As a CustomResourceDefinition is named: ``volumes.longhorn.io``."""
        return f"{self.plural}.{self.group}"

    @property
    def watchable(self) -> bool:
        """It can be listed and watched."""
        return {"list", "watch"} <= self.verbs


def discover(connection: Connection, wanted: Callable[[str], bool]) -> tuple[Served, ...]:
    """Every resource (no subresources) of the groups that are wanted, each group's preferred version first.

    One request where the server aggregates its discovery (1.26 and newer), else one for each version of those groups.

    Raises:
        ApiError: discovery was refused, or the server can't be reached.
    """
    answer = connection.request("GET", "/apis", accept=_AGGREGATED)
    if text(answer, "kind") == "APIGroupDiscoveryList":
        groups = [mapping(item) for item in sequence(answer, "items")]
        return tuple(found for group in groups if wanted(text(group, "metadata", "name")) for found in _listed(group))
    groups = [mapping(item) for item in sequence(answer, "groups")]
    return tuple(found for group in groups if wanted(text(group, "name")) for found in _asked(connection, group))


def _listed(group: Json) -> Iterator[Served]:
    """The resources of one group of an aggregated answer, whose versions stand in the order of preference."""
    name = text(group, "metadata", "name")
    for version in sequence(group, "versions"):
        for resource in sequence(version, "resources"):
            yield Served(
                group=name,
                version=text(version, "version"),
                plural=text(resource, "resource"),
                singular=text(resource, "responseKind", "kind"),
                namespaced=text(resource, "scope") == "Namespaced",
                verbs=frozenset(strings(resource, "verbs")),
            )


def _asked(connection: Connection, group: Json) -> Iterator[Served]:
    """The resources of one group, asked for version by version."""
    preferred = text(group, "preferredVersion", "version")
    versions = [text(version, "version") for version in sequence(group, "versions")]
    for version in sorted(versions, key=lambda version: version != preferred):
        name = text(group, "name")
        try:
            answer = connection.request("GET", f"/apis/{name}/{version}")
        except (NotFound, ServerTrouble):
            # Removed in between, or served by a server behind this one that is down.
            continue
        for resource in sequence(answer, "resources"):
            plural = text(resource, "name")
            if "/" not in plural:
                yield Served(
                    group=name,
                    version=version,
                    plural=plural,
                    singular=text(resource, "kind"),
                    namespaced=truth(resource, "namespaced"),
                    verbs=frozenset(strings(resource, "verbs")),
                )
