"""Which version a helmfile asks for, as far as its files say so without being run."""

from __future__ import annotations

from pathlib import Path

import yaml

from runners.layers.jsons import mapping, sequence, text
from runners.tools.chart_versions import asked_version
from runners.tools.helmfile_output import Asked
from runners.tools.helmfile_source import helmfiles


def written_version(helmfile: Path, release: str) -> str:
    """The version of a release's chart; empty where a template, a range or another file decides it."""
    for path in helmfiles(helmfile):
        if path.suffix == ".gotmpl":
            continue
        try:
            documents = list(yaml.safe_load_all(path.read_text(errors="replace")))
        except (OSError, yaml.YAMLError, ValueError, RecursionError):
            continue
        for found in (mapping(each) for document in documents for each in sequence(document, "releases")):
            if text(found, "name") == release:
                chart, version = text(found, "chart"), text(found, "version")
                wanted = Asked(release, text(found, "namespace"), installed=True, chart=chart, version=version)
                return asked_version(path.parent, wanted, ())
    return ""
