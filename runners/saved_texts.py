"""Texts that a person saved from the screen: files that only they may read."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from runners.tools.private_files import make_private_folder, state_home
from runners.tools.run_files import write_private

_ODD = re.compile(r"[^\w.-]+")


def save(name: str, text: str, folder: Path | None = None) -> Path:
    """Writes a text to a new file, named after what it is and when, and returns its path.

    Raises:
        OSError: it can't be written.
    """
    folder = folder or state_home(os.environ) / "saved"
    make_private_folder(folder)
    stem = _ODD.sub("-", name).strip("-.")[:80] or "text"
    path = folder / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 1000:03}.txt"
    write_private(path, text)
    return path
