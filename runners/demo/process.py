"""A demo's process: ``python -m runners.demo.process SCENARIO FOLDER PACE`` lives until its stdin ends.

It owns the folder, and removes it in the end, also where a signal ends it.
"""

from __future__ import annotations

import logging
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from runners.demo.place import READY, REHEARSAL, Place
from runners.demo.rehearsal.playing import rehearsed
from runners.demo.rehearsal.setting import FILE, read_setting
from runners.demo.scenarios import SCENARIOS
from runners.demo.stage import Stage, StageError


def main(args: list[str]) -> int:
    """Sets one scenario up, says that it is ready, and plays until nobody listens any more."""
    scenario, place = args[0], Place(Path(args[1]), float(args[2]))
    play = _rehearsal(place) if scenario == REHEARSAL else partial(_scenario, place, scenario)
    signal.signal(signal.SIGTERM, _end)
    # Actors say what they stumble over; nobody reads it while a person plays.
    logging.disable(logging.ERROR)
    try:
        with play() as stage:
            stage.play(place.pace)
            print(READY, flush=True)
            sys.stdin.read()
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)
    return 0


@contextmanager
def _scenario(place: Place, name: str) -> Iterator[Stage]:
    with Stage(place) as stage:
        SCENARIOS[name](stage)
        yield stage


def _rehearsal(place: Place) -> Callable[[], AbstractContextManager[Stage]]:
    """What was handed over is read and gone before anything else is made."""
    handed_over = place.folder / FILE
    setting = read_setting(handed_over.read_text())
    handed_over.unlink()
    return partial(rehearsed, place, setting)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
