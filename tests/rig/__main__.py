"""The rig's command line: ``python -m tests.rig build`` builds the tools, ``up`` starts a cluster for a person."""

from __future__ import annotations

import sys

from tests.rig.build import BuildError, build_all


def main(args: list[str]) -> int:
    """Runs one command and returns the exit code."""
    try:
        build_all()
    except BuildError as error:
        print(f"rig: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
