"""Everything on one cluster: kwok's pods, the actors, a Git server with a repository in the seed's layout, and Flux."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.rig.flux import COMPONENTS
from tests.rig.git_server import GitServer, git
from tests.rig.played import PlayedCluster
from tests.rig.repository import CLUSTER, commit_all, write_repository

BEDPLATE_YAML = """\
version: 1
gitops:
  bootstrap: git
  url: {url}
  username: {user}
  path: {path}
  branch: main
  token_auth: true
  allow_insecure_http: true
  controllers: [{controllers}]
"""


class Stage:
    """A context manager; whatever it started ends with it."""

    def __init__(self, *, storage_delay: float = 3.0, config: str = "") -> None:
        """Starts nothing yet.

        Args:
            storage_delay: seconds from Longhorn's being there otherwise until its manager makes the StorageClass.
            config: what bedplate.yaml says besides, of the foundation and of keys.
        """
        self._config = config
        self._stack = ExitStack()
        self._cluster = PlayedCluster(storage_delay=storage_delay)
        self.rig = self._cluster.rig
        self.repository = self.rig.folder / "repository"

    def __enter__(self) -> Self:
        """Starts cluster, actors, Git and the wait for Flux's CRDs."""
        with self._stack:
            self._stack.enter_context(self._cluster)
            self.longhorn = self._cluster.longhorn
            self.server = self._stack.enter_context(GitServer(self.rig.folder / "git"))
            self._write_repository()
            self._kept = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends everything."""
        self._kept.close()

    @property
    def environ(self) -> dict[str, str]:
        """What a person's shell has: the tools, the kubeconfig, and the token for Git."""
        return {**self.rig.environ, "GIT_PASSWORD": self.server.password}

    def _write_repository(self) -> None:
        config = BEDPLATE_YAML.format(
            url=self.server.url, user=self.server.user, path=CLUSTER, controllers=COMPONENTS.replace(",", ", ")
        )
        write_repository(self.repository, extra={"bedplate.yaml": config + self._config})
        self.server.push(self.repository)
        front_door = self.server.url.replace("//", f"//{self.server.user}:{self.server.password}@")
        git("remote", "add", "origin", front_door, cwd=self.repository)

    def push(self, files: dict[str, str], message: str) -> str:
        """Commits files on top of what the server has and pushes them; returns the commit."""
        clone = Path(self.rig.folder) / "clone"
        if not clone.exists():
            git("clone", "--quiet", str(self.server.bare), str(clone), cwd=self.rig.folder)
        git("pull", "--quiet", "--rebase", cwd=clone)
        for path, content in files.items():
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_text(content)
        commit_all(clone, message)
        git("push", "--quiet", "origin", "HEAD:main", cwd=clone)
        return self.server.head()
