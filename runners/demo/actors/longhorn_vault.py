"""Plays a backup target's own memory: what lies there outlives the cluster that put it there."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path

from runners.layers.jsons import Json, mapping

_BACKUPS, _SYSTEMS = "backups", "systems"


class Vault:
    """Backups of volumes and of Longhorn's own objects, by name; in a file where one is named."""

    def __init__(self, path: Path | None = None) -> None:
        """Takes the file, which need not be there yet; without one it is remembered for this cluster alone."""
        self._path = path
        self._lock = threading.Lock()
        self._kept = self._read()

    @property
    def backups(self) -> Mapping[str, Json]:
        """Status of each backup of a volume."""
        return {name: mapping(each) for name, each in mapping(self._kept, _BACKUPS).items()}

    @property
    def systems(self) -> Mapping[str, Json]:
        """Of each system backup its status, and the objects that are in it."""
        return {name: mapping(each) for name, each in mapping(self._kept, _SYSTEMS).items()}

    def keep_backup(self, name: str, status: Json) -> None:
        """A volume's backup is whole."""
        self._keep(_BACKUPS, name, status)

    def keep_system(self, name: str, kept: Json) -> None:
        """A system backup is whole."""
        self._keep(_SYSTEMS, name, kept)

    def _keep(self, kind: str, name: str, value: Json) -> None:
        with self._lock:
            self._kept = {**self._kept, kind: {**mapping(self._kept, kind), name: value}}
            if self._path is not None:
                self._path.write_text(json.dumps(self._kept))

    def _read(self) -> Json:
        try:
            return mapping(json.loads(self._path.read_text())) if self._path is not None else {}
        except FileNotFoundError:
            return {}
