"""What is settled before the screen opens."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from runners.layers.unusable import UnusableError
from runners.session import Session
from tui.start import open_screen


@pytest.fixture
def collecting() -> Iterator[None]:
    """The collector goes on afterwards: the app that would see to that never starts."""
    yield
    gc.enable()


@pytest.mark.usefixtures("collecting")
def test_a_size_that_a_shell_exports_is_not_the_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TEXTUAL_FPS", "120")
    for terminals in ("keys_held", "first_frame"):
        monkeypatch.setattr(f"tui.start.{terminals}", lambda *_args, **_more: nullcontext())

    def make() -> Session:
        assert {"COLUMNS", "LINES"}.isdisjoint(os.environ)
        raise UnusableError("no cluster")

    with pytest.raises(UnusableError):
        open_screen(make)
