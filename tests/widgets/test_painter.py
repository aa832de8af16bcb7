from __future__ import annotations

import asyncio

import pytest

from widgets.painter import Painter

pytestmark = pytest.mark.anyio


async def test_the_first_change_is_painted_at_once_and_the_rest_together() -> None:
    painted: list[float] = []
    again = asyncio.Event()
    loop = asyncio.get_running_loop()

    def paint() -> None:
        painted.append(loop.time())
        if len(painted) == 2:
            again.set()

    painter = Painter(paint, frame=0.02, clock=lambda: 0.0)
    painter.ask()
    assert not painted, "it has not begun"
    painter.start()
    painter.ask()
    assert len(painted) == 1
    for _ in range(100):
        painter.ask()
    assert len(painted) == 1
    await asyncio.wait_for(again.wait(), 5)
    assert painted[1] - painted[0] >= 0.015
    painter.stop()


async def test_nothing_is_painted_after_the_end() -> None:
    painted: list[int] = []
    painter = Painter(lambda: painted.append(1), frame=0.01, clock=lambda: 0.0)
    painter.start()
    painter.ask()
    painter.ask()
    painter.stop()
    painter.ask()
    await asyncio.sleep(0.03)
    assert painted == [1]
