from __future__ import annotations

import pytest

from runners.layers.quantities import bytes_of


@pytest.mark.parametrize(
    ("quantity", "size"), [("10Gi", 10 * 2**30), ("5G", 5 * 10**9), ("1024", 1024), ("", 0), ("much", 0), ("1.5Gi", 0)]
)
def test_quantities(quantity: str, size: int) -> None:
    assert bytes_of(quantity) == size
