from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.cron import DAY, HOUR, longest_pause


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("0 2 * * *", DAY),
        ("0 2,14 * * *", 12 * HOUR),
        ("0 */6 * * *", 6 * HOUR),
        ("15 9-17 * * *", 16 * HOUR),
        ("0 * * * *", HOUR),
        ("*/20 * * * *", 20 * 60),
        ("* * * * *", 60),
        ("0 3 * * 0", 7 * DAY),
        ("0 3 * * 7", 7 * DAY),
        ("0 3 ? * MON-FRI", 3 * DAY),
        ("0 3 1 * *", 31 * DAY),
        ("0 3 */2 * *", 2 * DAY),
        ("0 3 1,15 * 1", 7 * DAY),
        ("0 3 1 jan,jul *", 6 * 31 * DAY),
        ("@daily", DAY),
        ("@Hourly", HOUR),
        ("@reboot", 0),
        ("", 0),
        ("0 2 * *", 0),
        ("0 25 * * *", 0),
        ("0 5-2 * * *", 0),
        ("0 x * * *", 0),
        ("0 */0 * * *", 0),
        ("0 2 * * * *", 0),
    ],
)
def test_the_longest_pause(expression: str, seconds: float) -> None:
    assert longest_pause(expression) == seconds


@settings(max_examples=50)
@given(st.text("0123456789*/,-?@ abm", max_size=20))
def test_whatever_is_written_is_a_time_or_nothing(expression: str) -> None:
    assert 0 <= longest_pause(expression) <= 366 * 2 * DAY
