"""What the stand-in for source-controller does with Git: find a revision, and pack its tree."""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runners.cluster.words import one_line
from runners.demo.actors.source_fetch import FetchError, Found
from runners.layers.jsons import Json, mapping, text

_SECONDS = 60.0


class GitError(FetchError):
    """Git did not answer as wanted; the text is one line of what it said."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a GitRepository follows."""

    name: str
    """As ``git fetch`` takes it: a full reference, or a commit."""
    label: str
    """What stands before the ``@`` of a revision; empty for a bare commit."""

    def revision(self, commit: str) -> str:
        """As Flux writes it: ``main@sha1:3d2789eb…``."""
        return f"{self.label}@sha1:{commit}" if self.label else f"sha1:{commit}"


class GitFetch:
    """Fetches with git, over HTTP(S) or from folders."""

    def find(self, repository: Json, secret: Json | None) -> Found:
        """The newest revision; git's own words where there is none.

        Raises:
            GitError: it can't be had.
        """
        environ, wanted = credentials(secret), reference(repository)
        url = _fetchable(text(repository, "spec", "url"))
        commit = find(url, wanted, environ)
        return Found(commit, wanted.revision(commit), lambda target: pack(url, wanted, target, environ))


def reference(repository: Json) -> Reference:
    """What ``spec.ref`` of a GitRepository asks for; ``name`` comes before the tag, and the tag before the branch.

    Raises:
        GitError: it asks for a semver range, which this stand-in doesn't know.
    """
    ref = mapping(repository, "spec", "ref")
    if text(ref, "semver"):
        raise GitError("spec.ref.semver is not played here; name a branch, a tag or a commit")
    if commit := text(ref, "commit"):
        return Reference(commit, text(ref, "branch"))
    if name := text(ref, "name"):
        return Reference(name, name)
    if tag := text(ref, "tag"):
        return Reference(f"refs/tags/{tag}", tag)
    branch = text(ref, "branch", default="master")
    return Reference(f"refs/heads/{branch}", branch)


def credentials(secret: Json | None) -> dict[str, str]:
    """Variables that let git use a Secret's user and password, or bearer token; nothing of it is in an argv."""
    data = {key: _decoded(text(secret, "data", key)) for key in mapping(secret, "data")}
    if token := data.get("bearerToken"):
        header = f"Authorization: Bearer {token}"
    elif password := data.get("password"):
        pair = f"{data.get('username', '')}:{password}"
        header = f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        return {}
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraHeader", "GIT_CONFIG_VALUE_0": header}


def find(url: str, wanted: Reference, environ: Mapping[str, str]) -> str:
    """The commit that a reference is at now.

    Raises:
        GitError: the repository or the reference can't be had.
    """
    if not wanted.name.startswith("refs/"):
        return wanted.name
    said = _git("ls-remote", "--", url, wanted.name, f"{wanted.name}^{{}}", environ=environ)
    # An annotated tag has two lines; the second one, with ^{}, is the commit.
    commits = [line.split()[0] for line in said.splitlines() if line.split()]
    if not commits:
        raise GitError(f"couldn't find remote ref {wanted.name!r}")
    return commits[-1]


def pack(url: str, wanted: Reference, target: Path, environ: Mapping[str, str]) -> None:
    """Writes the tree of a reference as a tar.gz, by rename.

    Raises:
        GitError: it can't be fetched.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        clone, packed = Path(scratch) / "clone", Path(scratch) / "tree.tar.gz"
        _git("init", "--quiet", "--bare", str(clone), environ=environ)
        _git("-C", str(clone), "fetch", "--quiet", "--depth", "1", "--", url, wanted.name, environ=environ)
        _git("-C", str(clone), "archive", "--format=tar.gz", "-o", str(packed), "FETCH_HEAD", environ=environ)
        packed.rename(target)


def _git(*args: str, environ: Mapping[str, str]) -> str:
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *args],
            env={**os.environ, **own, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {args[0]} did not end within {_SECONDS:.0f} s") from error
    except OSError as error:
        raise GitError(f"git can't be run: {error.strerror}") from error
    if done.returncode:
        if "could not read Username" in done.stderr or "Authentication failed" in done.stderr:
            raise GitError("authentication required")
        raise GitError(one_line(done.stderr) or f"git ended with {done.returncode}")
    return done.stdout


def _fetchable(url: str) -> str:
    """The address, when this stand-in can fetch from it without keys and without running anything else."""
    if not url.startswith(("http://", "https://", "file://")):
        raise GitError(f"only http, https and file addresses are played here, and spec.url is {url!r}")
    return url


def _decoded(value: str) -> str:
    return base64.b64decode(value).decode("utf-8", "replace")
