from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.demo.memory_api import MemoryApi
from tests.demo.play import CRS, TENANT, everything


def test_every_field_that_is_written_is_one_of_the_real_crds(tenant: MemoryApi) -> None:
    everything(tenant)
    known = fields()
    seen = set()
    for path, obj in tenant.objects.items():
        if path.startswith(CRS) or path == TENANT:
            plural = path.split("/")[-2]
            seen.add(plural)
            unknown = [name for name in written(plural, obj) if not allowed(name, known)]
            assert unknown == [], plural
    assert seen == {
        "volumes",
        "engines",
        "replicas",
        "nodes",
        "engineimages",
        "instancemanagers",
        "settings",
        "backuptargets",
        "recurringjobs",
        "backupvolumes",
        "backups",
        "systembackups",
        "tenants",
    }


def test_an_unknown_field_would_be_seen() -> None:
    assert not allowed(("volumes.status", "mood"), fields())
    assert not allowed(("nodes.status.diskStatus.default-disk", "mood"), fields())
    assert allowed(("nodes.status.diskStatus", "default-disk"), fields())


def fields() -> Mapping[str, set[str]]:
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
    level, name = field
    for pattern, names in known.items():
        parts, wanted = level.split("."), pattern.split(".")
        if len(parts) == len(wanted) and all(w in ("*", p) for p, w in zip(parts, wanted, strict=True)):
            return name in names or "*" in names
    # A map of objects: its keys are free.
    return any(pattern.startswith(f"{level}.*") for pattern in known)
