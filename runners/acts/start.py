"""Where an act's process begins: ``python -I start.py ACT``; its exit code says whether it worked."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from runners.acts import ACTS
from runners.cluster.errors import ApiError
from runners.layers.unusable import UnusableError


def main(name: str) -> int:
    """Carries out one act and returns its exit code."""
    try:
        _say(ACTS[name](_say))
    except (UnusableError, ApiError) as error:
        _say(f"failed: {error}")
        return 1
    except KeyboardInterrupt:
        _say("interrupted: what was begun goes on in the cluster")
        return 128 + signal.SIGINT
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
