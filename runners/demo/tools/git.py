"""Plays git for the demo's repository: which commit it stands on, and which files are not as they were committed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from runners.demo.tools.checkout import Checkout, checkout_at
from runners.demo.tools.edge import Failed, out
from runners.demo.tools.flags import Grammar, Unknown
from runners.demo.tools.remote import blob_id

VERSION = "2.51.0"

_GRAMMAR = Grammar(
    valued=(), switches=("verify", "porcelain", "ignored", "short", "branch", "z"), short={"s": "short", "z": "z"}
)


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns the exit code."""
    cut = list(argv).index("--") if "--" in argv else len(argv)
    line, paths = _GRAMMAR.read(argv[:cut]), argv[cut + 1 :]
    if line.words == ("version",):
        out(f"git version {VERSION}")
        return 0
    checkout = checkout_at(Path.cwd())
    if checkout is None:
        raise Failed("fatal: not a git repository (or any of the parent directories): .git", 128)
    if line.words == ("rev-parse", "HEAD"):
        out(checkout.commit[:7] if line.on("short") else checkout.commit)
    elif line.words == ("status",) and line.value("porcelain") == "v2" and line.on("z"):
        told = (*_branch(checkout), *_status(checkout, paths, ignored=line.on("ignored"), full=True))
        sys.stdout.write("".join(f"{each}\0" for each in told))
    elif line.words == ("status",) and (line.on("porcelain") or line.on("short")):
        out(*_status(checkout, paths, ignored=line.on("ignored")))
    else:
        raise Unknown(" ".join(line.words) or "an empty command line")
    return 0


def _branch(checkout: Checkout) -> Iterator[str]:
    """Where the copy stands, and how far that is from what everybody pushes to."""
    ids = [commit.id for commit in checkout.remote.commits()]
    yield f"# branch.oid {checkout.commit}"
    yield "# branch.head main"
    yield "# branch.upstream origin/main"
    yield f"# branch.ab +0 -{len(ids) - 1 - ids.index(checkout.commit)}"


def _status(checkout: Checkout, paths: Sequence[str], *, ignored: bool, full: bool = False) -> Iterator[str]:
    """A line a file that is not as it was committed, in the order of their names; ``full``: as porcelain v2 has it."""
    committed: Mapping[str, str] = checkout.committed()
    here = {path: blob_id((checkout.folder / path).read_bytes()) for path in checkout.files()}
    marks = dict.fromkeys(committed.keys() - here.keys(), " D")
    marks |= {path: " M" for path, blob in here.items() if committed.get(path, blob) != blob}
    for path in here.keys() - committed.keys():
        marks[path] = "!!" if checkout.ignores(path) else "??"
    for path, mark in sorted(marks.items()):
        if (mark != "!!" or ignored) and _is_meant(path, paths, checkout.folder):
            blob = committed.get(path, "")
            v2 = (
                f"1 {mark.replace(' ', '.')} N... 100644 100644 100644 {blob} {blob} {path}"
                if blob
                else f"{mark[0]} {path}"
            )
            yield v2 if full else f"{mark} {path}"


def _is_meant(path: str, paths: Sequence[str], folder: Path) -> bool:
    """Is it one of the paths, or below one? Paths are relative to where the call is made."""
    asked = [(Path.cwd() / name).resolve() for name in paths]
    full = (folder / path).resolve()
    return not paths or any(full == one or one in full.parents for one in asked)
