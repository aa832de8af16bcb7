"""A step's commands on the screen: what can be read is shown, and nothing is chopped."""

from __future__ import annotations

import pytest

from tui.step_calls import call_facts

LONG = "kubectl apply -f - <<< '" + "x" * 300 + "'"
MIDDLE = "flux bootstrap git " + "x" * 200
MANIFEST = "kubectl apply -f - <<'END'\nkind: Pod\nmetadata: {}\nEND\nkubectl get pods"


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("", []),
        ("a", ["$ a"]),
        ("\n".join("abcdef"), [f"$ {each}" for each in "abcdef"]),
        ("\n".join("abcdefg"), [*(f"$ {each}" for each in "abcdef"), "and 1 command more: c copies them all"]),
        (LONG, ["1 command too long to show: c copies it, into a file too"]),
        (f"# why\n{LONG}", ["1 command too long to show: c copies it, into a file too"]),
        (f"# why\n{MIDDLE}", ["# why", f"$ {MIDDLE}"]),
        (f"a\n{MIDDLE}", ["$ a", "and 1 command more: c copies them all"]),
        (f"{MIDDLE}\n{MIDDLE}", [f"$ {MIDDLE}", "and 1 command more: c copies them all"]),
        (f"{LONG}\n{LONG}", ["2 commands too long to show: c copies them all, into a file too"]),
        (f"a\n# why\n{LONG}\nb\n{LONG}", ["$ a", "and 3 commands more: c copies them all"]),
        ("a\n" * 7, [*["$ a"] * 6, "and 1 command more: c copies them all"]),
        (
            MANIFEST,
            ["$ kubectl apply -f - <<'END'   # and 2 lines", "$ kubectl get pods", "c copies them all whole"],
        ),
        ("kubectl apply -f - <<END\nkind: Pod", ["$ kubectl apply -f - <<END   # and 1 line", "c copies it whole"]),
        ("a <<< '<<END'", ["$ a <<< '<<END'"]),
    ],
)
def test_commands(command: str, shown: list[str]) -> None:
    assert [fact.text for fact in call_facts(command)] == shown
