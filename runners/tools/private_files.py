"""Private kubeconfigs for short calls: files that only their owner may read, gone with the call."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from runners.tools import run_files

KUBECONFIG_PLACE = "{kubeconfig}"
"""Stands in an argv for the path of the private kubeconfig."""


def state_home(environ: Mapping[str, str]) -> Path:
    """Where the program keeps what outlives it: ``$XDG_STATE_HOME/bedplate``, or below ``~/.local/state``."""
    state = environ.get("XDG_STATE_HOME", "")  # one that is not absolute is to be ignored, says the specification
    home = environ.get("HOME", "")
    own = Path(home) if home.startswith("/") else Path.home()
    return (Path(state) if state.startswith("/") else own / ".local" / "state") / "bedplate"


def as_written(path: Path, home: Path) -> str:
    """A path as a person writes it whose home that is: from ``~`` on where it lies there."""
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def make_private_folder(folder: Path) -> None:
    """Makes a folder that only its owner may enter; one that is there is made so."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def keep_copied(environ: Mapping[str, str], text: str) -> Path:
    """Writes what was copied last into a file of its own, for terminals that have no clipboard; returns its path.

    Raises:
        OSError: it can't be written.
    """
    folder = state_home(environ)
    make_private_folder(folder)
    path = folder / "copied.sh"
    with os.fdopen(run_files.create_private(path, os.O_TRUNC | os.O_NOFOLLOW), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
    return path


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Keeps every other process out of what is made or swept in a folder, for the moment that it takes."""
    descriptor = run_files.take_lock(folder / ".lock")
    try:
        yield
    finally:
        os.close(descriptor)


def with_kubeconfig(
    argv: tuple[str, ...], environ: Mapping[str, str], path: Path | None
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The argv and environment of a tool that shall see one kubeconfig and no other; unchanged where there is none."""
    if path is None:
        return argv, dict(environ)
    return tuple(item.replace(KUBECONFIG_PLACE, str(path)) for item in argv), {**environ, "KUBECONFIG": str(path)}


@contextlib.contextmanager
def private_kubeconfig(text: str | None, folder: Path) -> Iterator[Path | None]:
    """The path of a file with this text while the block lasts; None for no text.

    The file is locked by this process, so that what a killed one left behind is known by its free lock.
    """
    if text is None:
        yield None
        return
    make_private_folder(folder)
    with folder_lock(folder):  # a sweep must not see it before it is locked
        descriptor, name = tempfile.mkstemp(prefix="kubeconfig-", dir=folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    path = Path(name)
    try:
        _write(descriptor, text.encode())
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def sweep_private(folder: Path) -> int:
    """Removes the kubeconfigs that killed processes left in ``folder``, and says how many there were."""
    if not folder.is_dir():
        return 0
    with folder_lock(folder):
        left = [path for path in folder.glob("kubeconfig-*") if not run_files.is_held(path)]
        for path in left:
            path.unlink(missing_ok=True)
    return len(left)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
