"""One minor version at a time, and never down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.findings import Severity
from runners.layers.version_steps import minor, not_a_version, version_step


@pytest.mark.parametrize(
    ("version", "is_one"), [("v1.33.4+k3s1", (1, 33)), ("1.12", (1, 12)), ("2", None), ("", None), ("stable", None)]
)
def test_the_minor_version(version: str, is_one: tuple[int, int] | None) -> None:
    assert minor(version) == is_one


@pytest.mark.parametrize(
    ("installed", "asked"),
    [
        ("1.11.2", "1.12.1"),
        ("1.12.1", "1.12.1"),
        ("1.12.0", "1.12.1"),
        ("v1.11.0", "1.12.0"),
        ("1.12.0-rc.9", "1.12.0"),
    ],
)
def test_a_good_step(installed: str, asked: str) -> None:
    assert version_step("longhorn", installed, asked) == ()


@pytest.mark.parametrize(
    ("installed", "asked", "words"),
    [
        ("1.12.1", "1.12.0", "is a downgrade"),
        ("1.12.1", "1.11.9", "is a downgrade"),
        ("1.12.0", "1.12.0-rc.1", "is a downgrade"),
        ("1.12.0-rc.10", "1.12.0-rc.9", "is a downgrade"),
        ("1.7.2", "1.12.1", "skips 1.8"),
        ("2.0.0", "1.9.9", "is a downgrade"),
        ("2.0", "1.9", "is a downgrade"),
        ("1.12.1", "1.11", "is a downgrade"),
    ],
)
def test_a_bad_step_is_never_overridable(installed: str, asked: str, words: str) -> None:
    (finding,) = version_step("longhorn", installed, asked)
    assert (finding.severity, finding.overridable) == (Severity.BLOCKER, False)
    assert words in finding.text


@pytest.mark.parametrize(
    ("installed", "asked"),
    [("1.12.1", ""), ("", "1.2.3"), ("1.12.1", "~1.12"), ("1.12.1", "2.0.0"), ("1.12.1", "1.12"), ("1.9", "2.0")],
)
def test_a_step_that_can_not_be_told_closes_overridably(installed: str, asked: str) -> None:
    (finding,) = version_step("longhorn", installed, asked)
    assert (finding.severity, finding.overridable) == (Severity.UNKNOWN, True)


@pytest.mark.parametrize("typed", ["1.9", "v1.12", "1.12.1"])
def test_what_names_a_minor_version_is_taken(typed: str) -> None:
    assert not not_a_version(typed)


@pytest.mark.parametrize("typed", ["1.x", "1", "1.9x", "longhorn", "1.9, I think"])
def test_what_names_none_is_not(typed: str) -> None:
    assert not_a_version(typed) == f"{typed} is no version: two numbers with a point between them, as 1.9"


_VERSIONS = st.builds("{}.{}.{}".format, st.integers(1, 2), st.integers(0, 3), st.integers(0, 3))


@given(_VERSIONS, _VERSIONS)
def test_of_two_versions_at_most_one_way_is_open(one: str, other: str) -> None:
    if one != other:
        assert version_step("x", one, other) or version_step("x", other, one)


@given(_VERSIONS, _VERSIONS)
def test_a_lower_version_is_never_overridable(one: str, other: str) -> None:
    if [*map(int, one.split("."))] < [*map(int, other.split("."))]:
        (finding,) = version_step("x", other, one)
        assert not finding.overridable
