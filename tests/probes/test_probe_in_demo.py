"""The probe on a demo, as its person would make it: a stand-in answers for the tenant's S3."""

from __future__ import annotations

import anyio
import pytest

from runners.asks import Ask
from runners.demo.launch import Demo
from runners.layers.commands import PROBE_S3, Target
from runners.layers.findings import Severity
from runners.layers.runs import RunRecord, RunState
from runners.operate import Operator
from runners.session import Session
from tests.rig.waiting import until
from tui.sessions import make_session

pytestmark = pytest.mark.long


def test_a_demos_s3_works() -> None:
    with Demo("healthy", 0.0) as place:
        session = make_session(
            place.environ(), place.repository, place.kubeconfig, context=None, read_only=False, demo=True
        )
        session.start()
        try:
            until("minio is healthy", lambda: verdict(session) == "healthy")
            until("the probe can be asked for", lambda: "s3" in session.situation(Target("minio")).prospects)
            run = session.runs.wait(anyio.run(probed, Operator(session)).id, 60)
            assert run.state is RunState.SUCCEEDED, session.runs.log_path(run.id).read_text()
            until("its answer is a finding", lambda: (Severity.OK, "s3 probe") in said(session))
        finally:
            session.stop()


async def probed(operator: Operator) -> RunRecord:
    ask: Ask = await operator.ask(PROBE_S3, Target("minio"))
    assert ask.word == ""
    return await operator.confirm(ask)


def verdict(session: Session) -> str:
    found = session.picture.component("minio")
    return found.verdict.value if found is not None else ""


def said(session: Session) -> list[tuple[Severity, str]]:
    found = session.take_picture().component("minio")
    return [(finding.severity, finding.subject) for finding in found.findings] if found is not None else []
