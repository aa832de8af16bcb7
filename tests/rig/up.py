"""A cluster for a person: ``python -m tests.rig up`` starts it, says how to reach it, and ends it on ctrl-c."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors.cast import Cast
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.minio import MinioOperator
from runners.demo.actors.probe import Prober
from runners.demo.actors.provisioner import Provisioner
from runners.demo.actors.source import SourceController
from tests.rig.cluster import Rig
from tests.rig.flux import COMPONENTS, KustomizeController
from tests.rig.git_server import GitServer, git
from tests.rig.repository import CLUSTER, write_repository

_SHELL = (
    "KUBECONFIG",
    "HELM_DATA_HOME",
    "HELM_CACHE_HOME",
    "HELM_CONFIG_HOME",
    "HELMFILE_UPGRADE_NOTICE_DISABLED",
    "XDG_STATE_HOME",
)
"""What a person's shell takes over; its home stays its own."""


@dataclass(frozen=True)
class Parts:
    """What plays on the cluster besides kwok."""

    actors: bool = True
    git: bool = True
    flux: bool = True


def up(parts: Parts) -> int:
    """Starts everything, prints how to use it and waits for ctrl-c or SIGTERM; returns the exit code."""
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    with Rig("pods") as rig, ExitStack() as stack:
        repository = write_repository(rig.folder / "repository")
        source = stack.enter_context(_cast(rig)) if parts.actors else None
        if parts.flux and source is not None:
            stack.enter_context(KustomizeController(rig, source.address))
        server = stack.enter_context(GitServer(rig.folder / "git")) if parts.git else None
        if server is not None:
            _publish(server, repository)
        print("\n".join(_words(rig, repository, server)), flush=True)
        while not ending.wait(1):
            ended = [kept for kept in rig.processes.kept if kept.ended is not None]
            if ended:
                print(f"rig: {ended[0].name} ended with {ended[0].ended}:\n{ended[0].tail()}", flush=True)
                return 1
    return 0


@contextmanager
def _cast(rig: Rig) -> Iterator[SourceController]:
    connection = Connection(load({}, kubeconfig=rig.kubeconfig))
    source = SourceController(connection, folder=rig.folder / "artifacts")
    others = (Longhorn(connection), MinioOperator(connection), Provisioner(connection), Prober(connection))
    try:
        with Cast([source, *others]):
            yield source
    finally:
        connection.close()


def _publish(server: GitServer, repository: Path) -> None:
    server.push(repository)
    git("remote", "add", "origin", server.url.replace("//", f"//{server.user}:{server.password}@"), cwd=repository)


def _words(rig: Rig, repository: Path, server: GitServer | None) -> Sequence[str]:
    """What a person pastes into another shell."""
    lines = [f'export PATH={shlex.quote(str(rig.folder / "bin"))}:"$PATH"']
    lines += [f"export {name}={shlex.quote(rig.environ[name])}" for name in _SHELL]
    if server is not None:
        lines.append(f"export GIT_PASSWORD={shlex.quote(server.password)}")
    lines += ["", f"# a repository to work in: bedplate -C {repository}"]
    if server is not None:
        lines.append(
            f"# flux bootstrap git --url={server.url} --username={server.user} --allow-insecure-http --token-auth "
            f"--branch=main --path={CLUSTER} --components={COMPONENTS}"
        )
    return [*lines, "# ctrl-c ends the cluster"]
