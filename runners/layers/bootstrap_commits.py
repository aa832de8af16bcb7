"""What ``flux bootstrap`` would commit to Git and push, said before it does: which files, where, and what is there.

flux works on a clone of its own, fresh from the branch; what is only on this machine it never sees.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runners.layers.discovery.documents import Files
from runners.layers.discovery.git_places import place, place_of, without_credentials
from runners.layers.discovery.ignored import ignored_by
from runners.layers.discovery.manifests import GOTK_COMPONENTS
from runners.layers.discovery.paths import from_root
from runners.layers.discovery.roots import GOTK_SYNC
from runners.layers.findings import Finding, Severity
from runners.layers.folding import counted
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.survival.checkout import Checkout

FOLDER = "flux-system"
_LISTING = "kustomization.yaml"
_FILES = (GOTK_COMPONENTS, GOTK_SYNC, _LISTING)
_VERSION = re.compile(r"^# Flux Version:\s*v?(\S+)", re.MULTILINE)
_NAMED = 3
"""So many files that are not committed are named."""


@dataclass(frozen=True, slots=True)
class CommittedFiles:
    """What a checkout has of the files that a bootstrap writes."""

    there: frozenset[str] = frozenset()
    """The paths of those that are there already."""
    version: str = ""
    """The Flux that the components there are of; empty where none are, or they don't say."""
    ignored: Mapping[str, str] = field(default_factory=dict)
    """Path → the line that keeps it out of Git."""
    remote: str = ""
    """Where the checkout's ``origin`` is."""


def committed_paths(settings: BootstrapSettings) -> tuple[str, ...]:
    """The files that a bootstrap writes, relative to the repository."""
    return tuple(posixpath.join(from_root(settings.path), FOLDER, name) for name in _FILES)


def committed_files(files: Files, remote: str, settings: BootstrapSettings | None) -> CommittedFiles:
    """Looks for them among a repository's files; nothing is looked for where nothing is bootstrapped."""
    if settings is None or settings.is_operator:
        return CommittedFiles(remote=remote)
    paths = committed_paths(settings)
    said = _VERSION.search(files.get(paths[0], ""))
    lines = {path: line for path in paths if (line := ignored_by(files, path)) is not None}
    return CommittedFiles(
        there=frozenset(path for path in paths if path in files),
        version=said[1] if said else "",
        ignored={path: f"{line.place} {line.text}" for path, line in lines.items()},
        remote=remote,
    )


def bootstrap_commits(
    settings: BootstrapSettings | None, found: CommittedFiles | None, checkout: Checkout | None, flux: str
) -> tuple[Finding, ...]:
    """What a bootstrap would write, each file a note, and what of the checkout speaks against it.

    Args:
        settings: of the bootstrap; nothing is said without, or of the operator's, which writes nothing.
        found: what the checkout has of it; None while nobody has looked.
        checkout: what ``git status`` says of the folder that Flux is to sync; None while nobody has asked.
        flux: the version of the CLI, which is what it writes; empty where that is not known.
    """
    if settings is None or settings.is_operator:
        return ()
    if found is None or checkout is None:
        return (Finding("Git", Severity.WARNING, "was not looked at yet"),)
    where = Finding(
        f"branch {settings.branch}", Severity.NOTE, f"gets what flux commits, by a push to {_address(settings)}"
    )
    files = (_file(path, found, checkout, flux.removeprefix("v")) for path in committed_paths(settings))
    return (*files, where, *_checkout(settings, found, checkout))


def _address(settings: BootstrapSettings) -> str:
    return without_credentials(settings.url) or place_of(settings) or "the repository"


def _file(path: str, found: CommittedFiles, checkout: Checkout, flux: str) -> Finding:
    line = found.ignored.get(path, "")
    # What Git has already it keeps, whatever is ignored later.
    if line and (path not in found.there or path in checkout.ignored):
        text = f"is kept out by {line}: flux would not commit it, and then can't apply what lists it"
        return Finding(path, Severity.BLOCKER, text, "take that line out of .gitignore, commit and push")
    if path not in found.there:
        lacks = "is not in this copy, which lacks commits: git pull says whether it is new"
        return Finding(path, Severity.NOTE, lacks if checkout.behind else "is new")
    if path.endswith(_LISTING):
        return Finding(path, Severity.NOTE, "is there, and stays as it is, your patches with it")
    if not path.endswith(GOTK_COMPONENTS):
        return Finding(path, Severity.NOTE, "is there, and is written anew where it differs")
    if not found.version or not flux:
        return Finding(path, Severity.NOTE, "is there, and is written anew")
    same = found.version == flux
    then = "and stays as it is" if same else f"and becomes {flux}"
    return Finding(path, Severity.NOTE, f"is there, of flux {found.version}, {then}")


def _checkout(settings: BootstrapSettings, found: CommittedFiles, checkout: Checkout) -> Iterator[Finding]:
    """Where this machine's copy is not what flux will clone."""
    if checkout.error:
        text = f"whether this copy is what flux will clone can't be told: {checkout.error}"
        yield Finding("Git", Severity.WARNING, text, "look at the branch yourself")
        return
    asked = place_of(settings)
    if found.remote and asked and place(found.remote) != asked:
        text = f"is {without_credentials(found.remote)}, and Flux will follow {asked}: what you see here is not that"
        yield Finding("this checkout's origin", Severity.WARNING, text, "clone the one that is meant")
    if checkout.branch and checkout.branch != settings.branch:
        text = f"is checked out, and Flux will follow {settings.branch}"
        yield Finding(f"branch {checkout.branch}", Severity.WARNING, text, f"git switch {settings.branch}")
    if checkout.ahead:
        text = f"has {counted(checkout.ahead, 'commit')} that {checkout.upstream} has not: Flux would not see them"
        yield Finding(f"branch {checkout.branch}", Severity.WARNING, text, "git push")
    if checkout.behind:
        text = f"lacks {counted(checkout.behind, 'commit')} of {checkout.upstream}"
        yield Finding(
            f"branch {checkout.branch}", Severity.NOTE, text, "git pull first: what is installed comes from this copy"
        )
    if checkout.changed:
        more = f" and {len(checkout.changed) - _NAMED} more" if len(checkout.changed) > _NAMED else ""
        text = f"not as committed: {', '.join(checkout.changed[:_NAMED])}{more}; Flux would not see that"
        yield Finding("this checkout", Severity.WARNING, text, "commit and push")
