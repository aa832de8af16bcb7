"""Keeps one process of the rig and ends it when the rig is gone: ``python -I -S guardian.py LOG FOLDER -- ARGV``.

Its standard input is a pipe that the rig holds open. End of file means that the rig was closed, or that its process
died in any way, SIGKILL included; then the kept process's whole group is killed. ``FOLDER`` is one to remove after
that, or empty.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path


def main(args: list[str]) -> int:
    """Starts the process, waits for it or for the end of the rig, and returns its exit code."""
    log, folder, _, *argv = args
    with Path(log).open("ab") as out:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, process_group=0)
    ended = threading.Event()
    threading.Thread(target=_end_with_the_rig, args=(child.pid, ended), daemon=True).start()
    code = child.wait()
    if folder and ended.wait():
        shutil.rmtree(folder, ignore_errors=True)
    return code if code >= 0 else 128 - code


def _end_with_the_rig(group: int, ended: threading.Event) -> None:
    while os.read(0, 4096):  # a buffered stdin would be locked by this thread when the interpreter ends
        pass
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
    finally:
        ended.set()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
