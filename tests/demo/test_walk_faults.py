"""Faults in the middle of the first day, through the real session, operator and tools: each is said, and survived."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from runners.asks import Refusal, ended_badly
from runners.demo.place import Place
from runners.demo.scenarios import SCENARIOS
from runners.demo.stage import Stage
from runners.layers.kinds.releases import RELEASES, current
from runners.layers.runs import RunRecord, RunState
from runners.layers.walkthroughs.bootstrap import bootstrap
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import StepState, StepView
from runners.layers.walkthroughs.state_words import state_words
from runners.operate import Operator
from runners.session import Session
from runners.walking import Walk
from tests.cluster.relay import Relay
from tests.rig.waiting import until
from tui.sessions import make_session

pytestmark = pytest.mark.long


class FirstDay:
    """Somebody on the first day, on a cluster whose server, network and disk the test holds in its hands."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder, 0.0)
        self.stage = Stage(self.place)

    def __enter__(self) -> FirstDay:
        self.stage.__enter__()
        SCENARIOS["empty"](self.stage)
        self.stage.play(0.0)
        self.relay = Relay(self.stage.server.url)
        url = f"http://127.0.0.1:{self.relay.port}"
        self.place.kubeconfig.write_text(self.place.kubeconfig.read_text().replace(self.stage.server.url, url))
        place = self.place
        made = make_session(place.environ(), place.repository, place.kubeconfig, None, read_only=False, demo=True)
        self.session: Session = made
        self.operator = Operator(made)
        self.walk = Walk(made, bootstrap(made.settings))
        made.start()
        until("the first look", lambda: made.has_looked and made.asked)
        self.decide()
        return self

    def __exit__(self, *_error: object) -> None:
        self.session.stop()
        self.relay.close()
        self.stage.__exit__(None, None, None)

    def decide(self) -> None:
        """Says that it is the right cluster."""
        identity = self.session.identity
        assert identity is not None
        step = self.walk.walkthrough.steps[0]
        decision = Decision("bootstrap", step.id, Choice.CONFIRMED, time.time(), "ada", answer=identity.uid)

        async def decided() -> None:
            await self.operator.decide(decision, step, typed=identity.context)

        anyio.run(decided)
        self.walk.reload()

    def step(self, name: str) -> StepView:
        return next(view for view in self.walk.progress().steps if view.step.id == name)

    def comes(self, name: str, state: StepState) -> StepView:
        until(f"{name} {state.value}", lambda: self.step(name).state is state)
        return self.step(name)

    def does(self, name: str) -> RunRecord:
        """Does a step, and returns how its run ended."""
        step = self.step(name).step
        command = step.command
        assert command is not None

        async def confirmed() -> str:
            ask = await self.operator.ask(command, step.target)
            return (await self.operator.confirm(ask, ask.word)).id

        run = self.session.runs.wait(anyio.run(confirmed), 60)
        self.session.noticed(run)
        return run

    def is_refused(self, name: str) -> str:
        """Tries to do a step, and returns what the dialog says."""
        before = self.session.runs.records()
        with pytest.raises(Refusal) as refusal:
            self.does(name)
        assert self.session.runs.records() == before, "a run was started all the same"
        return "\n".join(ended_badly(refusal.value))

    def said(self, view: StepView) -> str:
        words = state_words(view, time.time())
        return "\n".join((words.text, *words.tries))

    def on_record(self, event: str) -> list[str]:
        lines = (json.loads(line) for line in self.session.journal.path.read_text().splitlines())
        return [line.get("step") or line.get("target", "") for line in lines if line["event"] == event]

    def revision(self, release: str) -> tuple[int, str]:
        """The newest revision of a release, as Helm's records say."""
        rows = current(self.session.store.all(RELEASES))
        found = next(row for (_space, name), row in rows.items() if name == release)
        return found.revision, found.status


@pytest.fixture
def day(tmp_path: Path) -> Iterator[FirstDay]:
    with FirstDay(tmp_path) as found:
        yield found


def test_an_apply_that_fails_in_the_middle_is_gone_on_with_and_nothing_is_done_twice(day: FirstDay) -> None:
    assert day.does("foundation:longhorn").state is RunState.SUCCEEDED
    day.comes("foundation:longhorn", StepState.DONE)
    allow = day.stage.server.forbid("create", "tenants", group="minio.min.io")
    day.comes("foundation:minio", StepState.READY)
    assert day.does("foundation:minio").state is RunState.FAILED
    view = day.comes("foundation:minio", StepState.FAILED)
    assert "failed: apply minio ended with exit code 1" in day.said(view)
    assert "then ↵ does what is left: nothing is done twice" in day.said(view)
    assert view.run is not None
    assert "forbidden" in day.session.runs.log_path(view.run.id).read_text()
    until("the failed release", lambda: day.revision("minio-tenant") == (1, "failed"))
    allow()
    assert day.does("foundation:minio").state is RunState.SUCCEEDED
    day.comes("foundation:minio", StepState.DONE)
    assert day.revision("minio-operator") == (1, "deployed"), "what was done was done again"
    assert day.revision("longhorn") == (1, "deployed")
    assert day.on_record("proved") == ["foundation:longhorn", "foundation:minio"]


def test_the_server_is_gone_for_half_a_minute_and_back(day: FirstDay, monkeypatch: pytest.MonkeyPatch) -> None:
    assert day.does("foundation:longhorn").state is RunState.SUCCEEDED
    day.comes("foundation:longhorn", StepState.DONE)
    day.comes("foundation:minio", StepState.READY)
    before = [view.state.over for view in day.walk.progress().steps]
    now = time.time
    day.relay.leave()
    until("the broken watches", lambda: day.session.picture.freshness.reach.value == "reconnecting")
    assert [view.state.over for view in day.walk.progress().steps] == before  # a short one unmakes nothing
    monkeypatch.setattr(time, "time", lambda: now() + 31)
    until("the stale picture", lambda: day.walk.progress().away)
    found = day.walk.progress()
    assert {view.state for view in found.steps} == {StepState.UNKNOWN}
    words = day.said(found.steps[-1])
    assert re.match(r"can't tell for ([3-9]\ds|\dm)", words), words
    assert "see to the network and the API server" in words
    refused = day.is_refused("foundation:minio")
    assert any(words in refused for words in ("is stale", "does not answer", "the connection broke")), refused
    day.relay.come_back()
    until("a live picture", lambda: day.walk.progress().away is None, seconds=90)
    until("what was there", lambda: [view.state.over for view in day.walk.progress().steps] == before)
    assert day.on_record("proved") == ["foundation:longhorn"]
    assert day.does("foundation:minio").state is RunState.SUCCEEDED


def test_while_nothing_can_be_put_on_record_nothing_is_begun_and_nothing_decided(day: FirstDay) -> None:
    journal = day.session.journal.path
    kept = journal.rename(journal.with_name("kept"))
    journal.mkdir()
    said = day.is_refused("foundation:longhorn")
    assert f"record: {journal}: Is a directory" in said
    assert "make room there" in said
    with pytest.raises(Refusal, match="Is a directory"):
        day.decide()
    journal.rmdir()
    kept.rename(journal)
    assert day.on_record("confirmed") == []
    assert day.does("foundation:longhorn").state is RunState.SUCCEEDED  # the Lease was given back


def test_missing_rights_are_found_before_anything_is_changed(day: FirstDay) -> None:
    allow = day.stage.server.forbid("create", "secrets", namespace="longhorn-system")
    day.session.ahead.look(day.session.toolbox)
    day.session.renew()
    view = day.comes("preflight", StepState.FAILED)
    assert "rights for longhorn" in day.said(view)
    assert "create secrets in longhorn-system" in " ".join(finding.text for finding in view.proof)
    assert {finding.remedy for finding in view.proof} >= {"ask for them, or use another user"}
    assert day.session.runs.records() == ()
    allow()
    day.session.ahead.look(day.session.toolbox)
    day.session.renew()
    day.comes("preflight", StepState.DONE)
    assert day.does("foundation:longhorn").state is RunState.SUCCEEDED
