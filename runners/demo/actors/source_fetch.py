"""How source-controller comes to what a GitRepository follows, whatever stands behind its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from runners.layers.jsons import Json


class FetchError(Exception):
    """A revision can't be had; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A revision that is there."""

    commit: str
    revision: str
    """As Flux writes it: ``main@sha1:3d2789eb…``."""
    pack: Callable[[Path], None]
    """Writes its tree as a tar.gz, whole or not at all; raises FetchError."""


class Fetch(Protocol):
    """A way to repositories."""

    def find(self, repository: Json, secret: Json | None) -> Found:
        """The newest revision of what a GitRepository follows.

        Raises:
            FetchError: it can't be had.
        """
        ...
