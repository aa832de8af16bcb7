"""A demo's process: ``python -m runners.demo.process SCENARIO FOLDER PACE`` lives until its stdin ends.

It owns the folder, and removes it in the end, also where a signal ends it.
"""

from __future__ import annotations

import logging
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from runners.demo.place import READY, Place
from runners.demo.scenarios import SCENARIOS
from runners.demo.stage import Stage, StageError


def main(args: list[str]) -> int:
    """Sets one scenario up, says that it is ready, and plays until nobody listens any more."""
    scenario, place = args[0], Place(Path(args[1]), float(args[2]))
    signal.signal(signal.SIGTERM, _end)
    # Actors say what they stumble over; nobody reads it while a person plays.
    logging.disable(logging.ERROR)
    try:
        with Stage(place) as stage:
            SCENARIOS[scenario](stage)
            stage.play(place.pace)
            print(READY, flush=True)
            sys.stdin.read()
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)
    return 0


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
