"""Flux on a rig: the real kustomize-controller, started once its CRDs exist, and the real ``flux bootstrap git``."""

from __future__ import annotations

import subprocess

from tests.rig.build import tool
from tests.rig.cluster import Rig
from tests.rig.git_server import GitServer
from tests.rig.repository import CLUSTER
from tests.rig.waiting import Lurker

COMPONENTS = "source-controller,kustomize-controller,helm-controller"
_WATCHED = (
    "kustomize.toolkit.fluxcd.io/v1/kustomizations",
    *(f"source.toolkit.fluxcd.io/v1/{kind}" for kind in ("buckets", "gitrepositories", "ocirepositories")),
)
"""What the controller needs the CRDs of: one that starts before all of them are there may wait for minutes."""


class KustomizeController(Lurker):
    """Waits in the background for Flux's CRDs, then starts the controller, which ends with the rig."""

    def __init__(self, rig: Rig, source: str) -> None:
        """Takes ``host:port`` of where artifacts are served."""
        self._rig, self._source = rig, source
        super().__init__("kustomize-controller", self._may_start, self._start, every=0.2)

    def _may_start(self) -> bool:
        return all(self._rig.serves(f"/apis/{kind}") for kind in _WATCHED)

    def _start(self) -> None:
        self._rig.processes.start(
            "kustomize-controller",
            [
                tool("kustomize-controller"), "--events-addr=", "--metrics-addr=0", "--health-addr=0",
                "--requeue-dependency=2s",
            ],
            environ=self._rig.environ
            | {"RUNTIME_NAMESPACE": "flux-system", "SOURCE_CONTROLLER_LOCALHOST": self._source},
        )  # fmt: skip


def bootstrap(rig: Rig, server: GitServer) -> subprocess.CompletedProcess[str]:
    """Runs ``flux bootstrap git`` for the repository that the server has; never raises for its exit code."""
    return rig.run(
        "flux", "--context", "rig", "bootstrap", "git", f"--url={server.url}", f"--username={server.user}",
        "--allow-insecure-http", "--token-auth", "--branch=main", f"--path={CLUSTER}", f"--components={COMPONENTS}",
        "--timeout=2m", GIT_PASSWORD=server.password,
    )  # fmt: skip
