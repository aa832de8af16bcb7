"""Short calls of tools that only read, with what they print kept in memory: the other place that starts a process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio.abc import ByteReceiveStream, Process

from runners.tools import run_files
from runners.tools.private_files import private_kubeconfig, state_home, with_kubeconfig

_MEBIBYTE = 1 << 20
_PATIENCE = 3.0
"""Seconds between SIGINT and SIGKILL, and between the end of a tool and the end of what it printed."""


class ToolMissing(Exception):  # noqa: N818  it says what is the case
    """The tool is not there, or can't be started; the text says which and why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


class ToolTimeout(Exception):  # noqa: N818
    """The tool was not done in time and was ended."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What one call printed, and how it ended."""

    argv: tuple[str, ...]
    code: int
    """The tool's own; 128 + the signal's number where a signal ended it."""
    stdout: str = field(repr=False)
    stderr: str = field(repr=False)
    """Both decoded as UTF-8 with odd bytes replaced. They may hold secrets: not for a log."""
    seconds: float
    truncated: bool = False
    """More than ``limit`` bytes came on one of them and the rest was dropped."""


async def capture(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    cwd: Path | str,
    kubeconfig: str | None = None,
    timeout: float,  # noqa: ASYNC109  the tool is asked to end before the caller is told
    limit: int = 64 * _MEBIBYTE,
    folder: Path | None = None,
) -> Captured:
    """Runs a tool that only reads, and returns what it printed whatever its exit code.

    ``environ`` is the tool's complete environment. ``kubeconfig`` is the text of a private one: KUBECONFIG and
    ``{kubeconfig}`` in the argv name its file, which is kept in ``folder`` (that environment's state folder) and gone
    afterwards. When cancelled, or after ``timeout`` seconds, the tool gets SIGINT and three seconds to follow it;
    then its process group is killed. That is why a tool that changes something must be a run instead.

    Raises:
        ToolMissing: it is not there, or can't be started.
        ToolTimeout: it was not done after ``timeout`` seconds.
    """
    with private_kubeconfig(kubeconfig, folder or state_home(environ) / "private") as path:
        argv, environ = with_kubeconfig(tuple(argv), environ, path)
        started = time.monotonic()
        process = await _open(argv, environ, cwd)
        out, err = _Drain(limit), _Drain(limit)
        try:
            with anyio.fail_after(timeout):
                code = await _run(process, out, err)
        except TimeoutError:
            raise ToolTimeout(f"{argv[0]} was not done after {timeout:g} s and was ended") from None
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process, complete=out.complete and err.complete)
        seconds = time.monotonic() - started
        return Captured(tuple(argv), code, out.text(), err.text(), seconds, out.truncated or err.truncated)


class _Drain:
    """Everything that comes on a stream, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = bytearray()
        self.truncated = False
        self.complete = False

    async def read(self, stream: ByteReceiveStream) -> None:
        """Reads to the end, also beyond the limit: a full pipe would stop the tool."""
        async for part in stream:
            room = self._limit - len(self._bytes)
            self._bytes += part[:room]
            self.truncated = self.truncated or len(part) > room
        self.complete = True

    def text(self) -> str:
        """What came, decoded."""
        return self._bytes.decode("utf-8", "replace")


async def _open(argv: Sequence[str], environ: Mapping[str, str], cwd: Path | str) -> Process:
    with anyio.CancelScope(shield=True):  # cancelled halfway, nobody would have the process to end it
        try:
            process = await anyio.open_process(
                argv, env=environ, cwd=cwd, stdin=subprocess.DEVNULL, start_new_session=True
            )
        except (OSError, ValueError) as error:
            raise ToolMissing(argv[0], run_files.why_not_started(argv[0], str(cwd), error)) from error
    return process


async def _run(process: Process, out: _Drain, err: _Drain) -> int:
    """Waits for the tool and for its streams; a child that outlives it and holds them open is not waited for."""
    assert process.stdout is not None
    assert process.stderr is not None
    async with anyio.create_task_group() as drains:
        drains.start_soon(out.read, process.stdout)
        drains.start_soon(err.read, process.stderr)
        code = await process.wait()
        drains.cancel_scope.deadline = anyio.current_time() + _PATIENCE
    return code if code >= 0 else 128 - code


async def _end(process: Process, *, complete: bool) -> None:
    """Leaves nothing of the tool behind: asks it, waits, and kills what is left of its group.

    A tool that ended by itself, with both streams at their end, left nothing.
    """
    ended = process.returncode is not None
    if not ended:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        with anyio.move_on_after(_PATIENCE):
            await process.wait()
    if not (ended and complete):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.aclose()
