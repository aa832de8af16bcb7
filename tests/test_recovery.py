"""The ways out of a stuck release: the exact call, and what speaks against it, from what session and helm say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import pytest

from runners.asks import Work
from runners.cluster.errors import NotFound
from runners.layers import commands as c
from runners.layers.findings import GateAnswer
from runners.layers.jsons import Json
from runners.layers.kinds.base import Row
from runners.layers.kinds.releases import Revision
from runners.layers.plans import Served
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.movement import Movement
from runners.recovery import Recovery, recovery
from runners.tools.calls import Bench
from tests.layers import worlds as w
from tests.tools.scripted_tools import Answer
from tests.tui.still_session import NoConnection, StillSession, still_session

CHART = {1: "longhorn-1.11.2", 2: "longhorn-1.12.1"}
MANAGER = w.workload("daemonsets", "longhorn-system", "longhorn-manager", 3, 3)


class Leases(NoConnection):
    """Answers with one Lease."""

    lease: Json | None = None

    def request(self, method: str, path: str, **_more: object) -> Json:
        assert (method, path) == ("GET", "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/bedplate")
        if self.lease is None:
            raise NotFound("there is no Lease")
        return self.lease


def session_with(folder: Path, *rows: Row, lease: Json | None = None) -> StillSession:
    session = still_session(folder)
    session.connection = Leases(session.options.access)
    session.connection.lease = lease
    session.movement = Movement(lambda: w.NOW - 3600)
    session.fill([*w.longhorn_world(), *rows])
    return session


def way_out(
    session: StillSession,
    command: c.Command,
    namespace: str,
    name: str,
    charts: Mapping[int, str] = CHART,
    manifest: str = "",
) -> Recovery:
    async def call(argv: Sequence[str], **_: object) -> Answer:
        if tuple(argv[:4]) == ("helm", "get", "manifest", name):
            assert tuple(argv[-2:]) == ("--revision", "1")
            return Answer(manifest)
        assert tuple(argv[:3]) == ("helm", "history", name)
        return Answer(json.dumps([{"revision": number, "chart": chart} for number, chart in charts.items()]))

    bench = Bench(call, session.options.repository, Served("", ()))
    target = c.Target(kind="release", namespace=namespace, name=name)
    return anyio.run(partial(recovery, session, bench, command, target))


def hung(namespace: str = "minio-tenant", name: str = "minio-tenant") -> tuple[Revision, Revision]:
    return w.release(namespace, name, "superseded", 1), w.release(namespace, name, "pending-upgrade", 2)


def test_the_record_is_deleted_by_its_own_name(tmp_path: Path) -> None:
    found = way_out(session_with(tmp_path, *hung()), c.DELETE_RECORD, "minio-tenant", "minio-tenant")
    assert GateAnswer(found.findings).is_open
    name = "sh.helm.release.v1.minio-tenant.v2"
    assert found.work == Work(("kubectl", "delete", "secret", name, "--context", "home", "-n", "minio-tenant"))


def test_a_rollback_names_the_revision_that_was_whole(tmp_path: Path) -> None:
    rows = hung("minio-operator", "other")
    found = way_out(session_with(tmp_path, *rows), c.ROLL_BACK, "minio-operator", "other")
    assert found.work.argv == ("helm", "rollback", "other", "1", "--kube-context", "home", "-n", "minio-operator")


@pytest.mark.parametrize(("manager", "is_open"), [("v1.11.2", True), ("v1.12.1", False), ("", False)])
def test_longhorn_goes_back_only_under_its_old_manager(tmp_path: Path, manager: str, is_open: bool) -> None:
    session = session_with(tmp_path)
    rows = [row for row in w.longhorn_world() if row.name not in (MANAGER.name, "sh.helm.release.v1.longhorn.v1")]
    session.fill([*rows, replace(MANAGER, app_version=manager), *hung("longhorn-system", "longhorn")])
    answer = GateAnswer(way_out(session, c.ROLL_BACK, "longhorn-system", "longhorn").findings)
    assert answer.is_open is is_open
    assert answer.overridable is False


@pytest.mark.parametrize(
    ("release", "owner", "is_open"),
    [
        ("longhorn", "", False),
        ("storage", "longhorn-system/storage", False),
        ("other", "longhorn-system/longhorn", True),
    ],
)
def test_longhorn_is_known_whatever_its_chart_is_called(
    tmp_path: Path, release: str, owner: str, is_open: bool
) -> None:
    session = session_with(tmp_path)
    rows = [row for row in w.longhorn_world() if row.name not in (MANAGER.name, "sh.helm.release.v1.longhorn.v1")]
    manager = replace(MANAGER, app_version="v1.12.1", release=owner)
    session.fill([*rows, manager, *hung("longhorn-system", release)])
    charts = {1: "storage-1.12.1", 2: "storage-1.12.1"}
    answer = GateAnswer(way_out(session, c.ROLL_BACK, "longhorn-system", release, charts).findings)
    assert answer.is_open is is_open


@pytest.mark.parametrize(("answer", "closes"), [("kept", True), ("gone", False)])
def test_longhorn_is_not_taken_back_to_values_that_delete_what_old_disks_have(
    tmp_path: Path, answer: str, closes: bool
) -> None:
    session = session_with(tmp_path)
    rows = [row for row in w.longhorn_world() if row.name not in (MANAGER.name, "sh.helm.release.v1.longhorn.v1")]
    session.fill([*rows, replace(MANAGER, app_version="v1.11.2"), *hung("longhorn-system", "longhorn")])
    said = Decision("recover", "disks", Choice.CONFIRMED, w.NOW - 60, "ada", answer=answer)
    session.recovering.decisions = (said,)
    manifest = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: longhorn-default-setting}\n"
        "data: {default-setting.yaml: 'orphan-resource-auto-deletion: replica-data'}\n"
    )
    found = GateAnswer(way_out(session, c.ROLL_BACK, "longhorn-system", "longhorn", manifest=manifest).findings)
    told = [each for each in found.findings if "replicas that no volume knows" in each.text]
    assert [each.closes for each in told] == [closes]


def test_whoever_holds_the_lease_is_named(tmp_path: Path) -> None:
    spec = {"holderIdentity": "bob@desk 7f3a", "renewTime": "2099-01-01T00:00:00.000000Z", "leaseDurationSeconds": 30}
    session = session_with(tmp_path, *hung(), lease={"spec": spec})
    answer = GateAnswer(way_out(session, c.DELETE_RECORD, "minio-tenant", "minio-tenant").findings)
    assert "is held by bob@desk 7f3a" in answer.reason
    assert not answer.overridable


def test_a_timeout_in_the_helmfile_counts(tmp_path: Path) -> None:
    session = session_with(tmp_path, *hung())
    folder = session.options.repository / "minio"
    folder.mkdir()
    helmfile = "helmDefaults: {timeout: 60}\nreleases:\n- {name: minio-tenant, chart: a/b, timeout: 99999999999}\n"
    (folder / "helmfile.yaml").write_text(helmfile)
    answer = GateAnswer(way_out(session, c.DELETE_RECORD, "minio-tenant", "minio-tenant").findings)
    assert "that is normal while helm works" in answer.reason


def test_what_is_whole_again_is_left_alone(tmp_path: Path) -> None:
    session = session_with(tmp_path, w.release("minio-tenant", "minio-tenant"))
    found = way_out(session, c.ROLL_BACK, "minio-tenant", "minio-tenant")
    assert "helm left nothing unfinished" in GateAnswer(found.findings).reason
    assert found.work == Work(())
