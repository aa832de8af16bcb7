"""Starting a demo, and giving up on it."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from pathlib import Path

import pytest

from runners.demo.launch import Demo
from tests.rig.waiting import until


def test_an_interrupt_while_it_is_set_up_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def interrupt() -> None:
        until("the first file of the demo", lambda: list(tmp_path.glob("*/*")))
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt), Demo("healthy", 0.0):
        pytest.fail("it was set up before the interrupt came")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_one_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    demo = Demo("empty", 0.0)
    with demo as place:
        # What Flux fetched would otherwise be in the machine's own folder for such things.
        assert [each.parent for each in tmp_path.rglob("bedplate-source-*")] == [place.folder]
        demo._process.kill()
    assert list(tmp_path.iterdir()) == []
