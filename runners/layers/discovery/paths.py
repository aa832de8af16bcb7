"""Paths inside a repository: what one file means by the name of another."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from runners.layers.discovery.documents import MARK, Files

_BEGINS_UNKNOWN = re.compile(rf"^{MARK}[^›]*›/")


def folder_of(path: str) -> str:
    """The folder of a file; empty for the root."""
    return posixpath.dirname(path)


def resolved(folder: str, name: str) -> str | None:
    """What a file in a folder means by a name, relative to the root; None where that is outside of the repository."""
    if name.startswith("/"):
        return None
    path = posixpath.normpath(posixpath.join(folder, name))
    if path == ".":
        return ""
    return None if path.startswith("..") else path


def from_root(name: str) -> str:
    """A path as Flux means it: relative to the root, whatever it begins with, which nothing leads out of."""
    return posixpath.normpath(f"/{name.strip()}").lstrip("/")


def matching(files: Files, folder: str, pattern: str) -> tuple[str, ...]:
    """The files that a name or a pattern in a folder means, in order; a folder means the YAML in it.

    A path that begins with something unknown (``{{ requiredEnv "ROOT_DIR" }}/…``) is looked for from the root.
    """
    path = resolved("", _BEGINS_UNKNOWN.sub("", pattern)) if _BEGINS_UNKNOWN.match(pattern) else None
    path = resolved(folder, pattern) if path is None else path
    if path is None:
        return ()
    if path in files:
        return (path,)
    if any(letter in path for letter in "*?["):
        return tuple(sorted(name for name in files if _matches(name, path)))
    return tuple(
        sorted(name for name in files if folder_of(name) == path and name.endswith((".yaml", ".yml", ".gotmpl")))
    )


def _matches(name: str, pattern: str) -> bool:
    """As a shell would: a star stays within its folder, and two of them don't."""
    if "**" in pattern:
        return fnmatchcase(name, pattern.replace("**/", "*"))
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def first_of(files: Files, folder: str, names: Iterable[str]) -> str | None:
    """The first of several names that is there in a folder."""
    for name in names:
        path = posixpath.join(folder, name)
        if path in files:
            return path
    return None
