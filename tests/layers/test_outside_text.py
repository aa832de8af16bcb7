"""Text from outside: nothing of it acts on a terminal, and no credential of it stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.outside_text import harmless, redact


@given(st.text())
def test_nothing_is_left_that_a_terminal_would_follow(text: str) -> None:
    left = harmless(text)
    assert not any(char < " " and char not in "\t\n" for char in left)
    assert not any("\x7f" <= char <= "\x9f" for char in left)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("a\tb\nc", "a\tb\nc"),
        ("\u202eevil", "evil"),
        ("grün ✔", "grün ✔"),
    ],
)
def test_harmless(text: str, left: str) -> None:
    assert harmless(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://git:hunter2@git.home/x", "https://…@git.home/x"),
        ("password=hunter2 and more", "password=… and more"),
        ('{"token": "hunter2"}', '{"token": …"}'),
        ("Authorization: Bearer abcdefghijkl", "Authorization: …"),
        ("bearer abcdefghijkl", "bearer …"),
        ("minio.rootPassword: hunter2", "minio.rootPassword: …"),
        ("revision 7 of longhorn", "revision 7 of longhorn"),
        ("https://10.0.0.10:6443/api", "https://10.0.0.10:6443/api"),
    ],
)
def test_redact(text: str, left: str) -> None:
    assert redact(text) == left
