from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.snapshot_support import svg_pictures
from tests.tui.still_session import StillSession, still_session

__all__ = ["anyio_backend", "session", "svg_pictures"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[StillSession]:
    """A session whose cluster is what the test writes into its store."""
    made = still_session(tmp_path)
    yield made
    made.stop()
