"""Longhorn's settings as its chart sets them: in a ConfigMap, from which the manager takes them at every change."""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.discovery.documents import read
from runners.layers.jsons import Json, mapping, text

DEFAULTS = "longhorn-default-setting"
"""The ConfigMap's name."""
_FILE = "default-setting.yaml"


def default_settings(obj: Json) -> Mapping[str, str]:
    """Setting → value, of a rendered object that sets some; empty for any other.

    From the chart's ``templates/default-setting.yaml``: it has only those that the values name.
    """
    if text(obj, "metadata", "name") != DEFAULTS:
        return {}
    documents = read(text(obj, "data", _FILE)).documents
    return {name: text(value) for name, value in mapping(documents[0]).items()} if documents else {}
