"""Starts a demo in a process of its own, and ends it: whatever way the starting process ends, nothing is left."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from runners.demo.place import READY, REHEARSAL, Place
from runners.demo.rehearsal.setting import FILE, Setting

_ENDING = 15.0
"""Seconds that a demo may take to end what runs in it."""


class DemoError(Exception):
    """A demo could not be started; the text says why."""


class Demo:
    """One demo, alive for as long as a ``with`` block: its cluster, tools and repository in a folder of their own."""

    def __init__(self, scenario: str | Setting, pace: float = 1.0) -> None:
        """Takes the scenario's name, or the setting of a rehearsal, and a factor for all that only takes time."""
        self._setting = scenario if isinstance(scenario, Setting) else None
        self._scenario = scenario if isinstance(scenario, str) else REHEARSAL
        self._pace = pace
        # A file, not a pipe: nobody reads while a person plays, and a full pipe would hold the whole cluster.
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  it lives as long as the demo

    def __enter__(self) -> Place:
        """Starts it and waits until the scenario is set up.

        Raises:
            DemoError: it could not be.
        """
        folder = Path(tempfile.mkdtemp(prefix="bedplate-demo-"))
        if self._setting is not None:
            (folder / FILE).write_text(self._setting.written())
        # The process ends when its stdin does. So it needs nobody to end it, even where this process is killed.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "runners.demo.process", self._scenario, str(folder), str(self._pace)],
            cwd=folder,
            # Nor is there anything outside its folder to remove where it is killed itself.
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "LANG": "C.UTF-8", "TMPDIR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            start_new_session=True,
        )
        self._folder = folder
        assert self._process.stdout is not None
        try:
            said = self._process.stdout.readline()
        except KeyboardInterrupt:
            # It would hear of the end of its stdin only once the scenario is set up.
            self._process.terminate()
            self._end()
            raise
        if said.strip() != READY:
            raise DemoError(f"the demo could not be set up: {self._end()}")
        return Place(folder, self._pace)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it, and returns when its folder is gone."""
        self._end()

    def _end(self) -> str:
        """Ends the process, and whatever is left of its folder; the last line that it had to say."""
        try:
            self._process.communicate(timeout=_ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        # Its own removal may have met something that was just being written, or was cut short.
        shutil.rmtree(self._folder, ignore_errors=True)
        with self._complaints as complaints:
            complaints.seek(0)
            lines = complaints.read().strip().splitlines()
        return lines[-1] if lines else f"its process ended {self._process.returncode}"
