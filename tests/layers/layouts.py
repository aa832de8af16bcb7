"""Repositories for the tests of discovery: one text each, with the files in it and what bedplate init makes of them.

A layout is ``repositories/NAME.txt``: a line that says what it is, then each file below ``-- its/path --``. What init
proposes for it is ``repositories/NAME.yaml``; ``python -m tests.layers.layouts`` writes these anew, to be looked at.
"""

from __future__ import annotations

import re
from pathlib import Path

from runners.layers.discovery import Files, discover
from runners.layers.discovery.writing import as_yaml

FOLDER = Path(__file__).parent / "repositories"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))
_HEAD = re.compile(r"^-- (\S+) --\n", re.MULTILINE)


def layout(name: str) -> Files:
    """The files of one layout."""
    _about, *pieces = _HEAD.split((FOLDER / f"{name}.txt").read_text())
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


def expected(name: str) -> str:
    """The bedplate.yaml that init proposes for a layout."""
    return (FOLDER / f"{name}.yaml").read_text()


def write_layout(name: str, folder: Path) -> None:
    """Puts a layout on disk."""
    for path, words in layout(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(words)


if __name__ == "__main__":
    for each in NAMES:
        (FOLDER / f"{each}.yaml").write_text(as_yaml(discover(layout(each))))
