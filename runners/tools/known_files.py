"""The files that a plan rests on: a SHA-256 of each, and whether Git has them as they are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from runners.tools.calls import Bench, ToolError

UNREADABLE = "unreadable"
"""Stands in place of a hash."""

_FETCHED = (".tgz", ".lock")
"""What ``helm dependency build`` writes into a chart's folder; the rendering has what is in it."""


def digests(repo: Path, files: Iterable[Path]) -> Mapping[str, str]:
    """SHA-256 of each file by its path relative to the repository; a folder counts as one, with everything in it."""
    found = {_name(repo, path): _folder(path) if path.is_dir() else _file(path) for path in files}
    return dict(sorted(found.items()))


def _name(repo: Path, path: Path) -> str:
    name = os.path.relpath(path, repo)
    return f"{name}/" if path.is_dir() else name


def _file(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return UNREADABLE


def _folder(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(_inside(folder)):
        digest.update(f"{path.relative_to(folder)}\0{_file(path)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _inside(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".git", "tmpcharts")]
        yield from (Path(where) / name for name in files if not name.endswith(_FETCHED))


async def commit(bench: Bench, inputs: Mapping[str, str]) -> str:
    """The repository's HEAD; ``+ changes`` follows when an input isn't committed as it is; empty without Git."""
    inside = [name for name in inputs if not name.startswith("..")]
    try:
        head = await bench.call(("git", "rev-parse", "--verify", "HEAD"), QUIETLY)
        if head.code != 0:
            return ""
        state = await bench.call(("git", "status", "--porcelain", "--ignored", "--", *(inside or ["."])), QUIETLY)
    except ToolError:
        return ""
    differs = len(inside) < len(inputs) or state.code != 0 or any(map(_differs, state.stdout.splitlines()))
    return f"{head.stdout.strip()}{' + changes' if differs else ''}"


def _differs(line: str) -> bool:
    """Archives that helm fetched into a chart are nobody's to commit."""
    return not line.strip('"').endswith((*_FETCHED, "/charts/"))


QUIETLY = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
"""For Git: looking must not take its lock, and must not ask."""
