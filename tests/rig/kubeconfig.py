"""Writes kubeconfig files that hold everything they need."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import yaml

from tests.rig.certs import Pair


def write_kubeconfig(path: Path, *, server: str, ca: Path, user: Pair, context: str = "rig") -> Path:
    """Writes a file with one context, readable by its owner only, and returns its path."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [{"name": context, "cluster": {"server": server, "certificate-authority-data": _data(ca)}}],
        "users": [
            {
                "name": context,
                "user": {"client-certificate-data": _data(user.cert), "client-key-data": _data(user.key)},
            }
        ],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        yaml.safe_dump(config, handle)
    return path


def _data(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
