"""The keeper of one run: a process that lives as long as any process of the tool, and cleans up after the last one.

Started by the supervisor as ``python -I -S keeper.py FOLDER``, with ``{"lease", "environ"}`` as JSON on standard
input. Meanwhile it renews the run's Lease, if there is one; at the end it removes the private kubeconfig, gives
the Lease back, and marks the run as lost when its supervisor went without writing an outcome. Whatever goes wrong
here is noted in the run's keeper.log and never reaches the tool. The standard library only.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

if not __package__:
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from runners.layers.jsons import Json, mapping
from runners.tools import run_files


def main() -> None:
    """Keeps one run until nothing of its tool is left."""
    folder = Path(sys.argv[1])
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _go_on)
    facts = _facts()
    if mapping(facts, "lease"):
        from runners.tools.lease_renewal import LeaseRenewal  # http and ssl only where there is a Lease

        with LeaseRenewal(facts, folder):
            _outlast_tool(folder)
    else:
        _outlast_tool(folder)
    run_files.wait_until_free(folder / run_files.SUPERVISOR_LOCK)
    if run_files.read_json(folder / run_files.ENDED) is None:
        run_files.write_json(folder / run_files.LOST, {"ended": time.time()})


def _facts() -> Json:
    try:
        facts = json.load(sys.stdin)
    except ValueError:  # the supervisor was killed while it wrote
        return {}
    return facts if isinstance(facts, dict) else {}


def _outlast_tool(folder: Path) -> None:
    run_files.wait_until_free(folder / run_files.TOOL_LOCK)
    (folder / run_files.KUBECONFIG).unlink(missing_ok=True)


def _go_on(number: int, frame: object) -> None:
    """A polite signal does not end the keeper: the tool may still be changing a cluster."""


if __name__ == "__main__":
    main()
