"""Which of the files that Flux applies are encrypted with sops, and who applies them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from runners.layers.discovery.documents import Files
from runners.layers.discovery.reach import GitObject

ROOT = "flux-system/flux-system"
"""Whoever applies what no other Kustomization does."""
_SOPS = re.compile(r"^\s*[\"']?sops[\"']?\s*:", re.MULTILINE)
_CIPHER = "ENC[AES256_GCM,"


def is_encrypted(source: str) -> bool:
    """Is a file encrypted with sops? Its values are, and it says with which keys."""
    return _CIPHER in source and _SOPS.search(source) is not None


def encrypted_files(files: Files, objects: Iterable[GitObject]) -> Mapping[str, tuple[str, ...]]:
    """``namespace/name`` of a Flux Kustomization → the encrypted files of what it applies; without those without."""
    found: dict[str, dict[str, None]] = {}
    known: dict[str, bool] = {}
    for one in objects:
        if one.path not in known:
            known[one.path] = is_encrypted(files[one.path])
        if known[one.path]:
            found.setdefault(one.applier or ROOT, {})[one.path] = None
    return {applier: tuple(paths) for applier, paths in found.items()}
