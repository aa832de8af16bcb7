"""The claim probe against a cluster: what it proves, what it says when storage fails it, and that it leaves nothing."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from runners.demo.actors import resources as res
from runners.layers.claim_probe.objects import NAMESPACE
from runners.layers.jsons import text
from runners.layers.probes import Outcome, Prospect
from runners.probes.base import argv
from tests.probes.claim_stage import STAGES, Stage, stage_of
from tests.rig.waiting import until


@pytest.fixture(params=STAGES, scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with stage_of(request.param) as made:
        yield made


@pytest.mark.parametrize("storage_class", ["longhorn", "late"])
def test_a_claim_is_bound_written_and_read_and_nothing_is_left(stage: Stage, storage_class: str) -> None:
    answer, log = stage.probe(storage_class)
    assert answer.outcome is Outcome.WORKED, (answer, log)
    assert answer.remarks == ()
    assert f"a claim on {storage_class}: written by one pod, read by another" in answer.text
    assert "pod reader-c0ffeec0: exit code 0, says “" + "c0ffee" * 5 + "00”" in log
    assert stage.left() == []
    until("the namespace is gone", lambda: stage.api.get(res.NAMESPACES, "", NAMESPACE) is None)


def test_a_claim_that_never_binds_is_said_in_the_clusters_words(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def clock() -> float:
        """The patience is at its end once the words are there."""
        return time.monotonic() + (600 if "'example.com/none'" in "\n".join(stage.log) else 0)

    monkeypatch.setattr("runners.probes.claim_exchange.time", SimpleNamespace(monotonic=clock))
    answer, _log = stage.probe("nobody")
    assert answer.outcome is Outcome.FAILED
    assert answer.text.startswith("writing: its claim is not bound: ")
    assert "'example.com/none'" in answer.text
    assert stage.left() == []


def test_what_is_read_has_to_be_what_was_written(stage: Stage) -> None:
    stage.disks.rots = True
    try:
        answer, _log = stage.probe("longhorn")
    finally:
        stage.disks.rots = False
    assert (answer.outcome, answer.text) == (
        Outcome.FAILED,
        "what the second pod read is not what was written: “rotten”",
    )
    assert stage.left() == []


def test_what_a_killed_probe_left_is_removed_by_the_next(stage: Stage, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(stage.kubeconfig)
    stage.disks.may_run.clear()
    environ = {"KUBECONFIG": str(kubeconfig), "PATH": os.environ["PATH"]}
    call = argv("claim", Prospect(("--class", "longhorn")))
    with subprocess.Popen(call, env=environ, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        until("its first pod runs", lambda: running(stage))
        process.kill()
    stage.disks.may_run.set()
    assert len(stage.left()) == 3, "a pod, a claim and its volume"
    answer, log = stage.probe("longhorn")
    assert answer.outcome is Outcome.WORKED, answer
    assert [line.split()[4] for line in log[:3]] == ["pod", "claim", "volume"], log
    assert stage.left() == []


def running(stage: Stage) -> bool:
    return any(text(pod, "status", "phase") == "Running" for pod in stage.api.list(res.PODS, NAMESPACE))


def test_what_is_not_a_probes_stays(stage: Stage) -> None:
    until("the namespace is gone", lambda: stage.api.get(res.NAMESPACES, "", NAMESPACE) is None)
    stage.api.ensure(res.NAMESPACES, {"metadata": {"name": NAMESPACE}}, None)
    until("its account", lambda: stage.api.get(res.SERVICEACCOUNTS, NAMESPACE, "default") is not None)
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "late"}
    theirs = {"metadata": {"name": "theirs", "namespace": NAMESPACE}, "spec": spec}
    stage.api.ensure(res.CLAIMS, theirs, None)
    answer, log = stage.probe("longhorn")
    assert answer.outcome is Outcome.WORKED, (answer, log)
    assert stage.left() == ["theirs"]
    stage.api.delete(res.CLAIMS, theirs)
    stage.api.delete(res.NAMESPACES, {"metadata": {"name": NAMESPACE}})
    until("the namespace is gone", lambda: stage.api.get(res.NAMESPACES, "", NAMESPACE) is None)
