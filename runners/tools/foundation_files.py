"""Reads the files of the foundation's helmfiles, for those who ask what is written there. Nothing is run."""

from __future__ import annotations

from pathlib import Path

import yaml

from runners.layers.settings import FoundationEntry
from runners.layers.upward import Written
from runners.tools.helmfile_source import read_source

_LARGEST = 512 * 1024
"""Bytes of a values file that is read; a larger one holds more than settings."""
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_written(repository: Path, entry: FoundationEntry) -> Written:
    """The helmfile of one component and the values files that it names, as YAML; what is none is named."""
    documents: dict[str, tuple[object, ...]] = {}
    unreadable: list[str] = []
    source, found = read_source(repository / entry.helmfile)
    beside = (repository / entry.helmfile).parent
    named = (beside / path for path in source.paths if path.endswith((".yaml", ".yml", ".gotmpl")))
    for path in dict.fromkeys(file.resolve() for file in (*found, *named) if file.is_file()):
        shown = _shown(path, repository)
        read = _documents(path)
        if read is None:
            unreadable.append(shown)
        else:
            documents[shown] = read
    return Written(entry.component, entry.helmfile, documents, tuple(unreadable))


def _shown(path: Path, repository: Path) -> str:
    root = repository.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _documents(path: Path) -> tuple[object, ...] | None:
    """None for a template, for what is too large, and for what is no YAML."""
    if path.suffix == ".gotmpl":
        return None
    try:
        if path.stat().st_size > _LARGEST:
            return None
        return tuple(yaml.load_all(path.read_text(encoding="utf-8", errors="replace"), Loader=_Loader))
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return None
