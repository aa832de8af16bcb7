"""What a demo begins with: each scenario sets the stage, with a few things on it for a person to notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from runners.demo.actors import resources as res
from runners.demo.actors.api import Api
from runners.demo.actors.resources import Resource
from runners.demo.homelab import CLUSTER, CONTROLLERS, URL
from runners.demo.stage import Stage
from runners.layers.jsons import Json, sequence, text

CURRENT, PREVIOUS = "1.12.1", "1.11.2"
"""Versions of Longhorn: what the repository asks for, and what an upgrade begins with."""
_FLUX = "flux-system"
_STORAGE = "longhorn-system"


_NIGHTLY: Json = {
    "metadata": {"name": "nightly", "namespace": _STORAGE},
    "spec": {
        "name": "nightly",
        "task": "backup",
        "cron": "0 2 * * *",
        "groups": ["default"],
        "retain": 7,
        "concurrency": 2,
    },
}
_SYSTEM_BACKUP: Json = {
    "metadata": {"name": "first-day", "namespace": _STORAGE},
    "spec": {"volumeBackupPolicy": "if-not-present"},
}


def empty(stage: Stage) -> None:
    """A cluster of three nodes, and a repository that asks for everything."""
    stage.write_repository(longhorn=CURRENT)


def operator(stage: Stage) -> None:
    """The same with a repository in which the Flux Operator puts Flux there."""
    stage.write_repository(longhorn=CURRENT, operator=True)


def healthy(stage: Stage) -> None:
    """Everything is there and works."""
    stage.write_repository(longhorn=CURRENT)
    _install_everything(stage)


def upgrade(stage: Stage) -> None:
    """Everything works, with a Longhorn that is one minor version older than what Git asks for by now."""
    stage.write_repository(longhorn=PREVIOUS)
    _install_everything(stage)
    stage.write_repository(longhorn=CURRENT)


def disaster(stage: Stage) -> None:
    """Somebody deleted Longhorn's manager and its StorageClass, and left monitoring suspended."""
    healthy(stage)
    api = stage.api
    monitoring = _there(api, res.KUSTOMIZATIONS, _FLUX, "monitoring")
    api.patch(res.KUSTOMIZATIONS, monitoring, {"spec": {"suspend": True}})
    for resource, name in ((res.DAEMONSETS, "longhorn-manager"), (res.DEPLOYMENTS, "longhorn-driver-deployer")):
        api.delete(resource, _there(api, resource, _STORAGE, name))
    for storage_class in api.list(res.STORAGECLASSES):
        api.delete(res.STORAGECLASSES, storage_class)


def wiped(stage: Stage) -> None:
    """The whole cluster is gone. What is left is Git, and what Longhorn had put on its backup target."""
    stage.write_repository(longhorn=CURRENT, sheet=True)
    _install_everything(stage)
    stage.wipe()


def _install_everything(stage: Stage) -> None:
    api = stage.api
    stage.run("helmfile", "-f", "longhorn/helmfile.yaml", "sync")
    stage.until("Longhorn's StorageClass", lambda: bool(api.list(res.STORAGECLASSES)))
    stage.run("helmfile", "-f", "minio/helmfile.yaml", "sync")
    stage.until("minio's tenant", lambda: all(map(_is_initialized, api.list(res.TENANTS) or ({},))))
    place = (f"--url={URL}", f"--path={CLUSTER}", "--branch=main", f"--components={','.join(CONTROLLERS)}")
    stage.run("flux", "bootstrap", "git", *place, "--token-auth")
    stage.until("what Flux applies", partial(_all_ready, api))
    stage.pull()
    for resource, wanted in ((res.LONGHORN_RECURRING_JOBS, _NIGHTLY), (res.LONGHORN_SYSTEM_BACKUPS, _SYSTEM_BACKUP)):
        api.ensure(resource, wanted, None)
    stage.until("the first backups", partial(_all_backed_up, api))


def _all_backed_up(api: Api) -> bool:
    systems = api.list(res.LONGHORN_SYSTEM_BACKUPS)
    attached = (each for each in api.list(res.LONGHORN_VOLUMES) if text(each, "status", "state") == "attached")
    return all(text(each, "status", "lastBackup") for each in attached) and all(
        text(each, "status", "state") == "Ready" for each in systems
    )


def _is_initialized(tenant: Json) -> bool:
    return text(tenant, "status", "currentState") == "Initialized" and text(tenant, "status", "healthStatus") == "green"


def _all_ready(api: Api) -> bool:
    found = api.list(res.KUSTOMIZATIONS)
    return len(found) > 1 and all(
        any(
            text(item, "type") == "Ready" and text(item, "status") == "True"
            for item in sequence(each, "status", "conditions")
        )
        for each in found
    )


def _there(api: Api, resource: Resource, namespace: str, name: str) -> Json:
    found = api.get(resource, namespace, name)
    assert found is not None, f"{resource.kind} {namespace}/{name} was waited for"
    return found


SCENARIOS: Mapping[str, Callable[[Stage], None]] = {
    "empty": empty,
    "healthy": healthy,
    "upgrade": upgrade,
    "disaster": disaster,
    "wiped": wiped,
    "operator": operator,
}
"""By the names that the command line knows."""
