"""Flux's CRDs as ``flux install`` writes them, with what the HelmRelease of the rig's module is too old to have."""

from __future__ import annotations

from typing import Any

import yaml

from tests.rig.cluster import Rig
from tests.rig.flux import COMPONENTS

_INVENTORY = {
    "type": "object",
    "required": ["entries"],
    "properties": {
        "entries": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "v"],
                "properties": {"id": {"type": "string"}, "v": {"type": "string"}},
            },
        }
    },
}
"""``status.inventory``, which helm-controller writes since 1.5."""


def flux_crds(rig: Rig) -> list[dict[str, Any]]:
    """The definitions of the kinds of the rig's controllers."""
    exported = rig.run("flux", "install", "--export", f"--components={COMPONENTS}")
    assert exported.returncode == 0, exported.stderr
    found = [each for each in yaml.safe_load_all(exported.stdout) if each["kind"] == "CustomResourceDefinition"]
    for crd in found:
        if crd["spec"]["names"]["kind"] == "HelmRelease":
            for version in crd["spec"]["versions"]:
                status = version["schema"]["openAPIV3Schema"]["properties"]["status"]
                status["properties"].setdefault("inventory", _INVENTORY)
    return found
