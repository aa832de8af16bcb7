from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.quantities import bytes_of, quantity_of


@pytest.mark.parametrize(
    ("quantity", "size"), [("10Gi", 10 * 2**30), ("5G", 5 * 10**9), ("1024", 1024), ("", 0), ("much", 0), ("1.5Gi", 0)]
)
def test_quantities(quantity: str, size: int) -> None:
    assert bytes_of(quantity) == size


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (10 * 2**30, "10Gi"),
        (2**41, "2Ti"),
        (1536 * 2**20, "1536Mi"),
        (5 * 2**10, "5Ki"),
        (10_000_000_001, "10000000001"),
        (0, "0"),
    ],
)
def test_a_size_is_written_in_the_unit_that_says_it_exactly(size: int, written: str) -> None:
    assert quantity_of(size) == written


@given(st.integers(min_value=1, max_value=2**50))
def test_no_size_is_rounded(size: int) -> None:
    assert bytes_of(quantity_of(size)) == size
