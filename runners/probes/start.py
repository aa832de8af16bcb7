"""Where a probe's process begins: ``python -I start.py PROBE ARGUMENTS…``; its last line is its answer."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from runners.layers.probes import Answer, Outcome
from runners.layers.unusable import UnusableError
from runners.probes import PROBES


def main(name: str, arguments: list[str]) -> int:
    """Makes one probe and returns its exit code."""
    try:
        answer = PROBES[name].carry_out(arguments, _say)
    except UnusableError as error:
        answer = Answer(Outcome.NOT_ASKED, str(error))
    except KeyboardInterrupt:
        _say("interrupted")
        return 128 + signal.SIGINT
    for remark in answer.remarks:
        _say(f"! {remark}")
    _say(f"{answer.outcome.value}: {answer.text}")
    _say(answer.line())
    return answer.outcome.exit_code


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
