from __future__ import annotations

import pytest

from tests.snapshot_support import svg_pictures

__all__ = ["anyio_backend", "svg_pictures"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
