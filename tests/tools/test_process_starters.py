"""Which modules of the tools may start a process: a short list, so that nothing starts one in passing."""

from __future__ import annotations

import re
from pathlib import Path

import runners.tools

_STARTS = re.compile(
    r"\b(subprocess\.(Popen|run|call|check_\w+)|open_process|run_process|os\.(fork|spawn|exec|system|popen|posix_spawn))"
)


def test_only_runs_and_captures_start_processes() -> None:
    found = {
        path.stem
        for path in Path(runners.tools.__path__[0]).glob("**/*.py")
        if _STARTS.search(path.read_text(encoding="utf-8"))
    }
    of_the_program = {"run_start", "capture"}
    of_a_run_itself = {"supervisor", "lease_credentials"}
    assert found == of_the_program | of_a_run_itself
