"""Where an act's process begins: ``python -I start.py ACT ARGUMENTS…``; its last line is its answer."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from runners.acts import ACTS
from runners.probes.process import carry_out


def main(name: str, arguments: list[str]) -> int:
    """Carries out one act and returns its exit code."""
    return carry_out(ACTS[name], arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
