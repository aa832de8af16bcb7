"""What helm is asked and answers."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tools.calls import ToolError
from runners.tools.helm import installed_releases, list_argv, manifest_argv, split_chart

LIST = """[{"name":"longhorn","namespace":"longhorn-system","revision":"2",
"updated":"2026-11-23 10:54:45.157149333 +0000 UTC","status":"deployed","chart":"longhorn-1.12.1","app_version":""},
{"name":"slow","namespace":"slow","revision":"1","updated":"","status":"pending-install","chart":"web-0.1.0"}]"""


def test_releases_are_found_by_place_and_their_revision_is_a_number() -> None:
    found = installed_releases(LIST)
    longhorn = found["longhorn-system", "longhorn"]
    assert (longhorn.revision, longhorn.status, longhorn.chart, longhorn.version) == (
        2,
        "deployed",
        "longhorn",
        "1.12.1",
    )
    assert found["slow", "slow"].status == "pending-install"


@pytest.mark.parametrize(
    ("chart", "name", "version"),
    [
        ("longhorn-1.12.1", "longhorn", "1.12.1"),
        ("kube-prometheus-stack-75.3.0", "kube-prometheus-stack", "75.3.0"),
        ("cert-manager-v1.19.0", "cert-manager", "v1.19.0"),
        ("longhorn-1.12.0-rc.1", "longhorn", "1.12.0-rc.1"),
        ("a-1.2.3+build.5", "a", "1.2.3+build.5"),
        ("old-0.1", "old", "0.1"),
        ("no-version", "no-version", ""),
        ("", "", ""),
    ],
)
def test_a_chart_is_split_into_name_and_version(chart: str, name: str, version: str) -> None:
    assert split_chart(chart) == (name, version)


def test_helm_is_pinned_and_its_limit_lifted() -> None:
    assert list_argv("home") == ("helm", "list", "--kube-context", "home", "-A", "-a", "--max", "0", "-o", "json")
    assert list_argv("home", "web")[4:6] == ("-n", "web")
    assert manifest_argv("home", "a", "b", 3)[-2:] == ("--revision", "3")


@given(st.text())
def test_no_text_breaks_the_readers(said: str) -> None:
    with suppress(ToolError):
        installed_releases(said)


@pytest.mark.parametrize("said", ["", "null", "Error: x", "{}"])
def test_something_else_than_a_list_is_an_error(said: str) -> None:
    with pytest.raises(ToolError, match="helm list answered"):
        installed_releases(said)
