"""Rows that several tests of the screen show."""

from __future__ import annotations

from runners.layers.kinds.pods import Pod
from tests.layers import worlds as w


def pod(name: str, namespace: str = "longhorn-system") -> Pod:
    """A pod that runs and is ready."""
    return Pod("pods", namespace, name, f"uid-{name}", w.LONG_AGO, 1, 1, "Running", 0, "node-1", True)
