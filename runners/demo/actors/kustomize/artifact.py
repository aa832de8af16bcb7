"""Fetches the artifact of a source: a tar.gz over HTTP, held against its digest."""

from __future__ import annotations

import hashlib
import io
import tarfile
import urllib.error
import urllib.request
from collections.abc import Mapping

from runners.layers.jsons import Json, text

_SECONDS = 10.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Artifacts are on loopback: no proxy is asked for them."""


class ArtifactError(Exception):
    """An artifact can't be had, or isn't what its source says."""


def fetch(artifact: Json) -> Mapping[str, bytes]:
    """The files of an artifact by their paths.

    Raises:
        ArtifactError: it can't be had or read, or has another digest.
    """
    url, digest = text(artifact, "url"), text(artifact, "digest")
    try:
        with _DIRECT.open(url, timeout=_SECONDS) as answer:
            content: bytes = answer.read()
    except (OSError, ValueError) as error:
        said = error.reason if isinstance(error, urllib.error.URLError) else error
        raise ArtifactError(f"failed to download archive from {url}: {said}") from error
    found = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if found != digest:
        raise ArtifactError(f"failed to verify archive: computed checksum doesn't match '{digest}' (was {found})")
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tree:
            return {item.name: opened.read() for item in tree if item.isfile() and (opened := tree.extractfile(item))}
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ArtifactError(f"failed to untar artifact: {error}") from error
