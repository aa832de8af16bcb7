"""Fetches from repositories that are kept without Git: a newest commit for each address, and the files of a commit."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

from runners.demo.actors.source_fetch import FetchError, Found
from runners.demo.actors.source_git import reference
from runners.layers.jsons import Json, text


class FolderFetch:
    """Asks two functions instead of Git."""

    def __init__(
        self,
        head: Callable[[str], str],
        archive: Callable[[str, str], Mapping[str, bytes]],
        *,
        missing: type[Exception] = LookupError,
    ) -> None:
        """``head`` tells an address's newest commit, ``archive`` the files of a commit there.

        ``missing`` is what they raise, with a text for people, where there is none.
        """
        self._head, self._archive, self._missing = head, archive, missing

    def find(self, repository: Json, secret: Json | None) -> Found:
        """The newest commit of the one branch there is, or the commit that is asked for.

        Raises:
            FetchError: there is no such repository or commit.
        """
        wanted, url = reference(repository), text(repository, "spec", "url")
        if wanted.name.startswith("refs/tags/"):
            raise FetchError(f"couldn't find remote ref {wanted.name!r}")
        try:
            commit = self._head(url) if wanted.name.startswith("refs/") else wanted.name
        except (OSError, self._missing) as error:
            raise FetchError(str(error)) from error
        return Found(commit, wanted.revision(commit), lambda target: self._pack(url, commit, target))

    def _pack(self, url: str, commit: str, target: Path) -> None:
        try:
            files = self._archive(url, commit)
        except (OSError, self._missing) as error:
            raise FetchError(str(error)) from error
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.with_suffix(".new")
        # Without times inside, so that the same files always have the same digest.
        with gzip.GzipFile(scratch, "wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as tree:
            for path, content in sorted(files.items()):
                entry = tarfile.TarInfo(path)
                entry.size = len(content)
                tree.addfile(entry, io.BytesIO(content))
        scratch.rename(target)
