"""Longhorn's rule from objects in each of their states: the verdict, what is said, and of which object."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Key, Row
from runners.layers.verdicts import Verdict
from tests.layers import longhorn_objects as lh
from tests.layers import worlds as w
from tests.layers.judged import state
from tests.layers.longhorn_objects import changed, condition, with_settings

OLD = "longhornio/longhorn-engine:v1.11.2"
OLDER = "longhornio/longhorn-engine:v1.10.0"
NO_PLACE = [condition("Scheduled", "False", "ReplicaSchedulingFailure", "no disk has room")]
FULL = {"conditions": [condition("Ready", "True"), condition("Schedulable", "False", "DiskPressure", "disk is full")]}
LOST = {"conditions": [condition("Ready", "False", "NoDiskInfo", "no such path"), condition("Schedulable", "False")]}


def nodes(first: lh.Obj) -> lh.World:
    return changed(nodes=[first, *(lh.node(name) for name in w.NODES[1:])])


def volume_in(state: str = "attached", robustness: str = "healthy", **status: Any) -> lh.World:
    return changed(volumes=[lh.volume(state=state, robustness=robustness, **status)])


VOLUME: Key = ("longhorn-volumes", "longhorn-system", "pvc-1")
NODE: Key = ("longhorn-nodes", "longhorn-system", "node-1")
IMAGE: Key = ("longhorn-engineimages", "longhorn-system", "ei-1")
MANAGER: Key = ("longhorn-instancemanagers", "longhorn-system", "instance-manager-node-1")
H, D, F, U = Verdict.HEALTHY, Verdict.DEGRADED, Verdict.FAILED, Verdict.UNKNOWN


def test_all_is_well() -> None:
    found = state("longhorn", lh.rows(lh.all_well()))
    assert (found.verdict, found.summary) == (Verdict.HEALTHY, "")
    assert found.details[:2] == ("3/3 nodes · 1 volume: 1 healthy", "StorageClass longhorn (default) · backups ok")


def test_backups_that_are_not_due_yet_are_not_called_ok() -> None:
    young = lh.volume(lastBackupAt="")
    young["metadata"]["creationTimestamp"] = lh.stamp(w.NOW - lh.HOUR)
    found = state("longhorn", lh.rows(changed(volumes=[young])))
    assert found.details[1] == "StorageClass longhorn (default) · no backup yet"


@pytest.mark.parametrize(
    ("world", "verdict", "says", "about"),
    [
        (volume_in("attached", "degraded"), D, "of claim apps/data-pvc-1 is degraded", VOLUME),
        (volume_in("attached", "degraded", conditions=NO_PLACE), D, "rebuilding: no disk has room", VOLUME),
        (volume_in("attached", "healthy", conditions=NO_PLACE), D, "without a place: no disk has room", VOLUME),
        (volume_in("detached", "unknown", conditions=NO_PLACE), D, "without a place", VOLUME),
        (volume_in("detached", "faulted"), F, "is faulted", VOLUME),
        (volume_in("attached", "faulted", restoreRequired=True), F, "is faulted", VOLUME),
        (volume_in("detached", "unknown"), H, "", None),
        (volume_in("attaching", "unknown"), H, "", None),
        (volume_in("creating", "unknown"), H, "", None),
        (volume_in("attached", "unknown"), H, "says nothing of its replicas yet", VOLUME),
        (volume_in("attached", "splendid"), U, "judged: state 'attached', robustness 'splendid'", VOLUME),
        (volume_in("frozen", "healthy"), U, "state 'frozen'", VOLUME),
        (volume_in("attached", "healthy", restoreRequired=True), H, "is being restored from its backup", VOLUME),
        (volume_in("attached", "degraded", conditions=[condition("Restore", "True")]), H, "is being restored", VOLUME),
        (
            volume_in(
                "detached", "unknown", restoreRequired=True, conditions=[condition("Restore", "False", "", "gone")]
            ),
            D,
            "was not restored: gone",
            VOLUME,
        ),
        (volume_in(currentImage=OLD), H, "1 Longhorn volume runs engine v1.11.2, the manager's is v1.12.1", VOLUME),
        (volume_in(currentImage=OLDER), D, "engine v1.10.0, the manager's is v1.12.1: too far apart", VOLUME),
        (volume_in(currentImage="longhornio/longhorn-engine:main-head"), H, "runs engine main-head", VOLUME),
        (nodes(lh.node(disk=FULL)), D, "/var/lib/longhorn/ takes no replicas: disk is full", NODE),
        (nodes(lh.node(disk=LOST)), D, "takes no replicas: no such path", NODE),
        (nodes(lh.node(disk={"conditions": None})), D, "takes no replicas: no reason given", NODE),
        (nodes(lh.node(conditions=[condition("Ready", "False", "Gone", "node is down")])), D, "node is down", NODE),
        (nodes(lh.node(conditions=[condition("Ready", "Maybe")])), D, "not ready: no reason given", NODE),
        (nodes(lh.node(allowed=False)), H, "takes no replicas: its spec says so", NODE),
        (nodes(lh.node(conditions=[condition("NFSClientInstalled", "False", "", "none")])), H, "lacks something", NODE),
        (nodes(lh.node(conditions=[condition("RequiredPackages", "False", "", "no iscsi")])), D, "no iscsi", NODE),
        (changed(engineimages=[lh.engine_image(state="deploying")]), D, "v1.12.1 is deploying", IMAGE),
        (changed(engineimages=[lh.engine_image(state="pondering")]), U, "is pondering", IMAGE),
        (changed(engineimages=[lh.engine_image(state=None)]), U, "is unknown", IMAGE),
        (changed(engineimages=[lh.engine_image(incompatible=True)]), F, "is incompatible with this manager", IMAGE),
        (changed(engineimages=[lh.engine_image(OLD, refCount=0, state="deploying")]), H, "", None),
        (
            changed(instancemanagers=[lh.instance_manager(name) for name in w.NODES[1:]]),
            D,
            "none runs on node-1: no volume can be attached there",
            NODE,
        ),
        (
            changed(
                instancemanagers=[lh.instance_manager(name) for name in w.NODES]
                + [lh.instance_manager(currentState="error")]
            ),
            D,
            "on node-1 is in state error",
            MANAGER,
        ),
    ],
)
def test_a_state(world: lh.World, verdict: Verdict, says: str, about: Key | None) -> None:
    found = state("longhorn", lh.rows(world))
    assert (found.verdict, says in found.summary) == (verdict, True), found
    if about is not None:
        assert telling(found.findings).about == about


def telling(findings: tuple[Finding, ...]) -> Finding:
    return max(findings, key=lambda finding: finding.severity)


@pytest.mark.parametrize(
    ("world", "severity", "says"),
    [
        (with_settings(deleting_confirmation_flag="true"), Severity.WARNING, "nothing would stop an uninstall"),
        (with_settings(deleting_confirmation_flag="perhaps"), Severity.UNKNOWN, "neither true nor false: 'perhaps'"),
        (
            with_settings(orphan_resource_auto_deletion="replica-data;instance"),
            Severity.WARNING,
            "deletes replica data",
        ),
        (with_settings(orphan_resource_auto_deletion="instance"), Severity.OK, ""),
        (changed(settings=[lh.setting("orphan-auto-deletion", "true")]), Severity.UNKNOWN, "nothing to compare"),
        (with_settings(default_engine_image=""), Severity.UNKNOWN, "says nothing to compare engines with"),
        (with_settings(default_engine_image=json.dumps({"v1": lh.ENGINE})), Severity.OK, ""),
    ],
)
def test_a_setting(world: lh.World, severity: Severity, says: str) -> None:
    found = telling(state("longhorn", lh.rows(world)).findings)
    assert (found.severity, says in found.text) == (severity, True), found


def test_the_older_name_of_a_setting_counts_where_the_new_one_is_not_there() -> None:
    settings = [lh.setting("default-engine-image", lh.ENGINE), lh.setting("orphan-auto-deletion", "true")]
    found = telling(state("longhorn", lh.rows(changed(settings=settings))).findings)
    assert (found.subject, found.severity) == ("Longhorn setting orphan-auto-deletion", Severity.WARNING)


@pytest.mark.parametrize(
    ("limit", "remedy"),
    [("0", "upgrade them, or set"), ("3", "3 at a time on a node"), ("many", "upgrade them, or set")],
)
def test_engines_are_upgraded_by_hand_or_by_a_setting(limit: str, remedy: str) -> None:
    world = with_settings(concurrent_automatic_engine_upgrade_per_node_limit=limit)
    world["longhorn-volumes"] = [lh.volume(f"pvc-{at}", currentImage=OLD) for at in range(30)]
    found = telling(state("longhorn", lh.rows(world)).findings)
    assert found.text.startswith("30 Longhorn volumes run engine v1.11.2")
    assert remedy in found.remedy


@pytest.mark.parametrize(
    ("lost", "verdict", "says"),
    [
        ("csi-provisioner", Verdict.FAILED, "Deployment csi-provisioner is not there, so no claim can bind"),
        ("csi-attacher", Verdict.FAILED, "so no volume can be attached"),
        ("csi-snapshotter", Verdict.DEGRADED, "Deployment csi-snapshotter is not there, so no snapshots"),
        ("longhorn-csi-plugin", Verdict.FAILED, "so no node can mount a volume"),
        (w.ENGINE_DAEMONSET, Verdict.FAILED, "so no engine can run"),
    ],
)
def test_a_workload_that_the_manager_made_is_gone(lost: str, verdict: Verdict, says: str) -> None:
    found = state("longhorn", w.without(lh.rows(lh.all_well()), lost))
    assert (found.verdict, says in found.summary) == (verdict, True), found


def test_csi_workloads_need_no_fixed_number_of_pods_but_some() -> None:
    rows = w.without(lh.rows(lh.all_well()), "csi-provisioner")
    one = w.workload("deployments", "longhorn-system", "csi-provisioner", 1, 1)
    none = w.workload("deployments", "longhorn-system", "csi-provisioner", 0, 0)
    assert state("longhorn", [*rows, one]).verdict is Verdict.HEALTHY
    assert state("longhorn", [*rows, none]).summary == "Deployment csi-provisioner wants no pods"


@pytest.mark.parametrize(
    ("others", "severity", "says"),
    [
        ([w.storage_class("local-path", "rancher.io/local-path")], Severity.WARNING, "local-path, longhorn"),
        ([w.storage_class("fast")], Severity.WARNING, "fast, longhorn"),
    ],
)
def test_two_default_classes_are_one_too_many(others: list[Row], severity: Severity, says: str) -> None:
    found = telling(state("longhorn", [*lh.rows(lh.all_well()), *others]).findings)
    assert (found.severity, says in found.subject) == (severity, True), found


def test_no_default_class_is_worth_a_note() -> None:
    rows = w.without(lh.rows(lh.all_well()), "longhorn")
    sc = lh.KINDS["storageclasses"].row(
        "storageclasses", {"metadata": {"name": "lh"}, "provisioner": "driver.longhorn.io"}
    )
    found = state("longhorn", [*rows, sc])
    assert (found.verdict, found.summary.startswith("StorageClasses none is default")) == (Verdict.HEALTHY, True)


def test_many_volumes_with_one_trouble_are_counted_the_worst_first() -> None:
    many = [lh.volume(f"pvc-{at:02}", robustness="faulted") for at in range(40)]
    some = [lh.volume(f"pvc-d{at}", robustness="degraded") for at in range(10)]
    used = lh.volume("pvc-used", robustness="faulted", kubernetesStatus={"pvcName": "a-db", "namespace": "apps"})
    found = state("longhorn", lh.rows(changed(volumes=[*many, *some, used])))
    faulted, *degraded = [finding for finding in found.findings if finding.severity > Severity.NOTE]
    assert (faulted.subject, faulted.severity) == ("41 Longhorn volumes", Severity.BLOCKER)
    assert faulted.text.endswith(": apps/a-db, apps/data-pvc-00, apps/data-pvc-01 and 38 more")
    assert faulted.about == ("longhorn-volumes", "longhorn-system", "pvc-used")
    assert len(degraded) == 10
    assert "51 volumes: 10 degraded, 41 faulted" in found.details[0]


def test_a_volume_of_an_unknown_state_is_counted_as_such() -> None:
    found = state("longhorn", lh.rows(changed(volumes=[lh.volume(robustness="splendid"), lh.volume("pvc-2")])))
    assert found.details[0] == "3/3 nodes · 2 volumes: 1 healthy, 1 unknown"


@pytest.mark.parametrize("trouble", ["nodes", "disks", "hosts", "closed", "managers"])
def test_many_nodes_with_one_trouble_are_counted(trouble: str) -> None:
    names = [f"worker-{at:02}" for at in range(12)]
    states = {"managers": "error"}
    made = {
        "nodes": lambda name: lh.node(name, conditions=[condition("Ready", "False", "Down")]),
        "disks": lambda name: lh.node(name, disk=FULL),
        "hosts": lambda name: lh.node(name, conditions=[condition("RequiredPackages", "False", "", "none")]),
        "closed": lambda name: lh.node(name, allowed=False),
    }.get(trouble, lh.node)
    managers = [lh.instance_manager(name, currentState=states.get(trouble, "running")) for name in (*names, *w.NODES)]
    world = changed(nodes=[*map(made, names), *map(lh.node, w.NODES)], instancemanagers=managers)
    found = [finding for finding in state("longhorn", lh.rows(world)).findings if finding.severity >= Severity.NOTE]
    counted = [finding for finding in found if finding.subject.startswith(("12 ", "15 "))]
    assert len(counted) == 1
    assert counted[0].about is not None
    assert sum(finding.text.count("worker-") for finding in found) <= 6


@pytest.mark.parametrize("kind", ["longhorn-settings", "longhorn-backups", "longhorn-instancemanagers"])
def test_what_can_not_be_seen_leaves_the_verdict_open(kind: str) -> None:
    found = state("longhorn", lh.rows(lh.all_well()), {kind: Freshness(Reach.FORBIDDEN, w.NOW, f"list {kind}")})
    assert (found.verdict, f"forbidden: list {kind}" in found.summary) == (Verdict.UNKNOWN, True)
