"""Plans for tests, a word each."""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.findings import Finding
from runners.layers.identity import Identity
from runners.layers.plan_rules import plan_findings
from runners.layers.plans import Change, ObjectChange, ObjectRef, Plan, ReleaseAction, ReleasePlan
from runners.layers.replica_deletion import AtStake

HOME = Identity(context="home", server="https://10.0.0.10:6443", uid="41c7")

_GROUPS = {
    "Deployment": "apps",
    "CustomResourceDefinition": "apiextensions.k8s.io",
    "StorageClass": "storage.k8s.io",
    "Tenant": "minio.min.io",
}


def ref(words: str) -> ObjectRef:
    """``Kind namespace/name`` or ``Kind name``."""
    kind, _, place = words.partition(" ")
    namespace, _, name = place.rpartition("/")
    return ObjectRef(kind, namespace, name, _GROUPS.get(kind, ""))


def release(
    name: str = "longhorn",
    *,
    action: str = "upgrade",
    changes: tuple[str, ...] = (),
    hashes: tuple[str, ...] = (),
    versions: tuple[str, str] = ("1.11.2", "1.12.1"),
    status: str = "deployed",
) -> ReleasePlan:
    """A release; a change is ``+Kind ns/name``, ``~`` or ``-``, and a hash is ``Kind ns/name=hash``."""
    signs = {"+": Change.ADDED, "~": Change.CHANGED, "-": Change.REMOVED}
    new = action == "install"
    return ReleasePlan(
        name=name,
        namespace="longhorn-system",
        action=ReleaseAction(action),
        chart=f"../charts/{name}",
        revision=0 if new else 7,
        status="" if new else status,
        installed_version="" if new else versions[0],
        version=versions[1],
        changes=tuple(ObjectChange(ref(words[1:]), signs[words[0]]) for words in changes),
        hashes={ref(words.rpartition("=")[0]): words.rpartition("=")[2] for words in hashes},
    )


def plan(*releases: ReleasePlan) -> Plan:
    """A plan of some releases, clean and committed."""
    return Plan(
        component="longhorn",
        helmfile="longhorn/helmfile.yaml",
        environment="default",
        identity=HOME,
        releases=releases,
        inputs={"longhorn/helmfile.yaml": "aa", "longhorn/values.yaml": "bb"},
        commit="3d2789e",
        made=1.0,
    )


def against(
    shown: Plan, *, protected: bool = False, old_disks: str = "", settings: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """What speaks against a plan, on a cluster without old disks unless told otherwise."""
    return plan_findings(shown, protected=protected, stake=AtStake(old_disks, settings or {}))
