"""How the tools are called: the shape of a finished call, and what a caller needs to make one."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from runners.layers.plans import Served
from runners.tools.capture import ToolMissing, ToolTimeout
from runners.tools.tool_errors import one_line


class Said(Protocol):
    """A call that has ended."""

    @property
    def code(self) -> int:
        """The tool's exit code."""
        ...

    @property
    def stdout(self) -> str:
        """All of its standard output."""
        ...

    @property
    def stderr(self) -> str:
        """All of its standard error."""
        ...


class Capture(Protocol):
    """Runs a tool to its end with stdin closed: ``runners.tools.capture.capture``, or what stands in for it."""

    def __call__(
        self,
        argv: Sequence[str],
        *,
        environ: Mapping[str, str],
        cwd: str,
        kubeconfig: str | None,
        timeout: float,
    ) -> Awaitable[Said]:
        """Starts it and waits."""
        ...


class ToolError(Exception):
    """A tool could not do what it was asked; the text is one line for people, without secrets."""


class PlanError(ToolError):
    """A plan can't be made, or what a tool said of it doesn't add up."""


@dataclass(frozen=True)
class Bench:
    """What planning works with: the repository, the tools, and what the server serves."""

    capture: Capture
    repo: Path
    served: Served
    kubeconfig: str | None = field(default=None, repr=False)
    """Text of a private kubeconfig with the pinned context alone."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The tools' complete environment."""
    timeout: float = 300.0
    """Seconds that one call may take: a chart repository can be slow."""

    async def call(self, argv: Sequence[str], environ: Mapping[str, str] | None = None) -> Said:
        """Runs a tool in the repository, with more variables than the bench's own where they are given.

        Raises:
            ToolError: it is not there, or was not done in time.
        """
        try:
            return await self.capture(
                tuple(argv),
                environ={**self.environ, **(environ or {})},
                cwd=str(self.repo),
                kubeconfig=self.kubeconfig,
                timeout=self.timeout,
            )
        except (ToolMissing, ToolTimeout) as error:
            raise ToolError(str(error)) from error

    async def ask(
        self, argv: Sequence[str], environ: Mapping[str, str] | None = None, *, about: str, fine: Sequence[int] = (0,)
    ) -> Said:
        """Runs a tool that has to end well.

        Raises:
            ToolError: it did not end with one of the codes that are fine; what it said follows what it was about.
        """
        said = await self.call(argv, environ)
        if said.code not in fine:
            raise failure(said, argv[0], about)
        return said


def failure(said: Said, tool: str, about: str) -> ToolError:
    """What a failed call comes to, for people."""
    return ToolError(f"{about}: {one_line(said.stderr, said.stdout) or f'{tool} ended {said.code}'}")
