"""What a repository's files say of the next change: whose releases are whose, references, old versions, keys.

Made when the files change, so that a picture only folds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runners.layers.bootstrap_commits import CommittedFiles, committed_files
from runners.layers.decrypting import LocalKeys, decrypting
from runners.layers.discovery.documents import Files, is_known
from runners.layers.discovery.helmfiles import Helmfile
from runners.layers.discovery.look import Looked, look
from runners.layers.discovery.manifests import Manifest, manifests
from runners.layers.discovery.proposal import seen_with
from runners.layers.discovery.reach import GitObject
from runners.layers.discovery.releases import Release
from runners.layers.encrypted import encrypted_files
from runners.layers.findings import Finding, Severity
from runners.layers.folding import listed
from runners.layers.jsons import mapping, sequence, text
from runners.layers.kinds.flux import FluxObject
from runners.layers.rows import Rows
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.upward import upward

_FLUX = "toolkit.fluxcd.io"
_OLD = re.compile(
    r"(?:helm\.toolkit\.fluxcd\.io/v2beta[12]|(?:source|kustomize)\.toolkit\.fluxcd\.io/v1(?:alpha1|beta[12])"
    r"|notification\.toolkit\.fluxcd\.io/v1beta[12]|image\.toolkit\.fluxcd\.io/v1(?:alpha\d|beta1))"
)
"""API versions that Flux has stopped to serve, or will."""
_GONE_SINCE = (2, 8)
"""The Flux that stopped to serve HelmRelease v2beta2, and what was as old."""
_MADE_BY_BOOTSTRAP = (("GitRepository", "flux-system", "flux-system"), ("Kustomization", "flux-system", "flux-system"))


@dataclass(frozen=True, slots=True)
class Reference:
    """One object in Git that names another."""

    place: str
    """``clusters/home/apps.yaml:7``."""
    about: str
    kind: str
    namespace: str
    """Empty where a kustomization may put it anywhere."""
    name: str


@dataclass(frozen=True)
class GitFacts:
    """What was read of the repository."""

    releases: Mapping[str, str] = field(default_factory=dict)
    """``namespace/name`` of a release that a helmfile makes → its component."""
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Component → the components that its helmfile's releases need."""
    objects: tuple[GitObject, ...] = ()
    """What Flux reaches from its roots."""
    upward: tuple[Finding, ...] = ()
    """What the foundation needs of GitOps."""
    said: tuple[Finding, ...] = ()
    """What is to be said whatever the cluster has."""
    old: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """API version that goes or is gone → the files that have it."""
    loose: tuple[Reference, ...] = ()
    """References of Flux's objects to what Git itself does not have."""
    encrypted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Flux Kustomization, ``namespace/name`` → the files of it that are encrypted."""
    committed: CommittedFiles = CommittedFiles()  # noqa: RUF009  frozen
    """What there is of the files that a bootstrap writes."""


def git_facts(files: Files, remote: str, settings: Settings, keys: LocalKeys) -> GitFacts:
    """Reads everything that matters; takes about a second for a thousand files.

    Args:
        files: path and text.
        remote: the URL of the checkout's ``origin``.
        settings: which helmfiles are the foundation's.
        keys: what this machine has to decrypt with.
    """
    found = seen_with(look(files, remote), settings)
    flux = list(manifests(files, (_FLUX,)))
    mine = {entry.component: _releases(entry, found.looked) for entry in settings.foundation}
    makers = {release.id: name for name, own in mine.items() for release in own if is_known(release.id)}
    objects = tuple(one for reached in found.reached for one in reached.objects)
    return GitFacts(
        releases=makers,
        needs={name: _needed(own, makers) for name, own in mine.items() if _needed(own, makers)},
        objects=objects,
        upward=tuple(finding for name, own in mine.items() for finding in upward(name, own, files)),
        said=(*found.findings, *_crd_traps(found.looked.callables), *decrypting(files, keys)),
        old=_old_versions(flux),
        loose=tuple(_loose(flux)),
        encrypted=encrypted_files(files, objects),
        committed=committed_files(files, remote, settings.bootstrap),
    )


def git_findings(facts: GitFacts, rows: Rows, flux: str) -> Iterator[Finding]:
    """What the files speak against, seen with what the cluster has; ``flux`` is the version that is to read them."""
    yield from facts.said
    yield from _old_findings(facts.old, flux)
    yield from _dangling(facts, rows)


def _releases(entry: FoundationEntry, looked: Looked) -> Sequence[Release]:
    found = [release for one in looked.callables if one.path == entry.helmfile for release in one.releases]
    return [release for release in found if not entry.releases or release.id in entry.releases]


def _needed(own: Sequence[Release], makers: Mapping[str, str]) -> tuple[str, ...]:
    found = (makers[need] for release in own for need in release.needs if need in makers)
    return tuple(dict.fromkeys(found))


def _crd_traps(callables: Sequence[Helmfile]) -> Iterator[Finding]:
    """A helmfile of which one release waits for another: the second may use kinds that the first brings."""
    for one in callables:
        own = {release.id for release in one.releases}
        if any(need in own for release in one.releases for need in release.needs):
            words = "one of its releases needs another, and may use its CRDs: a first apply by hand can fail on that"
            yield Finding(one.path, Severity.NOTE, words, "nothing to do: Bedplate plans and applies past that")


def _old_versions(flux: Sequence[Manifest]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for one in flux:
        api = text(one.body, "apiVersion")
        if _OLD.fullmatch(api):
            found.setdefault(api, {})[one.path] = None
    return {api: tuple(files) for api, files in sorted(found.items())}


def _old_findings(old: Mapping[str, Sequence[str]], flux: str) -> Iterator[Finding]:
    found = re.match(r"v?(\d+)\.(\d+)", flux)
    gone = found is not None and (int(found[1]), int(found[2])) >= _GONE_SINCE
    for api, files in old.items():
        told = f"is not served by flux {flux.removeprefix('v')}" if gone else "goes with a later version of Flux"
        words = f"{told}: {listed(files)}"
        severity = Severity.BLOCKER if gone else Severity.WARNING
        yield Finding(api, severity, words, "flux migrate -f . --dry-run shows what to write instead")


def _references(flux: Sequence[Manifest]) -> Iterator[Reference]:
    for one in flux:
        spec = mapping(one.body, "spec")
        places = (mapping(spec, "sourceRef"), mapping(spec, "chartRef"), mapping(spec, "chart", "spec", "sourceRef"))
        depends = ({"kind": one.kind, **mapping(item)} for item in sequence(spec, "dependsOn"))
        for found in (*places, *depends):
            kind, name = text(found, "kind"), text(found, "name")
            if kind and name and is_known(name):
                yield Reference(f"{one.path}:{one.line}", one.id, kind, text(found, "namespace") or one.namespace, name)


def _loose(flux: Sequence[Manifest]) -> Iterator[Reference]:
    """What leads out of Git; a bootstrap makes a source and a Kustomization of its own."""
    there = _by_name((*_MADE_BY_BOOTSTRAP, *((one.kind, one.namespace, one.name) for one in flux)))
    return (one for one in _references(flux) if not _is_in(there, one))


def _dangling(facts: GitFacts, rows: Rows) -> Iterator[Finding]:
    """References to what neither Git nor the cluster has."""
    if not facts.loose:
        return
    flux = (row for row in rows.table("flux") if isinstance(row, FluxObject))
    there = _by_name((row.singular, row.namespace, row.name) for row in flux)
    for one in facts.loose:
        if not _is_in(there, one):
            words = f"{one.about} refers to {one.kind} {one.name}, which neither Git nor the cluster has"
            yield Finding(one.place, Severity.WARNING, words, "name one that is there, or add it")


def _by_name(objects: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for kind, namespace, name in objects:
        found.setdefault((kind, name), set()).add(namespace)
    return found


def _is_in(there: Mapping[tuple[str, str], set[str]], one: Reference) -> bool:
    """Is it there? What a kustomization, or a variable, puts into a namespace may be in any."""
    found = there.get((one.kind, one.name), set())
    anywhere = not one.namespace or "" in found or not is_known(one.namespace)
    return bool(found) and (anywhere or one.namespace in found)
