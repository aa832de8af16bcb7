from __future__ import annotations

import time
from typing import Any

import pytest

from runners.demo.actors.cast import Cast
from runners.demo.actors.longhorn import Longhorn
from tests.demo.memory_api import MemoryApi
from tests.demo.play import everything, play


def test_nothing_is_written_once_everything_is_as_it_should_be(tenant: MemoryApi) -> None:
    actors = everything(tenant)
    tenant.writes.clear()
    play(tenant, *actors)
    assert tenant.writes == []


def test_a_cast_survives_a_server_that_refuses(caplog: pytest.LogCaptureFixture) -> None:
    class Refusing(MemoryApi):
        def request(self, method: str, path: str, **_: object) -> Any:
            raise ConnectionError("the line is cut")

    longhorn = Longhorn(Refusing())
    with Cast([longhorn]) as cast:
        deadline = time.monotonic() + 30
        while not cast.troubles and time.monotonic() < deadline:
            time.sleep(0.01)
    assert cast.troubles == ("longhorn-manager: ConnectionError: the line is cut",)
    assert "the line is cut" in caplog.text
