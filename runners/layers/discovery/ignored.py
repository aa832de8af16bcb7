"""What ``.gitignore`` keeps out of Git, as far as the files of a repository say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from runners.layers.discovery.documents import Files
from runners.layers.discovery.helmfiles import Remark
from runners.layers.discovery.paths import folder_of

_NAME = ".gitignore"
_GLOB = re.compile(r"/\*\*/|^\*\*/|/\*\*$|\*|\?|\[!?[^\]]+\]|\\.|.", re.DOTALL)
_IN_BRACKETS = re.compile(r"\\.|.", re.DOTALL)
_MEANS = {"/**/": "/(?:.+/)?", "**/": "(?:.+/)?", "/**": "/.+", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, slots=True)
class _Rule:
    place: Remark
    pattern: re.Pattern[str]
    folders_only: bool
    keeps: bool
    """It begins with ``!``: what an earlier line has ignored is kept after all."""


def ignored_by(files: Files, path: str) -> Remark | None:
    """The line that keeps a file out of Git, with its pattern; None where none does."""
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        # What lies in a folder that is ignored is too: no later line brings it back.
        found = _last(files, "/".join(parts[:end]), is_folder=end < len(parts))
        if found is not None and not found.keeps:
            return found.place
    return None


def _last(files: Files, path: str, *, is_folder: bool) -> _Rule | None:
    found: _Rule | None = None
    for folder in _above(path):
        inside = path.removeprefix(f"{folder}/" if folder else "")
        for rule in _rules(files.get(f"{folder}/{_NAME}" if folder else _NAME, ""), folder):
            if (is_folder or not rule.folders_only) and rule.pattern.fullmatch(inside):
                found = rule
    return found


def _above(path: str) -> list[str]:
    """The folders that a path lies in, the repository's root first."""
    found = [folder_of(path)]
    while found[-1]:
        found.append(folder_of(found[-1]))
    return found[::-1]


def _rules(text: str, folder: str) -> Iterator[_Rule]:
    name = f"{folder}/{_NAME}" if folder else _NAME
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        keeps, body = words.startswith("!"), words.removeprefix("!")
        anchored = "/" in body.rstrip("/")
        body, folders_only = body.rstrip("/"), body.endswith("/")
        glob = body.removeprefix("/") if anchored else f"**/{body}"
        yield _Rule(Remark(name, number, words), _pattern(glob), folders_only, keeps)


def _pattern(glob: str) -> re.Pattern[str]:
    parts = (match[0] for match in _GLOB.finditer(glob))
    return re.compile("".join(_part(part) for part in parts), re.DOTALL)


def _part(part: str) -> str:
    if part.startswith("[") and len(part) > 1:
        return _one_of(part[1:-1])
    return _MEANS.get(part) or re.escape(part.removeprefix("\\") or part)


def _one_of(inner: str) -> str:
    """What stands in brackets, as a regular expression; a range that ends before it begins is of nothing, as in git."""
    negated, chars = inner[:1] in ("!", "^"), inner.removeprefix("!").removeprefix("^")
    meant = "".join("-" if match[0] == "-" else re.escape(match[0][-1]) for match in _IN_BRACKETS.finditer(chars))
    found = f"[{'^' if negated else ''}{meant}]"
    try:
        re.compile(found)
    except re.error:
        return "(?!)"
    return found
