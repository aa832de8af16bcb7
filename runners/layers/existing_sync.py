"""What an earlier bootstrap has made a cluster follow, and what another one would do to that."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from runners.layers.discovery.git_places import place, place_of, without_credentials
from runners.layers.findings import Finding, Severity
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.rows import Rows

SYNC = "flux-system"
"""Name and namespace of what bootstrap makes, and the operator too: a source, and the Kustomization of its folder."""
_PLURALS = {"GitRepository": "gitrepositories", "OCIRepository": "ocirepositories", "Bucket": "buckets"}


def root_sync(rows: Rows) -> FluxObject | None:
    """The Kustomization that everything else hangs on; None where there is none, or none is seen."""
    return next((row for row in rows.within(KUSTOMIZATIONS, (SYNC,)) if row.name == SYNC), None)


def root_source(rows: Rows) -> FluxObject | None:
    """What that Kustomization is read from."""
    root = root_sync(rows)
    if root is None:
        return None
    kind, _, at = root.source.partition("/")
    namespace, _, name = at.partition("/")
    found = rows.get((_PLURALS.get(kind, ""), namespace, name))
    return found if isinstance(found, FluxObject) else None


def sync_conflicts(rows: Rows, wanted: BootstrapSettings) -> Iterator[Finding]:
    """What speaks against a bootstrap where Flux follows something already.

    Another path flux would notice itself, but only after it has pushed a commit; another repository or branch it takes.
    """
    root, source = root_sync(rows), root_source(rows)
    if not rows.freshness(KUSTOMIZATIONS).trusted:
        text = "can't be seen, so it may sync another path; flux would push before it noticed"
        yield Finding("Kustomization flux-system", Severity.UNKNOWN, text, "wait, or ask for the right to list them")
        return
    if root is not None and (conflict := path_conflict(root.path, wanted.path)) is not None:
        yield conflict
    if source is not None and source.origin is not None:
        yield from _other_origin(source, source.origin.url, source.origin.branch, wanted)


def path_conflict(existing_path: str, wanted_path: str) -> Finding | None:
    """What stops a bootstrap whose path is not the one that an earlier bootstrap left in the cluster."""
    if not existing_path or _normal(existing_path) == _normal(wanted_path):
        return None
    return Finding(
        "Kustomization flux-system/flux-system",
        Severity.BLOCKER,
        f"syncs {_shown(existing_path)}, and the bootstrap asks for {_shown(wanted_path)}",
        f"set gitops.path to {_shown(existing_path)}, or take Flux off this cluster first",
        overridable=False,
    )


def _other_origin(source: FluxObject, url: str, branch: str, wanted: BootstrapSettings) -> Iterator[Finding]:
    subject, address = f"{source.singular} {source.namespace}/{source.name}", without_credentials(url)
    asked = place_of(wanted)
    if asked and not _is_same(place(url), asked, wanted):
        text = f"follows {address}, and the bootstrap asks for {asked}: Flux would prune what is not in that one"
        remedy = "say in gitops which repository is meant, or take Flux off this cluster first"
        yield Finding(subject, Severity.BLOCKER, text, remedy, about=source.key)
    elif branch and branch != wanted.branch and not wanted.is_operator:
        text = f"follows {branch}, and the bootstrap asks for {wanted.branch}: Flux would prune what is not there"
        yield Finding(subject, Severity.BLOCKER, text, f"set gitops.branch to {branch}", about=source.key)


def _is_same(there: str, asked: str, wanted: BootstrapSettings) -> bool:
    """By host and path; by the path alone where SSH goes to a host of its own."""
    if any(flag.startswith("--ssh-hostname") for flag in wanted.extra):
        return there.partition("/")[2] == asked.partition("/")[2]
    return there == asked


def _normal(path: str) -> str:
    """As flux takes it: relative to the repository's root, which nothing leads out of."""
    return posixpath.normpath(f"/{path.strip()}").lstrip("/")


def _shown(path: str) -> str:
    return _normal(path) or "the repository's root"
