"""Which version of each release a helmfile asks for, as far as that is written out: a look that runs nothing.

A template may say anything; what it fills in only a plan can tell, and nothing is said of it here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import yaml

from runners.layers.jsons import Json, mapping, sequence, text, truth
from runners.tools.chart_versions import is_exact
from runners.tools.helmfile_source import Source, is_chart, read_source

_TEMPLATE = "{{"
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_asked(helmfile: Path, only: Collection[str] = ()) -> tuple[Source, Mapping[str, str]]:
    """What a helmfile says of itself, and which versions it asks for: its files are gone through once for both.

    Args:
        helmfile: the file, or a folder of them.
        only: the releases that are meant; all of them where none is named.

    Returns:
        What it says, and ``namespace/name`` of each release that is written out → its version; a chart in a folder
        says its own.
    """
    source, files = read_source(helmfile)
    found: dict[str, str] = {}
    for file in files:
        if file.suffix in (".yaml", ".yml", ".gotmpl") and file.is_file():
            found |= dict(_releases(file))
    return source, {name: version for name, version in found.items() if not only or name in only}


def asked_versions(helmfile: Path, only: Collection[str] = ()) -> Mapping[str, str]:
    """The versions alone."""
    return read_asked(helmfile, only)[1]


def own_version(asked: Mapping[str, str], component: str) -> str:
    """Of the releases of a component, the exact version of the one that bears its name; empty where none is."""
    found = (version for place, version in asked.items() if place.rpartition("/")[2] == component)
    return next((version for version in found if is_exact(version)), "")


def _releases(file: Path) -> Iterator[tuple[str, str]]:
    for document in _documents(file):
        for release in sequence(document, "releases"):
            name = text(release, "name")
            place = f"{text(release, 'namespace') or text(document, 'namespace')}/{name}"
            version = _version(mapping(release), file.parent)
            if name and version and _TEMPLATE not in place + version and truth(release, "installed", default=True):
                yield place, version


def _version(release: Json, folder: Path) -> str:
    chart = text(release, "chart")
    place = folder / chart
    if chart.startswith((".", "/")) and is_chart(place):
        return next((text(document, "version") for document in _documents(place / "Chart.yaml")), "")
    return text(release, "version")


def _documents(file: Path) -> list[object]:
    """The YAML documents of a file; none where it is a template that is no YAML, or can't be read."""
    try:
        return list(yaml.load_all(file.read_text(errors="replace"), Loader=_Loader))
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return []
