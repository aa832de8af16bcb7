"""What helmfile and helm-diff answer, and that a plan is never silently shorter than they say."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.plans import Change, ObjectRef
from runners.tools.calls import PlanError
from runners.tools.helmfile_output import asked, changes, uninstalled

SIMPLE = (Path(__file__).parent / "fixtures" / "diff-simple.txt").read_text()
LIST = (
    '[{"name":"longhorn","namespace":"longhorn-system","enabled":true,"installed":true,'
    '"labels":"chart:longhorn,name:longhorn","chart":"../../charts/longhorn","version":""},'
    '{"name":"old","namespace":"n","enabled":true,"installed":false,"labels":"","chart":"c/old","version":"1.2.3"},'
    '{"name":"off","namespace":"n","enabled":false,"installed":true,"labels":"","chart":"c/off","version":"1.2.3"}]'
)


def test_the_releases_that_are_asked_for_are_read_without_those_that_are_switched_off() -> None:
    one, other = asked(LIST + "\n")
    assert (one.name, one.namespace, one.installed, one.chart, one.version) == (
        "longhorn", "longhorn-system", True, "../../charts/longhorn", "",
    )  # fmt: skip
    assert (other.name, other.installed, other.version) == ("old", False, "1.2.3")


def test_what_a_template_prints_before_the_list_is_no_part_of_it() -> None:
    assert len(asked("hello\n" + LIST)) == 2


@pytest.mark.parametrize("said", ["", "err: nothing", "[{]"])
def test_something_else_than_a_list_is_an_error(said: str) -> None:
    with pytest.raises(PlanError):
        asked(said)


def test_no_release_at_all_is_a_list_too() -> None:
    assert asked("null") == ()


def test_every_kind_of_line_is_read_names_with_colons_too() -> None:
    found = {item.ref: item.change for item in changes(SIMPLE, code=2)}
    assert Counter(found.values()) == {Change.ADDED: 3, Change.CHANGED: 2, Change.REMOVED: 1}
    assert found[ObjectRef("ClusterRole", "web", "web:reader", "rbac.authorization.k8s.io")] is Change.ADDED
    assert found[ObjectRef("Secret", "web", "random")] is Change.CHANGED
    # A name that looks like an assignment of a secret is a name.
    assert ObjectRef("ClusterRole", "web", "token:password:reader", "rbac.authorization.k8s.io") in found


def test_colours_change_nothing() -> None:
    coloured = SIMPLE.replace("web, agent", "\x1b[0;32mweb, agent").replace("added.", "added.\x1b[0m")
    assert changes(coloured, code=2) == changes(SIMPLE, code=2)


@pytest.mark.parametrize("line", range(2, 8))
def test_a_line_that_is_missing_is_an_error_and_no_shorter_plan(line: int) -> None:
    lines = SIMPLE.splitlines()
    del lines[line]
    with pytest.raises(PlanError, match="not complete"):
        changes("\n".join(lines), code=2)


def test_a_line_that_is_not_understood_is_an_error() -> None:
    with pytest.raises(PlanError, match="not understood"):
        changes(SIMPLE.replace("web, agent, DaemonSet (apps)", "web agent DaemonSet"), code=2)


def test_no_change_prints_nothing_at_all() -> None:
    assert changes("Comparing release=web, chart=../web, namespace=web\n", code=0) == ()


def test_changes_that_are_not_printed_are_an_error() -> None:
    with pytest.raises(PlanError, match="suppressDiff"):
        changes("", code=2)


def test_two_plans_at_once_are_an_error() -> None:
    with pytest.raises(PlanError, match="2 plans"):
        changes(SIMPLE + SIMPLE, code=2)


def test_what_would_be_uninstalled_stands_on_standard_error() -> None:
    said = "Affected releases are:\n  web (../web) DELETED\n  other (../o) UPDATED\n\nIdentified at least one change\n"
    assert uninstalled(said) == {("web", "../web")}


@given(st.text())
def test_no_text_breaks_the_readers(said: str) -> None:
    for read in (asked, partial(changes, code=2)):
        with suppress(PlanError):
            read(said)
    uninstalled(said)


_NAMES = st.text(st.sampled_from("ab0.:-"), min_size=1, max_size=6)
_LINES = st.tuples(_NAMES, _NAMES, st.sampled_from(["v1", "apps", "example.org"]), st.sampled_from(list(Change)))


@settings(max_examples=50)
@given(st.lists(_LINES, unique_by=lambda line: line[:3], max_size=8))
def test_as_many_objects_as_lines_are_read(lines: list[tuple[str, str, str, Change]]) -> None:
    said = [f"{where}, {name}, Thing ({api}) to be {change.value}." for where, name, api, change in lines]
    count = Counter(change for *_, change in lines)
    said.append(
        f"Plan: {count[Change.ADDED]} to add, {count[Change.CHANGED]} to change, {count[Change.REMOVED]} to destroy."
    )
    found = changes("\n".join(said), code=2)
    assert [(item.ref.namespace, item.ref.name, item.change) for item in found] == [(w, n, c) for w, n, _, c in lines]
