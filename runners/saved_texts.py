"""Texts that a person saved from the screen: files that only they may read."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path

from runners.tools.private_files import make_private_folder, state_home
from runners.tools.run_files import write_private

_ODD = re.compile(r"[^\w.-]+")


def save(name: str, text: str, environ: Mapping[str, str]) -> Path:
    """Writes a text to a new file in the environment's state folder, and returns its path: what it is, and when.

    Raises:
        OSError: it can't be written.
    """
    folder = state_home(environ) / "saved"
    make_private_folder(folder)
    stem = _ODD.sub("-", name).strip("-.")[:80] or "text"
    path = folder / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1000:03}.txt"
    write_private(path, text)
    return path
