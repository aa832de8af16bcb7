"""Puts the stand-ins where a PATH finds them."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import yaml

TOOLS = ("helmfile", "helm", "flux", "git", "kubectl")


def install(folder: Path) -> Path:
    """Writes the stand-ins' commands into ``folder/bin`` and returns that folder.

    They need no other program, on no PATH, and work in every folder: this Python, this Bedplate and its PyYAML stand in
    them by their paths.
    """
    target = folder / "bin"
    target.mkdir(parents=True, exist_ok=True)
    start, libraries = Path(__file__).with_name("start.py"), Path(yaml.__file__).parents[1]
    for tool in TOOLS:
        words = (sys.executable, "-I", "-S", str(start), tool, str(libraries))
        path = target / tool
        path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        path.chmod(0o755)
    return target
