"""A demo of its own: an embedded server, the repository, the stand-ins on a PATH that has nothing else."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from runners.demo.homelab import CONTEXT, write_homelab
from runners.demo.server.server import EmbeddedServer
from runners.demo.tools import checkout, start
from runners.demo.tools.install import install


class Said(NamedTuple):
    """How a call ended."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Place:
    """One demo."""

    server: EmbeddedServer
    folder: Path
    bin: Path
    environ: Mapping[str, str]

    @property
    def homelab(self) -> Path:
        return self.folder / "homelab"

    def call(self, line: str, **environ: str) -> Said:
        """Runs a stand-in in this process, in the repository."""
        tool, *argv = shlex.split(line)
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.chdir(self.homelab):
            patch.delenv("HELM_DIFF_THREE_WAY_MERGE", raising=False)
            for name, value in {**self.environ, **environ}.items():
                patch.setenv(name, value)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = start.main(tool, argv)
        return Said(code, out.getvalue(), err.getvalue())

    def process(self, line: str, **environ: str) -> subprocess.Popen[str]:
        """Starts a stand-in as a person's shell would, with an otherwise empty environment."""
        return subprocess.Popen(
            shlex.split(line),
            executable=str(self.bin / shlex.split(line)[0]),
            cwd=self.homelab,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def make_place(server: EmbeddedServer, folder: Path) -> Place:
    """Writes everything into a folder."""
    write_homelab(folder / "homelab")
    checkout.create(folder, folder / "homelab")
    bin_folder = install(folder)
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(server.kubeconfig(CONTEXT))
    environ = {
        "PATH": str(bin_folder),
        "KUBECONFIG": str(kubeconfig),
        "BEDPLATE_DEMO": str(folder),
        "BEDPLATE_DEMO_PACE": "0",
        "HOME": os.devnull,
        "XDG_STATE_HOME": str(folder / "state"),
    }
    return Place(server, folder, bin_folder, environ)
