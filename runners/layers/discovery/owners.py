"""Who owns what: each release's owner, by what Flux reaches, and owners that are neither helmfile nor Flux."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runners.layers.discovery.documents import Files
from runners.layers.discovery.manifests import manifests
from runners.layers.discovery.reach import GitObject, Reached
from runners.layers.discovery.releases import Release
from runners.layers.jsons import mapping, sequence, text
from runners.layers.settings import Ownership

_ARGO = "argoproj.io"


@dataclass(frozen=True, slots=True)
class OwnedRelease:
    """One Helm release that the repository speaks of, and whose it is."""

    namespace: str
    name: str
    ownership: Ownership
    helmfile: Release | None
    flux: GitObject | None

    @property
    def id(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"

    @property
    def reason(self) -> str:
        """Where it stands."""
        places = [f"{one.path if isinstance(one, GitObject) else one.file}:{one.line}" for one in self._both]
        return " and ".join(places)

    @property
    def _both(self) -> Sequence[Release | GitObject]:
        return [one for one in (self.helmfile, self.flux) if one is not None]


def owned(releases: Sequence[Release], reached: Sequence[Reached]) -> tuple[OwnedRelease, ...]:
    """Every release: a person's, Flux's, or handed over from one to the other.

    It is handed over where a HelmRelease that Flux reaches makes a release of the same name in the same namespace:
    helm-controller then adopts what helmfile installed, whatever folder it stands in.
    """
    flux: dict[tuple[str, str], GitObject] = {}
    for one in (found for each in reached for found in each.objects):
        if one.release is not None:
            flux.setdefault(one.release, one)
    mine: dict[tuple[str, str], Release] = {}
    for release in releases:
        mine.setdefault((release.namespace, release.name), release)
    return tuple(
        OwnedRelease(*at, _ownership(at in mine, at in flux), mine.get(at), flux.get(at))
        for at in dict.fromkeys((*mine, *flux))
    )


def _ownership(by_helmfile: bool, by_flux: bool) -> Ownership:
    if by_helmfile and by_flux:
        return Ownership.HANDOVER
    return Ownership.GITOPS if by_flux else Ownership.FOUNDATION


@dataclass(frozen=True, slots=True)
class OtherOwner:
    """An Argo CD Application: it deploys from Git too, and Bedplate does not know its ways."""

    name: str
    file: str
    line: int
    paths: tuple[str, ...]
    """Folders that it deploys, as they are written."""
    namespace: str
    """Where it deploys them."""

    @property
    def place(self) -> str:
        """``longhorn/application.yaml:1``."""
        return f"{self.file}:{self.line}"


def other_owners(files: Files) -> Iterator[OtherOwner]:
    """Every Argo CD Application and ApplicationSet in the repository."""
    for one in manifests(files, (_ARGO, "Application")):
        if one.group != _ARGO or one.kind not in ("Application", "ApplicationSet"):
            continue
        spec = mapping(one.body, "spec")
        if one.kind == "ApplicationSet":
            spec = mapping(spec, "template", "spec")
        listed = [mapping(spec, "source"), mapping(spec, "sources"), *map(mapping, sequence(spec, "sources"))]
        paths = tuple(path for path in (text(source, "path") for source in listed) if path)
        yield OtherOwner(f"{one.kind} {one.name}", one.path, one.line, paths, text(spec, "destination", "namespace"))
