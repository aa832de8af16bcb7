from __future__ import annotations

import pytest
from hypothesis import settings

from tests.snapshot_support import svg_pictures

# A busy machine is slow, which says nothing about the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

__all__ = ["anyio_backend", "svg_pictures"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
