"""Where Flux begins in a repository: every root that its files speak of, with what says so."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase

from runners.layers.discovery.documents import MARK, Files, is_known, line_of, read
from runners.layers.discovery.helmfiles import Remark
from runners.layers.discovery.ignored import ignored_by
from runners.layers.discovery.manifests import GOTK_COMPONENTS, Manifest, manifests, manifests_in
from runners.layers.discovery.paths import folder_of, from_root, matching
from runners.layers.discovery.reach import KUSTOMIZATION_FILES, KUSTOMIZE_GROUP, SOURCE_GROUP, FluxRoot
from runners.layers.discovery.releases import Release
from runners.layers.jsons import Json, dig, mapping, strings, text

GOTK_SYNC = "gotk-sync.yaml"
_INSTANCE = "FluxInstance"
_UNKNOWN = re.compile(rf"{MARK}[^›]*›|\$\{{[^}}]*\}}")


class How(Enum):
    """What a root is known by, the surest first."""

    NAMED = "gitops.path in bedplate.yaml"
    SYNC = "flux bootstrap's own gotk-sync.yaml"
    INSTANCE = "a FluxInstance"
    OWN_SYNC = "a source and a Kustomization of its own"
    EXPECTED = "a kustomization.yaml that expects what flux bootstrap writes"
    FOLDER = "the name of its folder alone"


@dataclass(frozen=True, slots=True)
class FoundRoot:
    """One root, and what says so."""

    root: FluxRoot
    how: How
    reason: Remark
    url: str = ""
    """Where Git is, as Flux is told; empty where the files don't say."""
    branch: str = ""
    kind: str = "GitRepository"
    """Of the source."""
    remarks: tuple[Remark, ...] = ()
    """What is odd about it."""

    @property
    def path(self) -> str:
        """The folder, relative to the repository; empty is its root."""
        return self.root.path


def find_roots(files: Files, releases: Sequence[Release] = ()) -> tuple[FoundRoot, ...]:
    """Every root, once, under the surest thing that speaks for it.

    A folder of ``clusters/`` counts only where nothing surer is found anywhere.

    Args:
        files: the repository.
        releases: those of its helmfiles: one of them, or a hook, may bring the FluxInstance.
    """
    folders = _folders(files)
    surest = [*_synced(files), *_instances(files, folders, releases)]
    found = surest or [*_own_syncs(files, folders)]
    found += _expected(files)
    found = found or list(_named_clusters(folders))
    order = list(How)
    found.sort(key=lambda one: (order.index(one.how), one.path, one.reason.file))
    by_path: dict[str, FoundRoot] = {}
    for one in found:
        there = one.path in folders or not one.path
        odd = () if there else (Remark(one.reason.file, one.reason.line, f"syncs {one.path}, which is not there"),)
        first = by_path.get(one.path, one)
        said = dict.fromkeys((*first.remarks, *one.remarks, *odd))
        by_path[one.path] = replace(first, remarks=tuple(said))
    return tuple(by_path.values())


def root_at(found: Sequence[FoundRoot], path: str) -> FoundRoot:
    """The root at a path that a person has named: one that was found, or else one that a bootstrap will make."""
    wanted = from_root(path)
    known = next((one for one in found if one.path == wanted), None)
    said = Remark("bedplate.yaml", 0, f"gitops.path is {path}")
    return known or FoundRoot(FluxRoot(wanted), How.NAMED, said)


def _folders(files: Files) -> frozenset[str]:
    found = set[str]()
    for path in files:
        folder = folder_of(path)
        while folder and folder not in found:
            found.add(folder)
            folder = folder_of(folder)
    return frozenset(found)


def _synced(files: Files) -> Iterator[FoundRoot]:
    for path in sorted(files):
        if posixpath.basename(path) == GOTK_SYNC:
            yield from _syncs_in(files, list(manifests_in(read(files[path]), path)), How.SYNC)


def _own_syncs(files: Files, folders: frozenset[str]) -> Iterator[FoundRoot]:
    """What some write by hand instead: one file with a source, and the Kustomization that syncs a folder of it."""
    for path in sorted(files):
        words = files[path]
        if path.endswith((".yaml", ".yml")) and KUSTOMIZE_GROUP in words and SOURCE_GROUP in words:
            found = _syncs_in(files, list(manifests_in(read(words), path)), How.OWN_SYNC)
            yield from (one for one in found if one.path in folders)


def _syncs_in(files: Files, objects: Sequence[Manifest], how: How) -> Iterator[FoundRoot]:
    sources = {one.name: one for one in objects if one.group == SOURCE_GROUP}
    for one in objects:
        source = sources.get(text(one.body, "spec", "sourceRef", "name"))
        if one.group != KUSTOMIZE_GROUP or one.kind != "Kustomization" or source is None or one.is_remote:
            continue
        url = text(source.body, "spec", "url")
        path = text(one.body, "spec", "path")
        yield FoundRoot(
            FluxRoot(from_root(path), frozenset({source.name, *_same_source(files, url)})),
            how,
            Remark(one.path, one.line, f"{one.id} syncs {path or '/'}"),
            url,
            text(source.body, "spec", "ref", "branch"),
            source.kind,
        )


def _same_source(files: Files, url: str) -> frozenset[str]:
    """Names of every source that is the same repository by another name."""
    if not url:
        return frozenset()
    return frozenset(
        one.name
        for one in manifests(files, (SOURCE_GROUP, url))
        if one.group == SOURCE_GROUP and text(one.body, "spec", "url") == url
    )


def _instances(files: Files, folders: frozenset[str], releases: Sequence[Release]) -> Iterator[FoundRoot]:
    for path in sorted(files):
        words = files[path]
        if path.endswith((".yaml", ".yml", ".gotmpl")) and "sync:" in words and ("nstance" in words):
            for document in read(words).documents:
                for sync in _syncs_of(document):
                    yield from _instance(files, folders, sync, _says(path, document, sync, releases))
    for release in releases:
        for values in release.inline:
            for sync in _syncs_of(values):
                words = f"release {release.id} brings a FluxInstance that syncs {text(sync, 'path')}"
                yield from _instance(files, folders, sync, Remark(release.file, line_of(sync), words))


def _syncs_of(document: Json) -> Iterator[Json]:
    """The ``sync`` of a FluxInstance, of the values of its chart, or of a HelmRelease with such values."""
    sync = dig(document, "spec", "sync") if text(document, "kind") == _INSTANCE else None
    for found in (sync, dig(document, "instance", "sync"), dig(document, "spec", "values", "instance", "sync")):
        if text(found, "path") and (text(found, "url") or text(found, "kind")):
            yield mapping(found)


def _says(path: str, document: Json, sync: Json, releases: Sequence[Release]) -> Remark:
    words = f"{_INSTANCE} {text(document, 'metadata', 'name', default='flux')} syncs {text(sync, 'path')}"
    for release in releases:
        if any(posixpath.basename(path) in hook.command for hook in release.hooks):
            return Remark(path, line_of(sync), f"{words}; a hook of the release {release.id} applies it")
        if any(matching({path: ""}, folder_of(release.file), name) for name in release.values):
            return Remark(path, line_of(sync), f"{words}; it is of the release {release.id}")
    return Remark(path, line_of(sync), words)


def _instance(files: Files, folders: frozenset[str], sync: Json, reason: Remark) -> Iterator[FoundRoot]:
    path, url = text(sync, "path"), text(sync, "url")
    paths = [from_root(path)]
    if not is_known(path):
        pattern = from_root(_UNKNOWN.sub("*", path))
        paths = sorted(folder for folder in folders if _is_like(folder, pattern)) or paths
    branch = text(sync, "ref").removeprefix("refs/heads/")
    sources = frozenset({text(sync, "name", default="flux-system"), *_same_source(files, url)})
    for found in paths:
        yield FoundRoot(
            FluxRoot(found, sources), How.INSTANCE, reason, url, branch, text(sync, "kind", default="GitRepository")
        )


def _is_like(folder: str, pattern: str) -> bool:
    return folder.count("/") == pattern.count("/") and fnmatchcase(folder, pattern)


def _expected(files: Files) -> Iterator[FoundRoot]:
    for path in sorted(files):
        if posixpath.basename(path) not in KUSTOMIZATION_FILES or "gotk-" not in files[path]:
            continue
        folder = folder_of(path)
        listed = [name for document in read(files[path]).documents for name in strings(document, "resources")]
        gotk = [name for name in listed if posixpath.basename(name) in (GOTK_SYNC, GOTK_COMPONENTS)]
        missing = [name for name in gotk if _in(folder, name) not in files]
        if not missing:
            continue
        root = folder_of(folder) if posixpath.basename(folder) == "flux-system" else folder
        words = f"expects {' and '.join(missing)}, which flux bootstrap writes, and not all of it is there"
        line = next(at for at, one in enumerate(files[path].splitlines(), 1) if missing[0] in one)
        remark = Remark(path, line, words)
        yield FoundRoot(
            FluxRoot(root),
            How.EXPECTED,
            remark,
            remarks=(remark, *_ignored(files, (_in(folder, name) for name in missing))),
        )


def _in(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name))


def _ignored(files: Files, paths: Iterable[str]) -> Iterator[Remark]:
    for line in dict.fromkeys(filter(None, (ignored_by(files, path) for path in paths))):
        yield Remark(line.file, line.line, f"keeps {line.text} out of Git: Flux can't sync what is not there")


def _named_clusters(folders: frozenset[str]) -> Iterator[FoundRoot]:
    for folder in sorted(folders):
        if posixpath.basename(folder_of(folder)) == "clusters" and folder.count("/") <= 2:
            yield FoundRoot(FluxRoot(folder), How.FOLDER, Remark(folder, 0, "lies in clusters/"))
