"""Durations as Go writes them, and with it Kubernetes and Flux."""

from __future__ import annotations

import re

_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(duration: str) -> float:
    """Of ``1m0s`` it is 60, of ``425.6ms`` 0.4256; 0 where it is no duration."""
    parts = _PART.findall(duration)
    whole = "".join(number + unit for number, unit in parts) == duration
    return sum(float(number) * _UNITS[unit] for number, unit in parts) if whole else 0.0
