"""The process of a piece of work of our own: carries it out, and ends with its answer."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from runners.layers.probes import Answer, Outcome, one_line
from runners.layers.unusable import UnusableError
from runners.probes.base import CarryOut


def carry_out(work: CarryOut, arguments: Sequence[str]) -> int:
    """Does one piece of work, says how it went, and returns the process' exit code."""
    try:
        answer = work(arguments, _say)
    except UnusableError as error:
        answer = Answer(Outcome.NOT_ASKED, str(error))
    except KeyboardInterrupt:
        _say("interrupted")
        return 128 + signal.SIGINT
    for line in answer.lines():
        _say(line)
    return answer.outcome.exit_code


def _say(line: str) -> None:
    print(one_line(line), flush=True)
