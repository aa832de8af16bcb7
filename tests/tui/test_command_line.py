"""What a line after the colon means, without a screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.commands import COMMANDS
from runners.layers.kinds import CORE, CUSTOM, AnyTable
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.runs import RUNS
from tui.command_line import Act, CommandLine, Mistake, Narrow, Turn, Word
from tui.views import VIEWS, View

NAMESPACES = ("minio", "minio-tenant", "longhorn-system")
LINE = CommandLine((KUSTOMIZATIONS,), NAMESPACES)


def table(text: str) -> str:
    """The id of the view that a line turns to."""
    order = LINE.order(text)
    assert isinstance(order, Turn), order
    return order.view.id


@pytest.mark.parametrize("kind", [*CORE, *CUSTOM, KUSTOMIZATIONS, RUNS], ids=lambda kind: kind.id)
def test_every_kind_can_be_shown_by_each_of_its_names(kind: AnyTable) -> None:
    shown = {table(name) for name in (kind.id, *kind.aliases)}
    assert len(shown) == 1
    assert shown <= {kind.id, kind.table}


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("po", "pods"),
        ("no", "nodes"),
        ("nodes", "nodes"),
        ("Node", "nodes"),
        ("pvc", "claims"),
        ("pv", "persistentvolumes"),
        ("volumes.longhorn.io", "longhorn-volumes"),
        ("engines", "longhorn-engines"),
        ("kustomizations.kustomize.toolkit.fluxcd.io", "kustomizations"),
        ("ks", "kustomizations"),
        ("flux", "flux"),
        ("  deploy  ", "deployments"),
        ("dep", "deployments"),
        ("events", "events"),
    ],
)
def test_the_words_people_know(text: str, view: str) -> None:
    assert table(text) == view


def test_a_part_of_the_secrets_is_not_called_secrets() -> None:
    assert isinstance(LINE.order("secrets"), Mistake)


def test_every_command_goes_by_its_name() -> None:
    assert [LINE.order(command.name) for command in COMMANDS] == [Act(command) for command in COMMANDS]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.id)
def test_a_tab_goes_by_its_id(view: View) -> None:
    assert LINE.order(view.id) == Turn(view)


def test_namespaces_are_whole_or_the_only_ones_that_begin_so() -> None:
    assert LINE.order("ns") == Narrow("")
    assert LINE.order("ns all") == Narrow("")
    assert LINE.order("ns minio") == Narrow("minio")
    assert LINE.order("ns long") == Narrow("longhorn-system")
    order = LINE.order("po minio-t")
    assert isinstance(order, Turn)
    assert (order.view.id, order.namespace) == ("pods", "minio-tenant")
    assert LINE.order("ns mini") == Mistake("“mini” may be minio, minio-tenant")
    assert LINE.order("sc minio") == Mistake("nothing follows storageclasses")


def test_what_flux_would_serve_is_known_by_name() -> None:
    assert LINE.order("hr") == Mistake(
        "this cluster does not serve helmreleases: Flux is not installed, or without them"
    )


def test_words() -> None:
    assert [LINE.order(text) for text in ("q", "help", "ctx")] == [Word.QUIT, Word.HELP, Word.CONTEXT]


def test_candidates_come_with_the_exact_word_first_and_near_ones_where_none_begins_so() -> None:
    assert LINE.candidates("pv")[0].text == "persistentvolumes"
    assert [each.text for each in LINE.candidates("ns mi")] == ["ns minio", "ns minio-tenant"]
    assert "pods" in [each.text for each in LINE.candidates("pdos")]
    assert len(LINE.candidates("")) >= len(VIEWS) + len(COMMANDS)


@given(st.text(max_size=30))
def test_any_line_means_something_or_is_a_mistake_in_one_line(text: str) -> None:
    order = LINE.order(text)
    assert not isinstance(order, Mistake) or "\n" not in order.text
    for candidate in LINE.candidates(text):
        assert candidate.text


@given(st.sampled_from([each.text for each in LINE.candidates("")]))
def test_whatever_is_offered_is_understood(text: str) -> None:
    assert not isinstance(LINE.order(text), Mistake)
