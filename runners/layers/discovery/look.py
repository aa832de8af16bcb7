"""Everything that a repository's files say by themselves, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runners.layers.discovery.documents import Files
from runners.layers.discovery.helmfiles import Helmfile, callable_helmfiles, helmfiles
from runners.layers.discovery.owners import OtherOwner, other_owners
from runners.layers.discovery.reach import Reached, flux_reached
from runners.layers.discovery.roots import FoundRoot, find_roots, root_at
from runners.layers.hooks import Hook


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
    others: tuple[OtherOwner, ...]
    remote: str = ""
    """Where the checkout's own Git is; empty where that is not known."""

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
    return Looked(files, found, callables, roots, reached, tuple(other_owners(files)), remote)


def look_from(looked: Looked, path: str) -> Looked:
    """The same repository with the one root that a person has named: what another reaches is not this cluster's.

    Args:
        looked: the repository.
        path: the root's folder, whether Flux has been bootstrapped there or not.
    """
    root = root_at(looked.roots, path)
    known = (each for each, one in zip(looked.reached, looked.roots, strict=True) if one == root)
    reached = next(known, None) or flux_reached(looked.files, root.root)
    if not reached.objects:
        nothing = replace(root.reason, text=f"{root.reason.text}, and nothing that Flux would manage is there yet")
        reached = replace(reached, beyond=(*reached.beyond, nothing))
    return replace(looked, roots=(root,), reached=(reached,))
