"""On a real API server: a claim comes back from its backup before anything may create it empty, and jobs are held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from runners.asks import Refusal
from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors.cast import Cast
from runners.demo.actors.delays import Delays
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.longhorn_backup_objects import backup_status
from runners.demo.actors.longhorn_vault import Vault
from runners.demo.actors.provisioner import Provisioner
from runners.layers import commands as c
from runners.layers.commands import Command, Target
from runners.layers.findings import Severity
from runners.layers.kinds.longhorn_backups import LONGHORN_BACKUPS
from runners.layers.kinds.longhorn_settings import LONGHORN_RECURRING_JOBS
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import StepState
from runners.layers.walkthroughs.recover import recover
from runners.operate import Operator
from runners.session import Session
from runners.walking import Walk
from tests.rig.cluster import Rig
from tests.rig.repository import write_repository
from tests.rig.waiting import until
from tui.sessions import make_session

pytestmark = pytest.mark.rig

YAML = """\
version: 1
context: rig
foundation:
  - {component: longhorn, helmfile: longhorn/helmfile.yaml, namespaces: [longhorn-system]}
  - {component: minio, helmfile: minio/helmfile.yaml, namespaces: [minio-operator, minio-tenant], after: [longhorn]}
gitops: {bootstrap: git, url: "https://git.example.com/home.git", path: clusters/rig}
"""
LONGHORN = Target(component="longhorn")
SIZE = 2 * 2**30
JOB = {
    "apiVersion": "longhorn.io/v1beta2",
    "kind": "RecurringJob",
    "metadata": {"name": "nightly", "namespace": "longhorn-system"},
    "spec": {"name": "nightly", "task": "backup", "cron": "0 2 * * *", "groups": ["default"], "retain": 7},
}


@dataclass
class Place:
    """A new cluster in the place of one that died, seen by a person's session."""

    rig: Rig
    session: Session
    operator: Operator
    walk: Walk

    def decides(self, step_id: str, answer: str, typed: str = "") -> None:
        step = self.walk.walkthrough.step(step_id)
        assert step is not None
        decision = Decision("recover", step_id, Choice.CONFIRMED, self.session._clock(), "ada", answer=answer)

        async def decide() -> None:
            await self.operator.decide(decision, step, typed=typed)

        anyio.run(decide)
        self.walk.reload()

    def does(self, command: Command) -> RunRecord:
        async def confirmed() -> RunRecord:
            return await self.operator.confirm(await self.operator.ask(command, LONGHORN))

        run = self.session.runs.wait(anyio.run(confirmed).id, 120)
        log = self.session.runs.log_path(run.id).read_text()
        assert run.state is RunState.SUCCEEDED, log
        findings = anyio.run(self.operator.conclude, run)
        assert all(finding.severity <= Severity.NOTE for finding in findings), findings
        return run

    def closed(self, command: Command, target: Target) -> set[str]:
        return {finding.subject for finding in self.operator.gate(command, target).closed_by}

    def state(self, step_id: str) -> StepState:
        return next(view.state for view in self.walk.progress().steps if view.step.id == step_id)

    def job(self) -> dict[str, object]:
        found = json.loads(self.rig.kubectl("get", "lhrj", "nightly", "-n", "longhorn-system", "-o", "json"))
        return dict(found["spec"])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    vault = Vault(tmp_path / "target.json")
    known = {"pvName": "pvc-photos", "pvcName": "photos", "namespace": "apps"}
    volume = {
        "metadata": {"name": "pvc-photos"},
        "spec": {"size": str(SIZE), "accessMode": "rwo"},
        "status": {"kubernetesStatus": known},
    }
    vault.keep_backup("backup-1", backup_status("backup-1", volume, "nfs://nas:/b", "2026-11-24T02:00:00Z"))
    with Rig("pods") as rig:
        connection = Connection(load({}, kubeconfig=rig.kubeconfig))
        longhorn = Longhorn(connection, storage_delay=0, delays=Delays(0.2), vault=Vault(tmp_path / "target.json"))
        repository = write_repository(rig.folder / "repo", extra={"bedplate.yaml": YAML})
        done = rig.run("helmfile", "--kube-context", "rig", "-f", "longhorn/helmfile.yaml", "sync", cwd=repository)
        assert done.returncode == 0, done.stderr
        environ = {**rig.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
        session = make_session(environ, repository, rig.kubeconfig, "rig", read_only=False)
        with Cast([longhorn, Provisioner(connection)]):
            session.start()
            until("backups", lambda: session.store.all(LONGHORN_BACKUPS))
            rig.apply(JOB)
            until("the first look", lambda: session.has_looked and session.asked)
            yield Place(rig, session, Operator(session), Walk(session, recover(session.settings)))
            session.stop()
        connection.close()


def test_a_claim_is_back_before_anything_may_create_it(place: Place) -> None:
    rig = place.rig
    until("the job is seen", lambda: place.session.store.all(LONGHORN_RECURRING_JOBS))
    place.decides("disks", "gone")
    assert {"restore"} <= place.closed(c.BOOTSTRAP, Target())
    assert {"restore"} <= place.closed(c.APPLY, Target(component="minio"))
    assert not place.closed(c.APPLY, LONGHORN)
    place.decides("minor", "1.12")

    place.does(c.HOLD_JOBS)
    assert place.job()["groups"] == []
    until("the job is held", lambda: place.state("hold") is StepState.DONE)

    place.decides("what", "volumes apps/photos")
    assert {"claim apps/photos"} <= place.closed(c.BOOTSTRAP, Target())
    place.does(c.RESTORE)
    claim = json.loads(rig.kubectl("get", "pvc", "photos", "-n", "apps", "-o", "json"))
    assert (claim["status"]["phase"], claim["spec"]["volumeName"]) == ("Bound", "pvc-photos")
    until("its proof", lambda: place.state("restored") is StepState.DONE)
    assert "claim apps/photos" not in place.closed(c.BOOTSTRAP, Target())
    with pytest.raises(Refusal, match="every chosen claim is back"):
        anyio.run(place.operator.ask, c.RESTORE, LONGHORN)

    identity = place.session.identity
    assert identity is not None
    assert place.state("old-data") is StepState.DONE
    place.decides("disks", "kept")
    assert place.state("old-data") is not StepState.DONE
    _is_copied_from_old_disks(place)
    place.decides("old-data", identity.uid)
    assert place.state("old-data") is StepState.DONE

    place.decides("looked", identity.uid, typed="rig")
    place.does(c.RELEASE_JOBS)
    assert place.job()["groups"] == ["default"]
    until("the job runs", lambda: place.state("release") is StepState.DONE)


def _is_copied_from_old_disks(place: Place) -> None:
    """The pod that a person copies makes sense to the API, for all but what only they know."""
    step = place.walk.walkthrough.step("old-data")
    assert step is not None
    assert step.shell_now is not None
    lines = step.shell_now(place.walk.moment(), "rig").splitlines()
    look, made = (line for line in lines if "get orphans" in line or "<<<" in line)
    done = place.rig.run("bash", "-c", f"{look}; {made.replace('NODE', 'node-1').replace('SUFFIX', '1a2b3c4d')}")
    assert done.returncode == 0, done.stderr
    pod = json.loads(place.rig.kubectl("get", "pod", "old-replica", "-n", "apps", "-o", "json"))
    assert pod["spec"]["nodeName"] == "node-1"
    assert {"name": "new", "persistentVolumeClaim": {"claimName": "photos"}} in pod["spec"]["volumes"]
    place.rig.kubectl("delete", "pod", "old-replica", "-n", "apps", "--wait=false")
