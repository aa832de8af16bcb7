"""``bedplate report``: what happened, as Markdown; no cluster is asked."""

from __future__ import annotations

import time
from collections.abc import Mapping

from runners.journal import Journal
from runners.layers.outside_text import harmless
from runners.layers.unusable import UnusableError
from runners.reporting import report_since
from runners.tools.private_files import state_home
from runners.tools.runs import Runs

DONE = 0


def print_report(environ: Mapping[str, str], seconds: float) -> int:
    """Prints what happened in the last so many seconds.

    Raises:
        UnusableError: the journal is there and can't be read.
    """
    home, now = state_home(environ), time.time()
    try:
        told = report_since(Journal(home / "journal.jsonl"), Runs(home / "runs"), now, now - seconds)
    except OSError as error:
        raise UnusableError(f"{error.filename or home} can't be read: {error.strerror or error}") from error
    print(harmless(told))
    return DONE
