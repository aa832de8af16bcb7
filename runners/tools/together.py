"""Several calls side by side, a few at a time; the first failure is the one that is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

from runners.tools.calls import ToolError

T = TypeVar("T")


async def together(calls: Sequence[Callable[[], Awaitable[T]]], *, at_once: int) -> tuple[T, ...]:
    """The calls' results in their order.

    Raises:
        ToolError: the first that a call raised; calls that had not begun by then don't begin.
    """
    results: dict[int, T] = {}
    failures: list[ToolError] = []
    limit = anyio.CapacityLimiter(at_once)

    async def run(at: int, call: Callable[[], Awaitable[T]]) -> None:
        async with limit:
            if failures:
                return
            try:
                results[at] = await call()
            except ToolError as error:
                failures.append(error)

    async with anyio.create_task_group() as group:
        for at, call in enumerate(calls):
            group.start_soon(run, at, call)
    if failures:
        raise failures[0]
    return tuple(results[at] for at in range(len(calls)))
