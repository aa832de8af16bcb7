"""The front door: puts the program's folder on the path and hands over to it."""

from __future__ import annotations

import sys
from pathlib import Path

_INSTALLED = Path(__file__).parent / "_bedplate"
if _INSTALLED.is_dir():
    sys.path.insert(0, str(_INSTALLED))


def main() -> int:
    """Runs the program with the process's arguments and returns its exit code."""
    from tui.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
