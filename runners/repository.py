"""The person's repository on disk: where its settings are read from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runners.layers.config import NAME, parse
from runners.layers.discovery import HELMFILES, discover
from runners.layers.settings import Settings


def read_settings(root: Path) -> Settings:
    """The settings of a repository: its bedplate.yaml, completed by what discovery finds.

    Raises:
        runners.layers.config.ConfigError: bedplate.yaml is there and can't be used.
    """
    found = discover(_telling_files(root))
    path = root / NAME
    try:
        source = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return found
    return parse(source, found=found, name=str(path))


def _telling_files(root: Path) -> Iterator[str]:
    """The files that discovery looks at, without walking a whole checkout."""
    for name in HELMFILES:
        yield from (path.relative_to(root).as_posix() for path in root.glob(f"*/{name}"))
    yield from (path.relative_to(root).as_posix() for path in root.glob("clusters/*/*"))
