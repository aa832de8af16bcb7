"""The demo's Git: repositories as folders of plain files, with a history, and without Git.

``$BEDPLATE_DEMO/git/NAME`` is what ``https://any.host/any/NAME.git`` stands for: ``history.json`` lists the commits
with the files of each, ``blobs`` has the contents by their SHA-1. Commits are made by one process at a time, and a
reader sees a commit whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runners.demo.tools.edge import NoRepository as NoRepository
from runners.layers.jsons import Json, mapping, sequence, text

DEMO = "BEDPLATE_DEMO"
"""The variable that names the demo's folder."""

_FIRST = "0" * 40


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a repository."""

    id: str
    parent: str
    message: str
    files: Mapping[str, str]
    """SHA-1 of each file's content by its path."""


class Remote:
    """One repository, which everyone pushes to and fetches from."""

    def __init__(self, folder: Path) -> None:
        """Takes its folder, which may not be there yet."""
        self._folder = folder

    @property
    def name(self) -> str:
        """What it is called."""
        return self._folder.name

    @property
    def exists(self) -> bool:
        """Has anyone committed to it?"""
        return (self._folder / "history.json").exists()

    def head(self) -> str:
        """The newest commit.

        Raises:
            NoRepository: there is none.
        """
        return self.commits()[-1].id

    def commits(self) -> tuple[Commit, ...]:
        """Every commit, the oldest first.

        Raises:
            NoRepository: it has none.
        """
        try:
            found = json.loads((self._folder / "history.json").read_text())
        except FileNotFoundError:
            raise NoRepository(f"there is no repository in {self._folder}") from None
        return tuple(_commit(item) for item in sequence(found))

    def find(self, commit: str) -> Commit:
        """One commit by its id.

        Raises:
            NoRepository: it has no such commit.
        """
        for found in self.commits():
            if found.id == commit:
                return found
        raise NoRepository(f"{self._folder.name} has no commit {commit}")

    def archive(self, commit: str) -> dict[str, bytes]:
        """Every file of a commit by its path.

        Raises:
            NoRepository: it has no such commit.
        """
        found = self.find(commit)
        return {path: (self._folder / "blobs" / blob).read_bytes() for path, blob in found.files.items()}

    def commit(self, files: Mapping[str, bytes | None], message: str) -> str:
        """Commits changed files on top of the newest commit, and returns the new one's id.

        ``None`` in place of a content removes the file. Where nothing differs the newest commit is returned.
        """
        known = self.commits() if self.exists else ()
        before = dict(known[-1].files) if known else {}
        after = {**before, **{path: self._keep(content) for path, content in files.items() if content is not None}}
        after = {path: blob for path, blob in sorted(after.items()) if files.get(path, b"") is not None}
        if known and after == before:
            return known[-1].id
        parent = known[-1].id if known else _FIRST
        new = Commit(_id(parent, message, after), parent, message, after)
        self._write((*known, new))
        return new.id

    def _keep(self, content: bytes) -> str:
        blob = blob_id(content)
        path = self._folder / "blobs" / blob
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return blob

    def _write(self, commits: tuple[Commit, ...]) -> None:
        found = [{"id": c.id, "parent": c.parent, "message": c.message, "files": dict(c.files)} for c in commits]
        scratch = self._folder / "history.json.new"
        scratch.write_text(json.dumps(found, indent=1))
        scratch.rename(self._folder / "history.json")


def blob_id(content: bytes) -> str:
    """SHA-1 of a file's content, as Git counts it."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def demo_folder() -> Path:
    """The demo's folder, from the environment.

    Raises:
        NoRepository: the environment names none.
    """
    folder = os.environ.get(DEMO, "")
    if not folder:
        raise NoRepository(f"{DEMO} is not set: this is a stand-in of Bedplate's demo and works nowhere else")
    return Path(folder)


def remote_at(url: str, demo: Path | None = None) -> Remote:
    """The repository that an address stands for, in one demo's folder or in the environment's.

    Raises:
        NoRepository: there is none of that name.
    """
    name = url.rstrip("/").rpartition("/")[2].removesuffix(".git")
    remote = Remote((demo or demo_folder()) / "git" / name)
    if not name.strip(".") or not remote.exists:
        raise NoRepository(f"the demo has no repository {url}")
    return remote


def head(url: str, demo: Path | None = None) -> str:
    """The newest commit of the repository at an address.

    Raises:
        NoRepository: there is none.
    """
    return remote_at(url, demo).head()


def archive(url: str, commit: str, demo: Path | None = None) -> dict[str, bytes]:
    """Every file of one commit of the repository at an address, by its path.

    Raises:
        NoRepository: there is none, or it has no such commit.
    """
    return remote_at(url, demo).archive(commit)


def _id(parent: str, message: str, files: Mapping[str, str]) -> str:
    whole = json.dumps([parent, message, files], sort_keys=True)
    return hashlib.sha1(whole.encode(), usedforsecurity=False).hexdigest()


def _commit(item: object) -> Commit:
    files: Json = mapping(item, "files")
    blobs = {path: blob for path, blob in files.items() if isinstance(blob, str)}
    return Commit(text(item, "id"), text(item, "parent"), text(item, "message"), blobs)
