"""Everybody who plays in the demo: what the rig has as real programs, and what is played there too."""

from __future__ import annotations

from collections.abc import Callable

from runners.demo.actors.api import Requests
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.accounts import ServiceAccounts
from runners.demo.actors.builtin.claims import ClaimBinder
from runners.demo.actors.builtin.containers import Containers, Say
from runners.demo.actors.builtin.daemonsets import DaemonSetController
from runners.demo.actors.builtin.deployments import DeploymentController
from runners.demo.actors.builtin.jobs import JobController
from runners.demo.actors.builtin.kubelet import Kubelet
from runners.demo.actors.builtin.protection import StorageProtection
from runners.demo.actors.builtin.replicasets import ReplicaSetController
from runners.demo.actors.builtin.scheduler import Scheduler
from runners.demo.actors.builtin.statefulsets import StatefulSetController
from runners.demo.actors.cast import Cast
from runners.demo.actors.delays import Delays
from runners.demo.actors.flux_operator import FluxOperator
from runners.demo.actors.kustomize.controller import KustomizeController
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.longhorn_vault import Vault
from runners.demo.actors.metallb import MetalLb
from runners.demo.actors.minio import MinioOperator
from runners.demo.actors.probe import Prober
from runners.demo.actors.provisioner import Provisioner
from runners.demo.actors.source import SourceController
from runners.demo.actors.source_fetch import Fetch

_STORAGE = 3.0
"""Seconds, at the stage's pace, between Longhorn being ready and its StorageClass."""
_IN_ORDER: tuple[type[Actor], ...] = (
    ServiceAccounts,
    DeploymentController,
    ReplicaSetController,
    DaemonSetController,
    StatefulSetController,
    JobController,
    Provisioner,
    ClaimBinder,
    StorageProtection,
    Scheduler,
    Kubelet,
    Prober,
    MinioOperator,
    MetalLb,
    FluxOperator,
)


def demo_cast(
    requests: Requests,
    *,
    fetch: Fetch | None = None,
    say: Say | None = None,
    pace: float = 1.0,
    changes: Callable[[], int] | None = None,
    vault: Vault | None = None,
) -> Cast:
    """The whole cast of one cluster, not started yet.

    Args:
        requests: the cluster.
        fetch: where Flux's Git is.
        say: takes what pods log, where that is kept.
        pace: a factor for all that only takes time to be seen, 0 for none, until ``Cast.set_pace`` changes it.
        changes: a number that moves with every write to the server, so that nobody looks in vain.
        vault: what lies on Longhorn's backup target; nothing at first where none is given.
    """
    actors = [kind(requests, delays=Delays(pace)) for kind in _IN_ORDER]
    if say is not None:
        actors.append(Containers(requests, say, delays=Delays(pace)))
    return Cast(
        (
            *actors,
            Longhorn(requests, storage_delay=_STORAGE, delays=Delays(pace), vault=vault),
            SourceController(requests, fetch=fetch, delays=Delays(pace), needs_deployment=True),
            KustomizeController(requests, delays=Delays(pace), needs_deployment=True),
        ),
        changes=changes,
    )
