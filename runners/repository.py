"""The person's repository on disk: what of it is read, within bounds, and its settings."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path

from runners.layers.config import NAME, parse
from runners.layers.discovery import Discovery, Files, discover
from runners.layers.discovery.git_places import without_credentials
from runners.layers.findings import Finding, Severity
from runners.layers.settings import Settings

FILES_AT_MOST = 10_000
BYTES_AT_MOST = 512 * 1024
"""Of one file; what is bigger holds data or generated CRDs."""
ALL_BYTES_AT_MOST = 64 * 1024 * 1024
_OPENING = 1024
"""Characters of a generated file that are looked at."""
DEEPEST = 16
"""Folders within folders that are looked into."""

_TELLING = re.compile(r"(?i)(\.ya?ml|\.gotmpl|^kustomization|^readme\.md|^\.gitignore)$")
_PASSED_BY = frozenset({"node_modules", "vendor", "__pycache__", "site-packages"})
_GENERATED = "gotk-components.yaml"
_ORIGIN = re.compile(r'^\[remote "origin"\][^\[]*?^\s*url\s*=\s*(\S+)', re.MULTILINE)


@dataclass(frozen=True)
class RepositoryFiles:
    """What was read of a repository."""

    texts: Files
    findings: tuple[Finding, ...] = ()
    """What could not be read, or was too much."""
    remote: str = ""
    """Where ``origin`` is, without credentials; empty where the checkout doesn't say."""


def read_settings(root: Path) -> Settings:
    """The settings of a repository: its bedplate.yaml, completed by what discovery finds.

    Raises:
        runners.layers.config.ConfigError: bedplate.yaml is there and can't be used.
    """
    path = root / NAME
    try:
        source = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return _found(root)
    return parse(source, found=lambda: _found(root), name=str(path))


def _found(root: Path) -> Settings:
    read = read_repository(root)
    settings = discovery_of(read).settings
    return replace(settings, notices=(*settings.notices, *read.findings))


def discovery_of(read: RepositoryFiles) -> Discovery:
    """What a repository's files come to, before anybody is asked anything."""
    return discover(read.texts, remote=read.remote)


def read_repository(root: Path) -> RepositoryFiles:
    """Reads every file of a repository that may tell something of the two layers.

    Links to folders are not followed: they may go in a circle, and Flux does not follow them either. Hidden folders and
    what others' tools put there are passed by, and so are the insides of charts: helm's own, not helmfile's nor Flux's.
    """
    reader = _Reader(root)
    reader.folder(root, 0)
    return RepositoryFiles(reader.texts, tuple(reader.findings), _remote(root))


@dataclass
class _Reader:
    """One walk through a repository."""

    root: Path
    texts: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    bytes_read: int = 0
    full: bool = False

    def folder(self, folder: Path, depth: int) -> None:
        """Reads a folder and those in it."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._odd(folder, f"can't be looked into: {error.strerror}")
            return
        is_chart = any(entry.name == "Chart.yaml" for entry in entries)
        for entry in entries:
            if self.full:
                return
            path = Path(entry.path)
            if not entry.is_dir(follow_symlinks=False):
                if _TELLING.search(entry.name):
                    self._file(path)
            elif not _is_passed_by(entry.name, is_chart=is_chart):
                if depth < DEEPEST:
                    self.folder(path, depth + 1)
                else:
                    self._odd(path, f"lies more than {DEEPEST} folders deep, and was not looked into")

    def _file(self, path: Path) -> None:
        try:
            target = path.resolve(strict=True) if path.is_symlink() else path
            if not target.is_relative_to(self.root.resolve()):
                self._odd(path, "is a link that leads out of the repository, and was not read")
                return
            found = target.stat()
            if not stat.S_ISREG(found.st_mode):
                if not stat.S_ISDIR(found.st_mode):
                    self._odd(path, "is no ordinary file, and was not read")
                return
            self._keep(path, target, found.st_size)
        except OSError as error:
            self._odd(path, f"can't be read: {error.strerror}")
        except RuntimeError:
            # What Python 3.11 raises for links that go in a circle.
            self._odd(path, "can't be read: it is a link to itself")

    def _keep(self, path: Path, target: Path, size: int) -> None:
        name = path.relative_to(self.root).as_posix()
        if path.name == _GENERATED:
            self.texts[name] = _opening(target)
            return
        if size > BYTES_AT_MOST:
            self._odd(path, f"has more than {BYTES_AT_MOST // 1024} KB, and was not read")
            return
        if len(self.texts) >= FILES_AT_MOST or self.bytes_read + size > ALL_BYTES_AT_MOST:
            self.full = True
            self._odd(
                path, f"and what comes after it was not read: the repository has more than {len(self.texts)} files"
            )
            return
        self.texts[name] = target.read_text(encoding="utf-8", errors="replace")
        self.bytes_read += size

    def _odd(self, path: Path, words: str) -> None:
        name = path.relative_to(self.root).as_posix()
        self.findings.append(Finding(name, Severity.WARNING, words))


def _opening(path: Path) -> str:
    """The comments that a file begins with: which Flux has written it is all that counts of thousands of lines."""
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = file.read(_OPENING).splitlines()
    return "\n".join(line for line in lines if line.startswith("# "))


def _is_passed_by(name: str, *, is_chart: bool) -> bool:
    return name.startswith(".") or name in _PASSED_BY or (is_chart and name in ("templates", "charts", "crds"))


def write_settings(path: Path, text: str, *, instead: bool) -> None:
    """Writes a bedplate.yaml whole, or not at all.

    Args:
        path: the file.
        text: what it shall say.
        instead: what is there already is replaced; otherwise that is an error.

    Raises:
        OSError: it can't be written, or is there already.
    """
    if not instead:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        return
    target = path.resolve()
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with scratch.open("x", encoding="utf-8") as file:
            file.write(text)
        if target.exists():
            scratch.chmod(stat.S_IMODE(target.stat().st_mode))
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)


def _remote(root: Path) -> str:
    try:
        config = (root / ".git" / "config").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    match = _ORIGIN.search(config)
    return without_credentials(match[1]) if match else ""
