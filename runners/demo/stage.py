"""What a demo plays on: an embedded cluster with its actors, a repository with its Git, and the stand-in tools."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Self

from runners.demo.actors import resources as res
from runners.demo.actors.api import Api
from runners.demo.actors.builtin.nodes import NAMES, nodes
from runners.demo.actors.demo_cast import demo_cast
from runners.demo.actors.longhorn_vault import Vault
from runners.demo.actors.minio import INITIALIZED
from runners.demo.actors.source_folder import FolderFetch
from runners.demo.homelab import ACCESS_KEY, BUCKET, CONTEXT, write_homelab
from runners.demo.place import Place
from runners.demo.s3 import S3Server
from runners.demo.server.server import EmbeddedServer
from runners.demo.tools import checkout, remote
from runners.demo.tools.install import install
from runners.demo.tools.pace import PACE
from runners.layers.jsons import text
from runners.tools.runs import Runs

_PATIENCE = 60.0
"""Seconds that setting a scenario up may wait for one thing."""
_ENDING = 5.0
"""Seconds that all runs together may take to end after they were interrupted."""


class StageError(Exception):
    """A scenario could not be set up; the text says where it stopped."""


class Stage:
    """One demo's cluster, repository and tools; a context manager.

    Until ``play`` is called everything happens at once; afterwards at a pace that a person can follow.
    """

    def __init__(self, place: Place, *, context: str = CONTEXT, nodes: Sequence[str] = NAMES) -> None:
        """Takes where it lives, what its cluster is called, and its nodes; its folder is there already."""
        self.place = place
        self._context, self._nodes = context, nodes
        self._make_cluster()

    def _make_cluster(self) -> None:
        folder = self.place.folder
        self.server = EmbeddedServer()
        self.api = Api(self.server.requests())
        self.s3 = S3Server(ACCESS_KEY, [BUCKET], self._has_tenant)
        fetch = FolderFetch(
            partial(remote.head, demo=folder), partial(remote.archive, demo=folder), missing=remote.NoRepository
        )
        self._cast = demo_cast(
            self.server.requests(),
            fetch=fetch,
            say=self.server.log,
            pace=0.0,
            changes=lambda: self.server.version,
            vault=Vault(folder / "backup-target.json"),
        )

    def __enter__(self) -> Self:
        """Starts an empty cluster of three nodes."""
        self._open_cluster()
        install(self.place.folder)
        return self

    def wipe(self) -> None:
        """The cluster is gone, and an empty one stands in its place; Git and what lies on the backup target stay."""
        self._cast.stop()
        self.server.__exit__(None, None, None)
        self._make_cluster()
        self._open_cluster()

    def _open_cluster(self) -> None:
        self.server.__enter__()
        self.s3.__enter__()
        for node in nodes(self._nodes):
            self.api.ensure(res.NODES, node, None)
        self.place.kubeconfig.touch(mode=0o600)
        self.place.kubeconfig.write_text(self.server.kubeconfig(self._context))
        self._cast.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends what was run, then the actors, then the cluster."""
        self._end_runs()
        self._cast.stop()
        self.s3.__exit__(None, None, None)
        self.server.__exit__(None, None, None)

    def play(self, pace: float) -> None:
        """From now on things take their time, by a factor."""
        self._cast.set_pace(pace)

    def write_repository(self, *, longhorn: str, operator: bool = False, sheet: bool = False) -> None:
        """Writes the person's repository, as it asks for a version of Longhorn, and commits it."""
        write_homelab(self.place.repository, longhorn=longhorn, s3=self.s3.url, operator=operator, sheet=sheet)
        self.commit(checkout.NAME)

    def commit(self, remote: str) -> None:
        """Commits the person's repository to a remote of this name."""
        (self.place.folder / "git").mkdir(exist_ok=True)
        checkout.create(self.place.folder, self.place.repository, remote)

    def pull(self) -> None:
        """The person's copy has what Flux committed."""
        checkout.pull(self.place.folder, self.place.repository)

    def run(self, *argv: str) -> None:
        """Runs a stand-in tool in the repository, at no pace at all.

        Raises:
            StageError: it failed.
        """
        command = [str(self.place.folder / "bin" / argv[0]), *argv[1:]]
        environ = {**self.place.environ(), PACE: "0"}
        done = subprocess.run(command, cwd=self.place.repository, env=environ, capture_output=True, text=True)
        if done.returncode:
            raise StageError(f"{' '.join(argv)} ended {done.returncode}: {done.stderr.strip()[-300:]}")

    def until(self, what: str, seen: Callable[[], bool]) -> None:
        """Waits until something is so on the cluster.

        Raises:
            StageError: it did not come about.
        """
        deadline, looked_at = time.monotonic() + _PATIENCE, -1
        while True:
            # Looking takes the actors' time: only where something was written since.
            version = self.server.version
            if version != looked_at and seen():
                return
            looked_at = version
            if time.monotonic() > deadline:
                raise StageError(f"waited {_PATIENCE:.0f} s for {what}; {'; '.join(self._cast.troubles)}")
            time.sleep(0.02)

    def _has_tenant(self) -> bool:
        """S3 answers while a tenant is initialized."""
        return any(text(tenant, "status", "currentState") == INITIALIZED for tenant in self.api.list(res.TENANTS))

    def _end_runs(self) -> None:
        if not self.place.runs.is_dir():
            return
        runs = Runs(self.place.runs)
        going_on = [run.id for run in runs.records() if not run.state.ended]
        for run_id in going_on:
            runs.interrupt(run_id)
        deadline = time.monotonic() + _ENDING
        for run_id in going_on:
            runs.wait(run_id, max(0.0, deadline - time.monotonic()))
