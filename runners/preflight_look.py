"""Gathers what a preflight needs and no watch brings: rights from the server, facts from the repository's files.

It looks at the start and once a minute; a repository that did not change, on a machine that decrypts as it did, is read
and not thought over again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from runners.cluster.connection import Connection
from runners.cluster.objects import SECRETS, is_there
from runners.cluster.rights import reviewed
from runners.edges import guarded
from runners.layers.decrypting import LocalKeys
from runners.layers.git_facts import GitFacts, git_facts
from runners.layers.preflight import PreflightFacts
from runners.layers.rights import wanted_rights
from runners.layers.settings import Settings
from runners.repository import RepositoryFiles, read_repository
from runners.tools.local_keys import local_keys
from runners.tools.versions import Toolbox

LOOK_EVERY = 60.0
"""Seconds between two looks; what is on disk or allowed seldom changes."""


class PreflightLook:
    """The facts as they were seen last, renewed on a thread of its own."""

    def __init__(
        self,
        repository: Path,
        settings: Settings,
        connection: Connection,
        environ: Mapping[str, str],
        changed: Callable[[], None],
    ) -> None:
        """Takes where to look, and whom to tell when there is something new."""
        self.facts = PreflightFacts()
        self.keys: Mapping[str, bool | None] = {}
        """Secret of a listed key → was it there the last time? None where it may not be looked at."""
        self._repository = repository
        self._settings = settings
        self._connection = connection
        self._environ = environ
        self._changed = changed
        self._seen: tuple[RepositoryFiles, LocalKeys] | None = None
        self._git = GitFacts()
        self._begun = threading.Event()
        self._due = threading.Event()
        self._stopped = threading.Event()
        self._looked = threading.Event()

    def follow(self, toolbox: Callable[[], Toolbox | None], failed: Callable[[str], None]) -> None:
        """Looks again and again until it is stopped; for a thread of its own."""
        self._begun.wait()
        while not self._stopped.is_set():
            guarded(self.look_for_keys, failed)
            guarded(lambda: self.look(toolbox()), failed)
            self._looked.set()
            self._due.wait(LOOK_EVERY)
            self._due.clear()

    def begin(self) -> None:
        """Says that it is known which cluster this is: nothing is asked before."""
        self._begun.set()

    def stop(self) -> None:
        """Looks no more."""
        self._stopped.set()
        self._begun.set()
        self._due.set()

    @property
    def has_looked(self) -> bool:
        """Has it looked for the first time?"""
        return self._looked.is_set()

    def look_for_keys(self) -> None:
        """Asks whether the Secrets that bedplate.yaml lists are there; of each, only its metadata."""
        names = dict.fromkeys(key.secret for key in self._settings.keys)
        found = {name: is_there(self._connection, SECRETS, *name.split("/", 1)) for name in names}
        if found != self.keys:
            self.keys = found
            self._changed()

    def look(self, toolbox: Toolbox | None) -> None:
        """Gathers everything now."""
        tools = toolbox.tools if toolbox else {}
        found = PreflightFacts(
            looked=True,
            tools={name: state.version for name, state in tools.items()},
            tool_findings=toolbox.needed if toolbox else (),
            rights=reviewed(self._connection, wanted_rights(self._settings)),
            git=self._read(),
        )
        if found != self.facts:
            self.facts = found
            self._changed()

    def _read(self) -> GitFacts:
        seen = (read_repository(self._repository), local_keys(self._environ))
        if seen != self._seen:
            self._seen = seen
            read, keys = seen
            found = git_facts(read.texts, read.remote, self._settings, keys)
            self._git = replace(found, said=(*found.said, *read.findings))
        return self._git
