"""Starting runs of small scripts in tests."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from runners.layers.runs import RunRecord
from runners.tools.lease import LeaseFacts
from runners.tools.runs import RunRequest, Runs

SECRET = "kubeconfig-with-a-secret-token"


def python_tool(code: str) -> tuple[str, ...]:
    """A tool that is a few lines of Python."""
    return (sys.executable, "-I", "-S", "-c", code)


def shell_tool(code: str) -> tuple[str, ...]:
    """A tool that is a few lines of shell."""
    return ("/bin/sh", "-c", code)


def waits_for(gate: Path) -> str:
    """Lines of shell that go on when the file is there: the test says when a tool may, not the clock."""
    return f"for try in $(seq 3000); do [ -e {shlex.quote(str(gate))} ] && break; sleep 0.02; done"


def asked(
    argv: tuple[str, ...], *, cwd: Path | str = "/", lease: LeaseFacts | None = None, secret: str = "", run_id: str = ""
) -> RunRequest:
    """A request for a run of a tool with a private kubeconfig."""
    return RunRequest(
        id=run_id,
        title="apply longhorn",
        argv=argv,
        cwd=cwd,
        environ=dict(os.environ),
        secret_environ={"GIT_PASSWORD": secret} if secret else {},
        kubeconfig=SECRET,
        cluster="https://127.0.0.1:6443 41c7",
        lease=lease,
    )


def started(runs: Runs, argv: tuple[str, ...]) -> RunRecord:
    """Starts a run of a tool."""
    return runs.start(asked(argv))


def folder_of(runs: Runs, record: RunRecord) -> Path:
    """The run's folder."""
    return runs.root / record.id
