"""The probes on a demo, as its person would make them: a stand-in answers for the tenant's S3, actors run the pods."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import pytest

from runners.demo.launch import Demo
from runners.layers.claim_probe.objects import NAMESPACE
from runners.layers.commands import PROBE_CLAIM, PROBE_S3, Command, Target
from runners.layers.findings import Severity
from runners.layers.kinds.base import Row
from runners.layers.kinds.pods import PODS
from runners.layers.kinds.storage import CLAIMS
from runners.layers.runs import RunRecord, RunState
from runners.operate import Operator
from runners.session import Session
from tests.rig.waiting import until
from tui.sessions import make_session

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Demo("healthy", 0.0) as place:
        made = make_session(place.environ(), place.repository, place.kubeconfig, None, read_only=False, demo=True)
        made.start()
        yield made
        made.stop()


@pytest.mark.parametrize(("command", "component"), [(PROBE_S3, "minio"), (PROBE_CLAIM, "longhorn")])
def test_a_demos_storage_works(session: Session, command: Command, component: str) -> None:
    until(f"{component} is healthy", lambda: verdict(session, component) == "healthy")
    until("it can be asked for", lambda: offers(session, command, component))
    run = session.runs.wait(anyio.run(probed, Operator(session), command, Target(component)).id, 60)
    assert run.state is RunState.SUCCEEDED, session.runs.log_path(run.id).read_text()
    until("its answer is a finding", lambda: (Severity.OK, f"{command.probe} probe") in said(session, component))
    until("nothing is left", lambda: not left(session))


def left(session: Session) -> list[Row]:
    return [*session.store.within(CLAIMS, (NAMESPACE,)), *session.store.within(PODS, (NAMESPACE,))]


async def probed(operator: Operator, command: Command, target: Target) -> RunRecord:
    ask = await operator.ask(command, target)
    assert ask.word == ""
    return await operator.confirm(ask)


def offers(session: Session, command: Command, component: str) -> bool:
    prospect = session.situation(Target(component)).prospects.get(command.probe)
    return prospect is not None and bool(prospect.arguments)


def verdict(session: Session, component: str) -> str:
    found = session.picture.component(component)
    return found.verdict.value if found is not None else ""


def said(session: Session, component: str) -> list[tuple[Severity, str]]:
    found = session.take_picture().component(component)
    return [(finding.severity, finding.subject) for finding in found.findings] if found is not None else []
