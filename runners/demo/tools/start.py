"""Where a stand-in's process begins: ``python -I -S start.py TOOL LIBRARIES ARGUMENTS…``.

LIBRARIES is the folder that has PyYAML: without Python's own search for packages a process starts in half the time.
"""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    sys.path[:0] = [str(Path(__file__).resolve().parents[3]), sys.argv[2]]

from runners.demo.tools import edge


def main(tool: str, argv: list[str]) -> int:
    """Runs one tool's stand-in and returns its exit code."""
    return edge.run(tool, _main_of(tool), argv)


def _main_of(tool: str) -> edge.Main:
    """Only what one tool needs is imported: a person waits for it."""
    if tool == "helm":
        from runners.demo.tools import helm

        return helm.main
    if tool == "helmfile":
        from runners.demo.tools import helmfile

        return helmfile.main
    if tool == "flux":
        from runners.demo.tools import flux

        return flux.main
    if tool == "kubectl":
        from runners.demo.tools import kubectl

        return kubectl.main
    from runners.demo.tools import git

    return git.main


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[3:]))
