"""Which component a release belongs to, and which releases of a helmfile make up one entry of the foundation."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runners.layers.components import KNOWN
from runners.layers.components.flux import FLUX
from runners.layers.discovery.documents import is_known
from runners.layers.discovery.helmfiles import Helmfile
from runners.layers.discovery.paths import folder_of
from runners.layers.discovery.releases import Release
from runners.layers.picture import Layer
from runners.layers.settings import Ownership

_WORDS: Mapping[str, tuple[str, ...]] = {
    "minio": ("minio-operator", "minio-tenant"),
    "seaweedfs": ("seaweedfs-operator",),
    "ceph-rgw": ("rook-ceph", "rook-ceph-cluster", "rook-ceph-operator"),
    "haproxy-ingress": ("haproxy", "kubernetes-ingress"),
    "monitoring": ("kube-prometheus-stack",),
}
"""Names of releases, charts and chart repositories that mean a component, beyond its own."""
_MEANS = {word: name for name in KNOWN for word in (name, *_WORDS.get(name, ())) if name != FLUX.name}
_GENERIC = (
    "",
    "bootstrap",
    "helmfile",
    "helmfiles",
    "helmfile.d",
    "kubernetes",
    "k8s",
    "cluster",
    "infra",
    "foundation",
)
"""Names of folders that name no component."""

Owner = Callable[[Release], Ownership]


@dataclass(frozen=True, slots=True)
class Group:
    """Releases of one helmfile that are looked at, and applied, together."""

    component: str
    helmfile: Helmfile
    releases: tuple[Release, ...]
    ownership: Ownership
    whole: bool
    """They are all that the helmfile has."""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Where it lives, as far as the files say; a known component's own where they don't."""
        found = dict.fromkeys(one.namespace for one in self.releases if one.namespace and is_known(one.namespace))
        known = KNOWN.get(self.component)
        own = known.namespaces if known and known.layer is Layer.FOUNDATION else (self.component,)
        return tuple(found) or own


def component_of(name: str, chart: str, namespace: str = "") -> str:
    """The known component that a release is of; empty where none is meant."""
    repository, _, base = chart.rpartition("/")
    for word in (base, name, posixpath.basename(repository), namespace):
        if word in _MEANS:
            return _MEANS[word]
    return ""


def groups(helmfile: Helmfile, owner: Owner) -> tuple[Group, ...]:
    """The entries that one helmfile stands for.

    A component's own folder is one entry, as the person who made it meant it. In a helmfile of several components each
    is an entry of its own, and so is what Flux takes over later.
    """
    named = [release for release in helmfile.releases if is_known(release.name) and is_known(release.namespace)]
    folder = folder_of(helmfile.path)
    known = list(dict.fromkeys(filter(None, map(_component, named))))
    owners = set(map(owner, named))
    # Called as it is, a helmfile does what it includes as well, and that is others'.
    alone = all(include.told for include in helmfile.includes)
    if alone and _is_of_one_component(helmfile.path) and len(known) <= 1 and len(owners) <= 1:
        name = known[0] if known else _folder_name(folder, named)
        ownership = next(iter(owners), Ownership.FOUNDATION)
        return (Group(name, helmfile, helmfile.releases, ownership, whole=True),)
    found: dict[tuple[str, Ownership], list[Release]] = {}
    for release in named:
        found.setdefault((_component(release) or release.name, owner(release)), []).append(release)
    whole = alone and len(found) == 1 and len(named) == len(helmfile.releases)
    return tuple(
        Group(name, helmfile, tuple(releases), ownership, whole) for (name, ownership), releases in found.items()
    )


def _is_of_one_component(path: str) -> bool:
    return posixpath.basename(path).startswith("helmfile.") and posixpath.basename(folder_of(path)) not in _GENERIC


def _component(release: Release) -> str:
    return component_of(release.name, release.chart, release.namespace)


def _folder_name(folder: str, releases: Sequence[Release]) -> str:
    parts = folder.split("/")
    if len(parts) == 1:
        return parts[0]
    return releases[0].name if len(releases) == 1 else parts[-1]


def with_names_of_their_own(found: Sequence[Group]) -> tuple[Group, ...]:
    """The same groups; where two have one name, each later one is told apart by its namespace, folder or number."""
    taken = set[str]()
    return tuple(_renamed(group, taken) for group in found)


def _renamed(group: Group, taken: set[str]) -> Group:
    for name in _names(group):
        if name not in taken:
            taken.add(name)
            return group if name == group.component else replace(group, component=name)
    raise AssertionError("numbers don't end")


def _names(group: Group) -> Iterator[str]:
    yield group.component
    folder = folder_of(group.helmfile.path)
    parent = posixpath.basename(folder_of(folder)) or posixpath.basename(folder)
    if parent:
        yield f"{parent}-{group.component}"
    at = 2
    while True:
        yield f"{group.component}-{at}"
        at += 1
