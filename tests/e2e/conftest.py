"""What the tests of the whole program share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.place import Place
from tests.e2e.remains import Remains
from tests.rig.cluster import Rig


@pytest.fixture
def place(api_rig: Rig, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """A repository and a namespace of the test's own, on a cluster where nothing acts on objects."""
    name = request.node.name.removeprefix("test_").translate(str.maketrans("_[", "--", "]"))
    return Place(api_rig, tmp_path, name[:50].strip("-"))


@pytest.fixture(scope="session")
def remains() -> Iterator[Remains]:
    """What is left of a cluster that has lived and died, for the whole run."""
    with Remains() as remains:
        yield remains
