"""Runs of the real helmfile and helm, and the Lease on a real API server."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.runs import RunRecord, RunState
from runners.tools import run_files
from runners.tools.lease import Acquired, Held, LeaseFacts, Refused, acquire, holder, let_go
from runners.tools.lease_client import LeaseClient
from runners.tools.runs import RunRequest, Runs
from tests.rig.cluster import Rig
from tests.tools.leftovers import marked, nothing_left, until
from tests.tools.run_helpers import asked, folder_of, shell_tool

pytestmark = pytest.mark.rig


@pytest.fixture(autouse=True)
def mark(api_rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with nothing_left(monkeypatch, 20) as mark:
        yield mark


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A helmfile whose one release waits for a Deployment that never becomes ready: nothing acts on this cluster."""
    chart = tmp_path / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: slow\nversion: 1.0.0\n")
    pod = {"metadata": {"labels": {"app": "slow"}}, "spec": {"containers": [{"name": "c", "image": "none"}]}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "slow"},
        "spec": {"selector": {"matchLabels": {"app": "slow"}}, "template": pod},
    }
    (chart / "templates" / "deployment.yaml").write_text(json.dumps(deployment))
    release = {"name": "slow", "namespace": tmp_path.name.replace("_", "-")[:60], "chart": "./chart"}
    (tmp_path / "helmfile.yaml").write_text(yaml.safe_dump({"releases": [{**release, "wait": True, "timeout": 6}]}))
    return tmp_path


def test_the_real_server_takes_what_the_client_writes(api_rig: Rig, tmp_path: Path) -> None:
    admin = _client(api_rig.kubeconfig, tmp_path)
    me, other, now = holder("ada", "laptop", "run-1"), holder("bob", "desk", "run-2"), time.time()
    forget = partial(api_rig.kubectl, "delete", "lease", "bedplate", "-n", "kube-system", "--ignore-not-found")
    forget()  # a run of another test let it go, which leaves it there with its count
    try:
        assert acquire(admin.request, me, now) == Acquired()
        assert acquire(admin.request, me, now + 1) == Acquired()
        assert acquire(admin.request, other, now + 2) == Held(me, round(now, 6), round(now + 1, 6))
        assert acquire(admin.request, other, now + 100) == Acquired(took_over=me)
        assert not let_go(admin.request, me, now + 101)
        assert let_go(admin.request, other, now + 102)
        assert acquire(admin.request, me, now + 103) == Acquired()
        lease = json.loads(api_rig.kubectl("get", "lease", "bedplate", "-n", "kube-system", "-o", "json"))
        assert lease["spec"]["leaseTransitions"] == 2
    finally:
        forget()


def test_who_may_not_have_it_is_told_by_the_server(api_rig: Rig, tmp_path: Path) -> None:
    reader = _client(api_rig.kubeconfig_for("reader"), tmp_path)
    answer = acquire(reader.request, "reader@laptop x", time.time())
    assert isinstance(answer, Refused)
    assert answer.code == 403
    assert 'User "reader" cannot get resource "leases"' in answer.message
    acting = _client(api_rig.kubeconfig, tmp_path, {"as": "someone", "as-groups": ["others"]})
    answer = acquire(acting.request, "x", time.time())
    assert isinstance(answer, Refused)
    assert 'User "someone" cannot get' in answer.message


def test_the_keeper_renews_on_the_real_server(api_rig: Rig, runs: Runs, tmp_path: Path) -> None:
    run_id = runs.new_id()
    cluster, user = _entries(api_rig.kubeconfig)
    client = LeaseClient(cluster, user, {}, tmp_path)
    facts = LeaseFacts(holder("ada", "laptop", run_id), cluster, user, every=0.2)
    try:
        # A run of another test, which this worker began with it, may have to end first.
        until(lambda: isinstance(acquire(client.request, facts.holder, time.time()), Acquired), 60)
        first = _renewed(api_rig)
        runs.start(asked(shell_tool("exec sleep 60"), lease=facts, run_id=run_id))
        until(lambda: _renewed(api_rig) != first)
        runs.interrupt(run_id)
        until(lambda: isinstance(acquire(client.request, "bob@desk y", time.time()), Acquired))
    finally:
        api_rig.kubectl("delete", "lease", "bedplate", "-n", "kube-system", "--ignore-not-found")


def test_an_interrupt_lets_helmfile_and_helm_finish(api_rig: Rig, runs: Runs, slow: Path) -> None:
    record = runs.start(_sync(api_rig, slow))
    _until_helm_waits(api_rig, runs, record, slow)
    begun = time.monotonic()
    assert runs.interrupt(record.id)
    ended = runs.wait(record.id, 20)
    print(f"SIGINT to the end: {(time.monotonic() - begun) * 1000:.0f} ms")
    assert (ended.state, ended.exit_code) == (RunState.INTERRUPTED, 130)
    assert _statuses(api_rig, slow) == ["failed"]
    until(lambda: not (folder_of(runs, record) / run_files.KUBECONFIG).exists())


def test_helm_goes_on_when_helmfile_is_killed_and_is_seen(api_rig: Rig, runs: Runs, slow: Path, mark: str) -> None:
    record = runs.start(_sync(api_rig, slow))
    _until_helm_waits(api_rig, runs, record, slow)
    started = run_files.read_json(folder_of(runs, record) / run_files.STARTED) or {}
    os.kill(int(text(started, "supervisor")), signal.SIGKILL)  # first, or it writes down how helmfile ended
    os.kill(int(text(started, "pid")), signal.SIGKILL)
    assert any("upgrade --install" in command for command in marked(mark).values()), marked(mark)
    assert runs.holder_alive(record.id)
    assert (folder_of(runs, record) / run_files.KUBECONFIG).exists()
    assert runs.wait(record.id, 30).state is RunState.LOST  # helm came to its own end: its timeout
    assert _statuses(api_rig, slow) == ["failed"]
    until(lambda: not (folder_of(runs, record) / run_files.KUBECONFIG).exists())


def _sync(rig: Rig, folder: Path) -> RunRequest:
    environ = {name: value for name, value in {**rig.environ, **_marks()}.items() if name != "KUBECONFIG"}
    argv = ("helmfile", "--kube-context", "rig", "-f", "helmfile.yaml", "sync")
    return RunRequest(title="t", argv=argv, cwd=folder, environ=environ, kubeconfig=rig.kubeconfig.read_text())


def _marks() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("BEDPLATE_TEST")}


def _until_helm_waits(rig: Rig, runs: Runs, record: RunRecord, folder: Path) -> None:
    until(lambda: _statuses(rig, folder) == ["pending-install"] or runs.record(record.id).state.ended, 20)
    assert runs.record(record.id).state is RunState.RUNNING, runs.log_path(record.id).read_text()


def _statuses(rig: Rig, folder: Path) -> list[str]:
    namespace = yaml.safe_load((folder / "helmfile.yaml").read_text())["releases"][0]["namespace"]
    secrets = json.loads(rig.kubectl("get", "secrets", "-n", namespace, "-l", "owner=helm", "-o", "json"))
    return [text(secret, "metadata", "labels", "status") for secret in sequence(secrets, "items")]


def _renewed(rig: Rig) -> str:
    return rig.kubectl("get", "lease", "bedplate", "-n", "kube-system", "-o", "jsonpath={.spec.renewTime}")


def _entries(kubeconfig: Path) -> tuple[Json, Json]:
    config = yaml.safe_load(kubeconfig.read_text())
    return mapping(config["clusters"][0], "cluster"), mapping(config["users"][0], "user")


def _client(kubeconfig: Path, folder: Path, more: Json | None = None) -> LeaseClient:
    cluster, user = _entries(kubeconfig)
    return LeaseClient(cluster, {**user, **(more or {})}, {}, folder)
