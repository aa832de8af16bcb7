"""A whole act: asked for and confirmed at the choke point, carried out in its own process, and read from its run."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from runners.asks import Ask, Refusal, Work
from runners.cluster.connection import Connection
from runners.layers.commands import BOOTSTRAP, HOLD_JOBS, RESTORE, Target
from runners.layers.findings import Severity
from runners.layers.identity import Identity
from runners.layers.plans import Danger
from runners.layers.runs import RunRecord, RunState
from runners.layers.survival.checkout import Checkout
from runners.layers.survival.judge import SheetFile, Surroundings
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.restore_choices import what_step
from runners.operate import Operator
from tests.cluster.fake_api import Exchange, FakeApi
from tests.layers import recover_world as r
from tests.layers import survival_world as s
from tests.layers import worlds as w
from tests.tui.still_session import ACCESS, StillSession, still_session

LONGHORN = "/apis/longhorn.io/v1beta2/namespaces/longhorn-system"
ON_LONGHORN = Target(component="longhorn")
JOB = {"metadata": {"name": "nightly"}, "spec": {"task": "backup", "groups": ["default"]}}


@pytest.fixture
def cluster() -> Iterator[FakeApi]:
    """An API server with one recurring job."""
    with FakeApi() as api:
        api.script("/version", lambda exchange: exchange.json({"gitVersion": "v1.37.2"}))
        api.script("/api/v1/namespaces/kube-system", lambda exchange: exchange.json({"metadata": {"uid": "u-1"}}))
        api.script("/apis", lambda exchange: exchange.json({"kind": "APIGroupList", "groups": []}))
        api.script(f"{LONGHORN}/recurringjobs", lambda exchange: exchange.json({"items": [JOB]}))
        api.script(f"{LONGHORN}/volumes", lambda exchange: exchange.json({"items": []}))
        yield api


@pytest.fixture
def session(tmp_path: Path, cluster: FakeApi) -> StillSession:
    """A session on it, in which the job is seen."""
    made = still_session(tmp_path, settings=r.SETTINGS)
    there = replace(ACCESS, server=cluster.url, cluster={"server": cluster.url}, user={"token": "t"})
    made.options = replace(made.options, access=there, reload=lambda: there, environ={"PATH": os.environ["PATH"]})
    made.connection = Connection(there)
    made._clock = time.time  # what a run says of its time is the machine's
    made.fill([*w.longhorn_world(), r.job()])
    made.identity = Identity("home", cluster.url, "u-1", version="v1.37.2")
    made.renew()
    return made


def test_a_bootstrap_that_somebody_else_has_ended_meanwhile_is_refused_and_on_record(session: StillSession) -> None:
    async def confirmed() -> RunRecord:
        identity, operator = session.identity, Operator(session)
        assert identity is not None
        shown = operator.gate(BOOTSTRAP, Target())
        ask = Ask(BOOTSTRAP, Target(), identity, shown, Danger.CHANGES, Work(("flux",)))
        session.fill([*w.longhorn_world(), r.job(), *w.synced_world()])
        return await operator.confirm(ask, typed=ask.word)

    with pytest.raises(Refusal, match="there is nothing to do: it is there since"):
        anyio.run(confirmed)
    assert not [*session.journal.lines("confirmed")]
    (line,) = session.journal.lines("refused")
    assert "there is nothing to do" in str(line["why"])


def hold(session: StillSession) -> RunRecord:
    async def confirmed() -> RunRecord:
        operator = Operator(session)
        return await operator.confirm(await operator.ask(HOLD_JOBS, ON_LONGHORN))

    return session.runs.wait(anyio.run(confirmed).id, 60)


def test_a_confirmed_act_is_a_run_that_says_what_was_taken_off(session: StillSession, cluster: FakeApi) -> None:
    changed: list[object] = []

    def change(exchange: Exchange) -> None:
        changed.append(json.loads(exchange.body))
        exchange.json({})

    cluster.script(f"{LONGHORN}/recurringjobs/nightly", change)
    run = hold(session)
    log = session.runs.log_path(run.id).read_text()
    assert (run.state, run.title, run.exclusive) == (RunState.SUCCEEDED, "hold jobs longhorn", True), log
    note = {"bedplate/held": '{"groups": ["default"]}'}
    assert changed == [{"metadata": {"annotations": note}, "spec": {"groups": []}}]
    findings = anyio.run(Operator(session).conclude, run)
    assert [(finding.severity, finding.text) for finding in findings][1] == (Severity.OK, "held 1 job")
    confirmed = [json.loads(line) for line in session.journal.path.read_text().splitlines() if "confirmed" in line]
    assert "recurringjobs/nightly=default" in confirmed[0]["argv"]


def test_what_may_not_be_changed_is_said(session: StillSession, cluster: FakeApi) -> None:
    cluster.script(f"{LONGHORN}/recurringjobs/nightly", lambda exchange: exchange.refuse(403, "forbidden by RBAC"))
    run = hold(session)
    assert run.state is RunState.FAILED
    findings = anyio.run(Operator(session).conclude, run)
    assert "may not patch recurringjobs longhorn-system/nightly" in findings[1].text, findings
    assert findings[1].remedy == "do it again: it goes on where it stopped"


def test_nothing_is_restored_that_nobody_chose(session: StillSession) -> None:
    with pytest.raises(Refusal, match="it is not decided what comes back"):
        anyio.run(Operator(session).ask, RESTORE, ON_LONGHORN)
    assert not session.runs.records()


@pytest.mark.parametrize(("typed", "counts"), [("", False), ("home", False), ("nothing", True)])
def test_nothing_has_to_be_typed(session: StillSession, typed: str, counts: bool) -> None:
    decision = Decision("recover", "what", Choice.CONFIRMED, w.NOW, "ada", answer="nothing")

    async def decide() -> None:
        await Operator(session).decide(decision, what_step(), typed=typed)

    if counts:
        anyio.run(decide)
    else:
        with pytest.raises(Refusal, match="nothing has to be typed"):
            anyio.run(decide)
    session.read_decisions()
    assert session.recovering.recovery.answer("what") == ("nothing" if counts else "")


def test_what_a_typed_word_opens_is_carried_out(session: StillSession, cluster: FakeApi) -> None:
    """Nobody knows which Longhorn is installed: a person may know better, and says so by the context's name."""
    session.fill([*w.longhorn_world(), s.backup("photos"), r.job(groups=())])
    session.identity = Identity("home", cluster.url, "u-1", version="v1.37.2")
    session.outlook.known = Surroundings(Checkout(), sheet=SheetFile("s", w.NOW, content=r.sheet("photos")))
    session.renew()
    decision = Decision("recover", "what", Choice.CONFIRMED, w.NOW, "ada", answer=f"volumes {r.PHOTOS}")

    async def asked() -> Ask:
        operator = Operator(session)
        await operator.decide(decision, what_step())
        return await operator.ask(RESTORE, ON_LONGHORN)

    ask = anyio.run(asked)
    assert [finding.subject for finding in ask.gate.closed_by] == ["Longhorn's minor version"]
    assert ask.word == "home"
    assert json.loads(ask.work.argv[-1])["volume"] == "lh-photos"
