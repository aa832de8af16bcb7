from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.hints import Hint, hint_content

GROUPS = (
    (Hint("w", "walkthroughs"),),
    (Hint("i", "plan and diff"), Hint("a", "apply", enabled=False)),
    (Hint("↵", "open"), Hint("y", "yaml"), Hint("?", "help")),
)


def test_groups_stand_apart() -> None:
    assert hint_content(GROUPS, 120).plain == " w walkthroughs │ i plan and diff  a apply │ ↵ open  y yaml  ? help"


def test_what_can_not_be_done_is_struck_through() -> None:
    styles = {str(span.style) for span in hint_content(GROUPS, 120).spans}
    assert any("strike" in style for style in styles)
    assert not any("strike" in str(span.style) for span in hint_content(GROUPS[:1], 120).spans)


@given(st.integers(8, 120))
def test_help_is_always_there(width: int) -> None:
    text = hint_content(GROUPS, width).plain
    assert text.endswith("? help")
    assert len(text) <= width


def test_nothing_to_do_is_an_empty_line() -> None:
    assert hint_content((), 80).plain.strip() == ""
