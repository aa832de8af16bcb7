"""A whole probe: asked for and confirmed at the choke point, carried out in its own process, and read from its run."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from runners.asks import Refusal
from runners.cluster.connection import Connection
from runners.demo.s3 import S3Server
from runners.layers.commands import PROBE_S3, Target
from runners.layers.findings import Severity
from runners.layers.identity import Identity
from runners.layers.kinds.network import service_row
from runners.layers.probes import Outcome, answer_in
from runners.layers.runs import RunRecord, RunState
from runners.layers.settings import FoundationEntry, S3Settings, Settings
from runners.operate import Operator
from tests.cluster.fake_api import FakeApi
from tests.layers import worlds as w
from tests.probes.conftest import BUCKET, KEY, SECRET
from tests.probes.process import SERVICE, STORE, serve_store, start
from tests.tui.still_session import ACCESS, StillSession, still_session


@pytest.fixture
def cluster(s3: S3Server) -> Iterator[FakeApi]:
    """An API server with a Secret, a Service, and a pod behind it whose port is the S3 server's."""
    with FakeApi() as api:
        serve_store(api, int(s3.url.rpartition(":")[2]), KEY, SECRET)
        yield api


def test_its_process_forwards_to_the_pod_and_ends_with_an_answer(
    tmp_path: Path, cluster: FakeApi, s3: S3Server
) -> None:
    done = start(tmp_path, cluster, BUCKET)
    answer = answer_in(done.stdout)
    assert answer is not None, done
    assert (answer.outcome, done.returncode, done.stderr) == (Outcome.WORKED, 0, b"")
    assert b"forwarding to port 9000 of pod minio-0" in done.stdout
    assert s3.buckets == {BUCKET: {}}
    assert cluster.asked(f"{STORE}/pods/minio-0/portforward")[0].header("Authorization") == "Bearer t"
    assert SECRET.encode() not in done.stdout


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (f"{STORE}/secrets/keys", "may not get secrets minio/keys"),
        (f"{STORE}/pods/minio-0/portforward", "may not get pods/portforward minio/minio-0"),
    ],
)
@pytest.mark.long
def test_what_it_may_not_do_is_said_and_proves_nothing(tmp_path: Path, cluster: FakeApi, path: str, says: str) -> None:
    cluster.script(path, lambda exchange: exchange.refuse(403, "forbidden by RBAC"))
    done = start(tmp_path, cluster, BUCKET)
    answer = answer_in(done.stdout)
    assert answer is not None, done
    assert (answer.outcome, done.returncode, says in answer.text) == (Outcome.NOT_ASKED, 2, True), answer


def settings(**s3: str) -> Settings:
    place = S3Settings(BUCKET, credentials="minio/keys", **s3)
    return Settings("test", foundation=(FoundationEntry("minio", "minio/helmfile.yaml", ("minio",), s3=place),))


def session(tmp_path: Path, cluster: FakeApi, *, read_only: bool = False) -> StillSession:
    """A session on the scripted cluster, in which a standalone MinIO is seen."""
    made = still_session(tmp_path, read_only=read_only, settings=settings())
    there = replace(ACCESS, server=cluster.url, cluster={"server": cluster.url}, user={"token": "t"})
    made.options = replace(made.options, access=there, reload=lambda: there, environ={"PATH": os.environ["PATH"]})
    made.connection = Connection(there)
    made._clock = time.time  # what a run says of its time is the machine's
    rows = [w.release("minio", "minio"), w.workload("deployments", "minio", "minio")]
    made.fill([*rows, service_row("services", SERVICE)])
    made.identity = Identity("home", cluster.url, "u-1", version="v1.37.2")
    made.renew()
    return made


MINIO = Target(component="minio")


def probe(made: StillSession) -> RunRecord:
    async def confirmed() -> RunRecord:
        operator = Operator(made)
        return await operator.confirm(await operator.ask(PROBE_S3, MINIO))

    return made.runs.wait(anyio.run(confirmed).id, 60)


def test_a_confirmed_probe_is_a_run_whose_answer_the_component_shows(
    tmp_path: Path, cluster: FakeApi, s3: S3Server
) -> None:
    made = session(tmp_path, cluster)
    before = made.picture.component("minio")
    assert before is not None
    assert any("was never made" in finding.text for finding in before.findings)
    run = probe(made)
    log = made.runs.log_path(run.id).read_text()
    assert (run.state, run.title) == (RunState.SUCCEEDED, "probe s3 minio"), log
    findings = anyio.run(Operator(made).conclude, run)
    assert [finding.severity for finding in findings] == [Severity.OK, Severity.OK]
    assert findings[1].text.startswith("stored, read back and deleted an object")
    made.renew()
    after = made.picture.component("minio")
    assert after is not None
    (proof,) = (finding for finding in after.findings if finding.subject == "s3 probe")
    assert (proof.severity, "stored, read back and deleted" in proof.text) == (Severity.OK, True)
    assert s3.buckets == {BUCKET: {}}
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in content for content in written)
    events = [json.loads(line)["event"] for line in made.journal.path.read_text().splitlines()]
    assert events == ["confirmed", "started", "ended"]


def test_a_failed_probe_degrades_the_component(tmp_path: Path, cluster: FakeApi, s3: S3Server) -> None:
    made = session(tmp_path, cluster)
    s3.is_up = lambda: False
    run = probe(made)
    assert (run.state, run.exit_code) == (RunState.FAILED, 1)
    made.renew()
    found = made.picture.component("minio")
    assert found is not None
    assert (found.verdict.value, "s3 probe failed: put: HTTP 503" in found.summary) == ("degraded", True), found


def test_read_only_makes_no_probe(tmp_path: Path, cluster: FakeApi) -> None:
    made = session(tmp_path, cluster, read_only=True)
    with pytest.raises(Refusal, match="this session changes nothing"):
        anyio.run(Operator(made).ask, PROBE_S3, MINIO)
    assert not made.runs.records()
