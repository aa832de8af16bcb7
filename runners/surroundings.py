"""Looks around for what would survive beside the claims: Git, the keys' sources, the sheet.

Only looks: Git is asked by calls that read, and of a Secret nothing is asked but whether it is there.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import anyio

from runners.cluster.connection import Connection
from runners.cluster.objects import SECRETS, is_there
from runners.edges import Errand
from runners.journal import Journal
from runners.layers.bootstrap_commits import bootstrap_commits
from runners.layers.findings import Finding
from runners.layers.preflight import PreflightFacts
from runners.layers.settings import KeySource, Settings
from runners.layers.survival.checkout import STATUS, Checkout, read_status, within
from runners.layers.survival.judge import SheetFile, Surroundings
from runners.layers.survival.keys import KeyState
from runners.layers.survival.sheet import Sheet
from runners.layers.survival.sheet_text import SheetError, read_sheet
from runners.rehearsals import known_recoveries, known_rehearsals
from runners.tools.capture import Captured, ToolMissing, ToolTimeout
from runners.tools.tool_errors import one_line

Git = Callable[[Sequence[str]], Awaitable[Captured]]
"""Runs git in the repository, and waits for its end."""
SETTLE = 0.2
"""Seconds that a burst of reasons to look is given before it is looked once for all of them."""
AGAIN = 30.0
"""Seconds after which it is looked again although nobody asked."""


@dataclass(frozen=True)
class Place:
    """Where is looked."""

    repository: Path
    settings: Settings
    environ: Mapping[str, str]
    connection: Connection
    git: Git
    journal: Journal | None = None
    """Where rehearsals are on record; None where nothing is."""


class Outlook:
    """Looks around when it is asked to, and now and then: nothing tells when Git or a key's file changes."""

    def __init__(self, place: Place, changed: Callable[[], None], failed: Callable[[str], None]) -> None:
        """Takes where to look, and whom to tell of what was found, or of a failure of our own."""
        self.known: Surroundings | None = None
        """What was found last; None before."""
        self._place = place
        self._changed = changed
        self._errand = Errand(self._look, failed, settle=SETTLE)
        self._asked = float("-inf")

    def start(self) -> None:
        """Begins; nothing is looked at before the first ``ask``."""
        self._errand.start()

    def stop(self) -> None:
        """Looks no more."""
        self._errand.stop()

    def ask(self) -> None:
        """Looks soon."""
        self._asked = time.monotonic()
        self._errand.ask()

    def ask_again(self) -> None:
        """Looks soon where the last look is some time ago."""
        if time.monotonic() - self._asked >= AGAIN:
            self.ask()

    def commits(self, facts: PreflightFacts) -> tuple[Finding, ...]:
        """What a bootstrap would commit to Git, as far as was looked."""
        found = facts.git.committed if facts.looked else None
        synced = self.known.synced if self.known is not None else None
        return bootstrap_commits(self._place.settings.bootstrap, found, synced, facts.tools.get("flux", ""))

    def _look(self) -> None:
        found = look_around(self._place)
        if found != self.known:
            self.known = found
            self._changed()


def look_around(place: Place) -> Surroundings:
    """Looks now. What can't be seen is said to be unseen; nothing is raised for it."""
    folders = [_folder(entry.helmfile) for entry in place.settings.foundation] or ["."]
    synced = [place.settings.gitops_path or "."]
    checkout = anyio.run(_checkout, place.git, [*folders, *synced])
    return Surroundings(
        checkout=within(checkout, folders),
        synced=within(checkout, synced),
        keys=tuple(_key(place, key) for key in place.settings.keys),
        sheet=sheet_file(place),
        rehearsals=known_rehearsals(place.journal) if place.journal is not None else (),
        recoveries=known_recoveries(place.journal) if place.journal is not None else (),
    )


def _folder(helmfile: str) -> str:
    """What belongs to a helmfile: the folder that it lies in, or the file alone at the root."""
    folder, slash, _name = helmfile.rpartition("/")
    return folder if slash else helmfile


async def _checkout(git: Git, folders: Sequence[str]) -> Checkout:
    try:
        said = await git((*STATUS, *folders))
    except (ToolMissing, ToolTimeout) as error:
        return Checkout(error=str(error))
    if said.code:
        return Checkout(error=one_line(said.stderr, said.stdout) or f"git ended {said.code}")
    return read_status(said.stdout)


def sheet_path(settings: Settings, environ: Mapping[str, str], repository: Path) -> Path | None:
    """Where bedplate.yaml wants the sheet; None where it does not say."""
    wanted = settings.survival_file
    return path_in(wanted, environ, repository) if wanted else None


def path_in(written: str, environ: Mapping[str, str], repository: Path) -> Path:
    """A path of bedplate.yaml: relative to the repository, or in the person's own folder."""
    if written.startswith("~/"):
        written = f"{environ.get('HOME', '~')}{written[1:]}"
    return Path(os.path.normpath(repository / written))


def sheet_file(place: Place) -> SheetFile:
    """The sheet as it lies where bedplate.yaml wants it."""
    return read_sheet_file(sheet_path(place.settings, place.environ, place.repository))


def read_sheet_file(path: Path | None) -> SheetFile:
    """A sheet as it lies on disk; None is nowhere."""
    if path is None:
        return SheetFile()
    try:
        content = _content(path.read_text(encoding="utf-8", errors="replace"), str(path))
    except FileNotFoundError:
        return SheetFile(str(path))
    except OSError as error:
        return SheetFile(str(path), error=error.strerror or str(error))
    except SheetError as error:
        return SheetFile(str(path), error=error.words)
    # By its own word: a copy of an old sheet is a new file.
    untold = "" if content.written else "does not say when it was written"
    return SheetFile(str(path), content.written_at, error=untold, content=content)


@lru_cache(maxsize=1)
def _content(text: str, name: str) -> Sheet:
    """The sheet that a text is; kept, since a thousand claims take a second to read and hardly ever change."""
    return read_sheet(text, name)


def _key(place: Place, key: KeySource) -> KeyState:
    in_cluster = is_there(place.connection, SECRETS, *key.secret.split("/", 1))
    return replace(has_source(key, place.environ, place.repository), in_cluster=in_cluster)


def has_source(key: KeySource, environ: Mapping[str, str], repository: Path) -> KeyState:
    """Is what a key is made from there? What is in the cluster is not looked at."""
    return KeyState(key, _can_be_had(key, environ, repository), None)


def _can_be_had(key: KeySource, environ: Mapping[str, str], repository: Path) -> bool:
    if key.file:
        try:
            return path_in(key.file, environ, repository).is_file()
        except OSError:  # a folder on the way may not be entered
            return False
    program = key.command.split()[:1]
    return bool(program) and shutil.which(program[0], path=environ.get("PATH", "")) is not None


def secret_path(secret: str) -> str:
    """The path of a Secret that is named ``namespace/name``."""
    namespace, _, name = secret.partition("/")
    return f"/api/v1/namespaces/{namespace}/secrets/{name}"
