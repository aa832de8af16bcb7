"""Which version of a chart a helmfile asks for."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from runners.layers.jsons import text
from runners.tools.helm import split_chart
from runners.tools.helmfile_output import Asked

_EXACT = re.compile(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")


def is_exact(version: str) -> bool:
    """Is it one version, and no range?"""
    return _EXACT.fullmatch(version) is not None


def asked_version(folder: Path, wanted: Asked, labels: tuple[str, ...]) -> str:
    """The version of the chart that would be applied; empty when it can't be known.

    Args:
        folder: the helmfile's, which a local chart's path is relative to.
        wanted: the release as the helmfile asks for it.
        labels: values of ``helm.sh/chart`` among the rendered objects: what a chart says of itself.
    """
    local = _local_version(folder / wanted.chart / "Chart.yaml")
    if local:
        return local
    if is_exact(wanted.version):
        return wanted.version
    chart = wanted.chart.rstrip("/").rpartition("/")[2]
    own = (split_chart(label) for label in labels)
    # A label can't hold a plus sign; charts write an underscore for it.
    return next((version.replace("_", "+") for name, version in own if name == chart), "")


def _local_version(chart: Path) -> str:
    try:
        return text(yaml.safe_load(chart.read_text(errors="replace")), "version")
    except (OSError, yaml.YAMLError, ValueError):
        return ""
