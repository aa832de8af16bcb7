"""What the repository says of the next change: Flux objects that are old or lead nowhere, ignored files, keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.flux import FluxObject
from runners.layers.rows import Rows

NAMED = 3
"""Files that a sentence names before it counts the rest."""

OLD_VERSIONS = re.compile(
    r"(?:helm\.toolkit\.fluxcd\.io/v2beta[12]|(?:source|kustomize)\.toolkit\.fluxcd\.io/v1(?:alpha1|beta[12])"
    r"|notification\.toolkit\.fluxcd\.io/v1beta[12]|image\.toolkit\.fluxcd\.io/v1(?:alpha\d|beta1))"
)
"""API versions that Flux has stopped to serve, or will: HelmRelease v2beta2 went with Flux 2.8."""
_GONE_SINCE = (2, 8)


@dataclass(frozen=True, slots=True)
class FluxManifest:
    """One Flux object as a file has it."""

    file: str
    api: str
    """``helm.toolkit.fluxcd.io/v2``."""
    kind: str
    namespace: str
    """Empty where the file leaves it to a kustomization."""
    name: str
    refers: tuple[str, ...] = ()
    """``Kind/namespace/name`` of its source and of what it depends on; an empty namespace for its own."""


@dataclass(frozen=True, slots=True)
class Backend:
    """Something that decrypts, named by the repository."""

    name: str
    """``sops``, ``helm-secrets``, ``vals``."""
    named_by: str
    """The file that names it."""
    lacking: str = ""
    """Why it can't work here without a person; empty when nothing is known to stand in its way."""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class GitFacts:
    """What was read of the repository."""

    manifests: tuple[FluxManifest, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    """(kustomization, file): a file that a kustomization needs and that .gitignore leaves out of Git."""
    crd_trap: tuple[str, ...] = ()
    """Helmfiles of which one release may use kinds that another one brings."""
    backends: tuple[Backend, ...] = ()
    missing_sources: tuple[tuple[str, str], ...] = ()
    """(Secret, file): where a listed key comes from, and the file is not there."""
    unread: str = ""
    """Why not everything was read; empty when it was."""


def git_findings(facts: GitFacts, rows: Rows, flux: str) -> Iterator[Finding]:
    """What the files speak against; ``flux`` is the version that is to read them."""
    yield from _old(facts, flux)
    yield from _dangling(facts, rows)
    for kustomization, file in facts.ignored:
        words = f"needs {file}, which .gitignore keeps out of Git: a sync from Git fails without it"
        yield Finding(kustomization, Severity.WARNING, words, f"take {file} out of .gitignore, and commit it")
    for helmfile in facts.crd_trap:
        words = "some of its releases may use kinds that another brings, so a first helmfile apply by hand may fail"
        yield Finding(helmfile, Severity.NOTE, words, "Bedplate plans and applies them one by one: nothing to do")
    for backend in facts.backends:
        if backend.lacking:
            yield Finding(
                backend.name,
                Severity.WARNING,
                f"{backend.named_by} needs it, and {backend.lacking}: a run has no terminal",
                backend.remedy,
            )
    for secret, file in facts.missing_sources:
        words = f"comes from {file}, which is not there"
        yield Finding(f"Secret {secret}", Severity.WARNING, words, "bring it back, or name another source")
    if facts.unread:
        yield Finding("repository", Severity.UNKNOWN, facts.unread, "look at the rest by hand")


def _old(facts: GitFacts, flux: str) -> Iterator[Finding]:
    files: dict[str, dict[str, None]] = {}
    for manifest in facts.manifests:
        if OLD_VERSIONS.fullmatch(manifest.api):
            files.setdefault(manifest.api, {})[manifest.file] = None
    found = re.match(r"v?(\d+)\.(\d+)", flux)
    gone = found is not None and (int(found[1]), int(found[2])) >= _GONE_SINCE
    for api, names in sorted(files.items()):
        told = "is no longer served" if gone else "goes with one of the next versions of Flux"
        words = f"{told}, and {_some(list(names))} {'have' if len(names) > 1 else 'has'} it"
        severity = Severity.BLOCKER if gone else Severity.WARNING
        yield Finding(api, severity, words, "flux migrate -f . --dry-run shows what to write instead")


def _dangling(facts: GitFacts, rows: Rows) -> Iterator[Finding]:
    """References to what neither Git nor the cluster has; a bootstrap makes its own source and Kustomization."""
    there: dict[tuple[str, str], set[str]] = {}
    for manifest in facts.manifests:
        there.setdefault((manifest.kind, manifest.name), set()).add(manifest.namespace)
    for row in rows.table("flux"):
        if isinstance(row, FluxObject):
            there.setdefault((row.singular, row.name), set()).add(row.namespace)
    for kind in ("GitRepository", "Kustomization"):
        there.setdefault((kind, "flux-system"), set()).add("flux-system")
    for manifest in facts.manifests:
        for reference in manifest.refers:
            kind, namespace, name = reference.split("/", 2)
            wanted = namespace or manifest.namespace
            found = there.get((kind, name), set())
            # What a kustomization puts into a namespace may be anywhere.
            if not (found and (not wanted or "" in found or wanted in found)):
                place = f"{wanted}/" if wanted else ""
                words = f"{manifest.kind} {manifest.name} refers to {kind} {place}{name}, which is nowhere"
                yield Finding(manifest.file, Severity.WARNING, words, "name what is there, or add what is meant")


def _some(files: list[str]) -> str:
    rest = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
    return ", ".join(sorted(files)[:NAMED]) + rest
