"""The rig's command line: ``python -m tests.rig build`` builds the tools, ``up`` starts a cluster for a person."""

from __future__ import annotations

import argparse
import sys

from tests.rig.build import BuildError, build_all


def main(args: list[str]) -> int:
    """Runs one command and returns the exit code."""
    asked = _parser().parse_args(args)
    try:
        if asked.command == "build":
            build_all()
            return 0
        return _up(asked)
    except BuildError as error:
        print(f"rig: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.rig", description="A real cluster on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build every tool that isn't there yet")
    up = commands.add_parser("up", help="start a cluster with three nodes, actors, Git and Flux; ctrl-c ends it")
    up.add_argument("--bare", action="store_true", help="only the cluster with its nodes")
    return parser


def _up(asked: argparse.Namespace) -> int:
    from tests.rig.processes import RigError
    from tests.rig.up import up

    try:
        return up(bare=asked.bare)
    except RigError as error:
        print(f"rig: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
