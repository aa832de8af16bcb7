"""The fields that the real CRDs know, and those that an object has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path


def fields() -> Mapping[str, set[str]]:
    """The fields that the CRDs know, by level; ``*`` stands for any key."""
    lines = (Path(__file__).parent / "crd_fields.txt").read_text().splitlines()
    pairs = [line.split(": ") for line in lines if not line.startswith("#")]
    return {level: set(names.split()) for level, names in pairs}


def written(level: str, value: object) -> Iterator[tuple[str, str]]:
    """Level and name of each field below an object; lists add no level."""
    if isinstance(value, list):
        for item in value:
            yield from written(level, item)
    elif isinstance(value, Mapping):
        for name, below in value.items():
            if level.count(".") == 0 and name == "metadata":
                continue
            if level == "tenants" and name == "spec":
                continue
            yield level, name
            yield from written(f"{level}.{name}", below)


def allowed(field: tuple[str, str], known: Mapping[str, set[str]]) -> bool:
    """Is a field one of those that are known?"""
    level, name = field
    for pattern, names in known.items():
        parts, wanted = level.split("."), pattern.split(".")
        if len(parts) == len(wanted) and all(w in ("*", p) for p, w in zip(parts, wanted, strict=True)):
            return name in names or "*" in names
    # A map of objects: its keys are free.
    return any(pattern.startswith(f"{level}.*") for pattern in known)
