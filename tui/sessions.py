"""Puts a session together from the person's environment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from runners.cluster.kubeconfig import load
from runners.journal import Journal
from runners.layers.config import NAME, ConfigError
from runners.layers.config_nodes import Mistake
from runners.layers.settings import Settings
from runners.options import Rehearsing
from runners.repository import read_settings
from runners.session import Options, Session
from runners.tools.private_files import state_home
from runners.tools.runs import Runs


def make_session(
    environ: Mapping[str, str],
    repository: Path,
    kubeconfig: Path | None,
    context: str | None,
    *,
    read_only: bool,
    demo: bool = False,
    settings: Settings | None = None,
    rehearsing: Rehearsing | None = None,
) -> Session:
    """A session on one cluster and one repository, not started yet.

    Args:
        environ: the person's environment.
        repository: their repository.
        kubeconfig: the file that is named on the command line.
        context: the context that is named there.
        read_only: nothing may be changed.
        demo: the cluster is a play.
        settings: instead of what the repository says.
        rehearsing: what is told where a recovery is rehearsed.

    Raises:
        runners.cluster.access.KubeconfigError: no cluster can be made out.
        runners.layers.config.ConfigError: bedplate.yaml can't be used.
    """
    settings = settings or read_settings(repository)
    only = settings.context
    if only and context and context != only:
        raise ConfigError(str(repository / NAME), (Mistake(1, f"allows only the context {only}, not {context}"),))
    reload = partial(load, environ, kubeconfig=kubeconfig, context=context or only or None)
    home = state_home(environ)
    return Session(
        Options(repository, settings, reload(), reload, environ, read_only=read_only, demo=demo, rehearsing=rehearsing),
        Runs(home / "runs"),
        Journal(home / "journal.jsonl"),
    )
