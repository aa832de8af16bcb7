"""A cluster for a person: ``python -m tests.rig up`` starts it, says how to reach it, and ends it on ctrl-c."""

from __future__ import annotations

import shlex
import signal
import threading
from contextlib import ExitStack

from tests.rig.cluster import Rig
from tests.rig.stage import Stage

_SHELL = (
    "KUBECONFIG",
    "HELM_DATA_HOME",
    "HELM_CACHE_HOME",
    "HELM_CONFIG_HOME",
    "HELMFILE_UPGRADE_NOTICE_DISABLED",
    "XDG_STATE_HOME",
)
"""What a person's shell takes over; its home stays its own."""


def up(*, bare: bool) -> int:
    """Starts everything, prints how to use it and waits for ctrl-c or SIGTERM; returns the exit code.

    Args:
        bare: only the cluster with its nodes; no actors, no Git, no Flux.
    """
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    with ExitStack() as stack:
        stage = None if bare else stack.enter_context(Stage())
        rig = stage.rig if stage else stack.enter_context(Rig("pods"))
        print("\n".join(_words(rig, stage)), flush=True)
        while not ending.wait(1):
            ended = [kept for kept in rig.processes.kept if kept.ended is not None]
            if ended:
                print(f"rig: {ended[0].name} ended with {ended[0].ended}:\n{ended[0].tail()}", flush=True)
                return 1
    return 0


def _words(rig: Rig, stage: Stage | None) -> list[str]:
    """What a person pastes into another shell."""
    lines = [f'export PATH={shlex.quote(str(rig.folder / "bin"))}:"$PATH"']
    lines += [f"export {name}={shlex.quote(rig.environ[name])}" for name in _SHELL]
    if stage is not None:
        lines += [
            f"export GIT_PASSWORD={shlex.quote(stage.server.password)}",
            "",
            f"# a repository to work in, with a Git server behind it: bedplate -C {stage.repository}",
        ]
    return [*lines, "# ctrl-c ends the cluster"]
