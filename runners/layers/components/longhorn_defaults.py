"""Longhorn's settings as manifests set them: by the chart's ConfigMap, or each as an object of its own.

Longhorn's manager writes what the ConfigMap says whenever a setting says otherwise: a person's value does not stay
(longhorn-manager, ``datastore/longhorn.go``, and the controller of that ConfigMap).
"""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.discovery.documents import read
from runners.layers.jsons import Json, text
from runners.layers.kinds.longhorn import GROUP

DEFAULTS = "longhorn-default-setting"
"""The ConfigMap's name."""
_FILE = "default-setting.yaml"


def default_settings(obj: Json) -> Mapping[str, str]:
    """Setting → value, of a rendered object that sets some; empty for any other.

    The ConfigMap is the chart's ``templates/default-setting.yaml``: it has only those that the values name.
    """
    name = text(obj, "metadata", "name")
    if text(obj, "kind") == "Setting" and text(obj, "apiVersion").startswith(f"{GROUP}/"):
        return {name: text(obj, "value")}
    if name != DEFAULTS:
        return {}
    documents = read(text(obj, "data", _FILE)).documents  # its scalars stay text, as Longhorn takes them
    return {name: text(value) for name, value in documents[0].items()} if documents else {}
