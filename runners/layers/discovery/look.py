"""Everything that a repository's files say by themselves, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.discovery.components import Group, groups
from runners.layers.discovery.documents import Files
from runners.layers.discovery.helmfiles import Helmfile, callable_helmfiles, helmfiles
from runners.layers.discovery.hooks import Hook
from runners.layers.discovery.owners import OtherOwner, OwnedRelease, other_owners, owned
from runners.layers.discovery.reach import Reached, flux_reached
from runners.layers.discovery.releases import Release
from runners.layers.discovery.roots import FoundRoot, find_roots
from runners.layers.settings import Ownership


@dataclass(frozen=True)
class Looked:
    """What is in a repository."""

    files: Files
    helmfiles: tuple[Helmfile, ...]
    """All of them, those included that others call and those that can't be applied."""
    callables: tuple[Helmfile, ...]
    """Those to call, with every release that each asks for."""
    roots: tuple[FoundRoot, ...]
    reached: tuple[Reached, ...]
    """What Flux manages from each root."""
    releases: tuple[OwnedRelease, ...]
    others: tuple[OtherOwner, ...]
    remote: str = ""
    """Where the checkout's own Git is; empty where that is not known."""

    def owner(self, release: Release) -> Ownership:
        """Whose a helmfile's release is."""
        at = (release.namespace, release.name)
        return next(one.ownership for one in self.releases if (one.namespace, one.name) == at)

    @property
    def groups(self) -> tuple[Group, ...]:
        """What the helmfiles come to as entries of the foundation."""
        return tuple(group for one in self.callables for group in groups(one, self.owner))

    @property
    def hooks(self) -> tuple[tuple[str, Hook], ...]:
        """Every hook with the helmfile that it is of; a release's stands with the helmfile that is called for it."""
        return tuple(
            (one.path, hook)
            for one in self.callables
            for hook in (*one.hooks, *(hook for release in one.releases for hook in release.hooks))
        )


def look(files: Files, remote: str = "") -> Looked:
    """Reads everything that matters of a repository's files; takes about a second for a thousand of them.

    Args:
        files: path and text.
        remote: the URL of the checkout's ``origin``.
    """
    found = helmfiles(files)
    callables = callable_helmfiles(found)
    releases = tuple(release for one in callables for release in one.releases)
    roots = find_roots(files, releases)
    reached = tuple(flux_reached(files, one.root) for one in roots)
    return Looked(files, found, callables, roots, reached, owned(releases, reached), tuple(other_owners(files)), remote)
