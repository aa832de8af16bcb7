"""The stage waits for what is written to its cluster, and leaves the actors alone meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.demo import stage as staging
from runners.demo.actors.cast import Cast
from runners.demo.place import Place
from runners.demo.stage import Stage, StageError


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """One on which nobody plays, so that nobody else writes."""
    monkeypatch.setattr(staging, "demo_cast", lambda *_given, **_named: Cast(()))
    with Stage(Place(tmp_path, 0.0)) as found:
        yield found


def test_what_is_waited_for_is_looked_at_once_until_something_is_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_PATIENCE", 0.1)
    looks = []

    def seen() -> bool:
        looks.append(stage.server.version)
        return False

    with pytest.raises(StageError, match=r"waited .* for a miracle"):
        stage.until("a miracle", seen)
    assert len(looks) == 1


def test_a_write_is_seen(stage: Stage) -> None:
    looks = []

    def seen() -> bool:
        looks.append(stage.server.version)
        if len(looks) == 1:
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "made"}}
            stage.server.requests().request("POST", "/api/v1/namespaces", body=namespace)
        return len(looks) > 1

    stage.until("the namespace", seen)
    assert looks == sorted(set(looks))
