"""``bedplate survival``: the sheet of this moment, printed or written to a file off the cluster."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from runners.asks import Refusal
from runners.layers.outside_text import harmless
from runners.layers.survival.sheet_text import sheet_text
from runners.operate import Operator
from runners.session import Session
from runners.survival_file import current_sheet
from runners.tools.calls import ToolError
from tui.check import CANT_TELL, settled

_DONE, _NOT_WRITTEN = 0, 1


def survival(session: Session, write: Path | None) -> int:
    """Watches until there is an answer, prints the sheet or writes it, and returns the exit code.

    Args:
        session: not started yet; it is stopped in the end.
        write: the file to write; None to print.
    """
    with settled(session) as latest:
        if latest.identity is None:
            print("bedplate: the cluster has not answered, so there is nothing to write down", file=sys.stderr)
            return CANT_TELL
        try:
            if write is None:
                print(harmless(sheet_text(anyio.run(current_sheet, session))), end="", flush=True)
                return _DONE
            anyio.run(Operator(session).write_survival, write)
        except (Refusal, ToolError) as error:
            print(f"bedplate: {harmless(str(error))}", file=sys.stderr)
            return _NOT_WRITTEN
    print(f"{write}: {latest.survival.words(latest.at) or 'no claims'}", flush=True)
    return _DONE
