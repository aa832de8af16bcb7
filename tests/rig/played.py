"""A cluster with everybody who plays on it: kwok's pods, the actors, and the real kustomize-controller."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors.cast import Cast
from runners.demo.actors.delays import Delays
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.longhorn_vault import Vault
from runners.demo.actors.metallb import MetalLb
from runners.demo.actors.minio import MinioOperator
from runners.demo.actors.probe import Prober
from runners.demo.actors.provisioner import Provisioner
from runners.demo.actors.source import SourceController
from tests.rig.cluster import Rig
from tests.rig.flux import KustomizeController


class PlayedCluster:
    """A context manager; whatever it started ends with it. Git and the backup target's contents are someone else's."""

    def __init__(
        self,
        *,
        storage_delay: float = 3.0,
        pace: float = 1.0,
        vault: Path | None = None,
        etcd: Path | None = None,
        managed: bool = True,
    ) -> None:
        """Starts nothing yet.

        Args:
            storage_delay: seconds that Longhorn's manager needs for the StorageClass after everything else is there.
            pace: a factor for what only takes time to be seen.
            vault: the file of what lies on Longhorn's backup target; without it that goes with the cluster.
            etcd: the folder of etcd's data, which stays.
            managed: does Longhorn's manager act? If not, it hangs until ``longhorn`` is started.
        """
        self.rig = Rig("pods", etcd=etcd)
        self._storage_delay, self._pace, self._vault, self._managed = storage_delay, pace, vault, managed
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Starts cluster and actors, and the wait for Flux's CRDs."""
        with self._stack:
            rig = self._stack.enter_context(self.rig)
            connection = Connection(load({}, kubeconfig=rig.kubeconfig))
            self._stack.callback(connection.close)
            source = SourceController(connection)
            self.longhorn = Longhorn(
                connection, storage_delay=self._storage_delay, delays=Delays(self._pace), vault=Vault(self._vault)
            )
            others = (kind(connection) for kind in (MinioOperator, Provisioner, Prober, MetalLb))
            self._stack.callback(self.longhorn.stop)
            if self._managed:
                self.longhorn.start()
            self._stack.enter_context(Cast((source, *others)))
            self._stack.enter_context(KustomizeController(rig, source.address))
            self._kept = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends everything."""
        self._kept.close()
