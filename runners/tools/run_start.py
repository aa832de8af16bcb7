"""Starting the supervisor of a run: one of the two places in the tools that start a process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

from runners.layers.jsons import Json
from runners.tools import run_files

_SECONDS = 20
"""How long a start may take before it is reported as still starting: a network folder that hangs, a busy machine."""


def start_supervisor(folder: Path, lock: int, hand_over: Json) -> None:
    """Starts the supervisor of the run in ``folder`` and returns when its tool has started or never will.

    ``lock`` is the descriptor that holds the supervisor's lock. ``hand_over`` goes through a pipe, so that what is
    secret in its environment stands in no file and in no argument. What started is a session of its own and not
    our child: nothing that happens to this process reaches it.

    Raises:
        OSError: the supervisor itself could not be started.
    """
    log = run_files.create_private(folder / run_files.SUPERVISOR_LOG, os.O_APPEND)
    program = Path(__file__).with_name("supervisor.py")
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(program), str(folder), str(lock)],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
        )
    finally:
        os.close(log)
    with process, contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(json.dumps(hand_over).encode("ascii"), timeout=_SECONDS)
