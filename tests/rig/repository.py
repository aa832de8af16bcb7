"""Writes the demo's repository for a rig, and commits it: the same charts and files, with the real Git."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runners.demo.homelab import MINIO as MINIO
from runners.demo.homelab import set_longhorn as set_longhorn
from runners.demo.homelab import write_files
from tests.rig.git_server import git

CLUSTER = "clusters/rig"


def write_repository(
    folder: Path, *, longhorn: str = "1.12.1", extra: Mapping[str, str] | None = None, commit: bool = True
) -> Path:
    """Writes the repository into a folder, commits it on ``main`` and returns the folder.

    ``longhorn`` is the chart's version; ``extra`` adds or replaces files, by path.
    """
    write_files(folder, cluster=CLUSTER, longhorn=longhorn, extra=extra)
    if commit:
        git("init", "--quiet", "--initial-branch=main", ".", cwd=folder)
        commit_all(folder, "Lay the foundation")
    return folder


def commit_all(folder: Path, message: str) -> str:
    """Commits whatever changed and returns the commit."""
    git("add", "--all", cwd=folder)
    who = ("-c", "user.name=Rig", "-c", "user.email=rig@localhost", "-c", "commit.gpgsign=false")
    git(*who, "commit", "--quiet", "--message", message, cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder).strip()
