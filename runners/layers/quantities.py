"""Kubernetes' quantities of storage."""

from __future__ import annotations

import re

_QUANTITY = re.compile(r"(\d+)(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?")
_UNITS = {
    **{f"{unit}i": 2 ** (10 * power) for power, unit in enumerate("KMGTP", 1)},
    **{unit: 10 ** (3 * power) for power, unit in enumerate("kMGTP", 1)},
    "": 1,
}


def bytes_of(quantity: str) -> int:
    """Bytes of a quantity such as ``10Gi``; 0 where it is none."""
    found = _QUANTITY.fullmatch(quantity)
    return int(found[1]) * _UNITS[found[2] or ""] if found else 0


def quantity_of(size: int) -> str:
    """Bytes as a Kubernetes quantity in the largest unit that says them exactly: ``10Gi``, ``1536Mi``."""
    binary = (unit for unit in "PTGMK" if size and size % _UNITS[f"{unit}i"] == 0)
    unit = next(binary, "")
    return f"{size // _UNITS[f'{unit}i']}{unit}i" if unit else str(size)
