"""The worst day on the demo, step by step as the walkthrough finds them: from a wiped cluster to one with its data."""

from __future__ import annotations

import time
from collections.abc import Iterator

import anyio
import pytest

from runners.demo.launch import Demo
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.storage import CLAIMS
from runners.layers.runs import RunState
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.recover import recover
from runners.layers.walkthroughs.steps import Doing
from runners.operate import Operator
from runners.session import Session
from runners.walking import Walk
from tests.rig.waiting import until
from tui.sessions import make_session

pytestmark = pytest.mark.long

ANSWERS = {"disks": "gone", "minor": "1.12"}


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Demo("wiped", pace=0.0) as place:
        made = make_session(place.environ(), place.repository, place.kubeconfig, None, read_only=False, demo=True)
        made.start()
        until("the first look", lambda: made.has_looked and made.asked)
        yield made
        made.stop()


class Person:
    """Does whatever the walkthrough says is next."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.operator = Operator(session)
        self.walk = Walk(session, recover(session.settings))
        self.done: list[str] = []

    def goes_on(self) -> bool:
        """Does the next step, or waits a moment for it; False when all are over."""
        found = self.walk.progress()
        if found.finished:
            return False
        view = found.steps[found.current]
        if (view.step.id, view.state) == ("release", StepState.WAITING):
            self._skips(view)  # single volumes bring no job back
        elif view.step.doing is Doing.LOOK or view.state in (StepState.WAITING, StepState.UNKNOWN, StepState.BLOCKED):
            time.sleep(0.05)
        elif view.step.doing is Doing.DECISION:
            self._decides(view)
        else:
            self._does(view)
        return True

    def _skips(self, view: StepView) -> None:
        decision = Decision("recover", view.step.id, Choice.SKIPPED, time.time(), "ada", reason="jobs come with Git")
        anyio.run(self.operator.decide, decision, view.step)
        self.walk.reload()
        self.done.append(view.step.id)

    def _decides(self, view: StepView) -> None:
        step, identity = view.step, self.session.identity
        assert identity is not None
        answer = ANSWERS.get(step.id, identity.uid)
        if step.options is not None and step.id == "what":
            volumes = next(each for each in step.options(self.walk.moment()) if each.among)
            answer = f"{volumes.answer} {','.join(each.answer for each in volumes.among)}"
        decision = Decision("recover", step.id, Choice.CONFIRMED, time.time(), "ada", answer=answer)

        async def decide() -> None:
            await self.operator.decide(decision, step, typed=identity.context)

        anyio.run(decide)
        self.walk.reload()
        self.done.append(step.id)

    def _does(self, view: StepView) -> None:
        step = view.step
        assert step.command is not None

        async def confirmed() -> str:
            assert step.command is not None
            ask = await self.operator.ask(step.command, step.target)
            return (await self.operator.confirm(ask, ask.word)).id

        run = self.session.runs.wait(anyio.run(confirmed), 60)
        assert run.state is RunState.SUCCEEDED, self.session.runs.log_path(run.id).read_text()
        self.session.noticed(run)
        self.done.append(step.id)


def words(found: Progress) -> str:
    view = found.steps[min(found.current, len(found.steps) - 1)]
    return f"{view.step.id} {view.state.value}: {[f'{each.subject}: {each.text}' for each in view.proof]}"


def test_a_wiped_cluster_gets_its_data_back_first(session: Session) -> None:
    person = Person(session)
    until("the cluster", lambda: session.identity)
    person.walk.reload()
    deadline = time.monotonic() + 240
    while person.goes_on() and "report" not in words(person.walk.progress()):
        assert time.monotonic() < deadline, (words(person.walk.progress()), person.done)
    assert person.done == [
        "disks", "cluster", "minor", "foundation:longhorn", "what", "restored", "foundation:minio", "flux", "looked",
        "release", "verify:longhorn", "verify:minio",
    ]  # fmt: skip
    bound = {row.volume for row in session.store.all(CLAIMS) if row.status == "Bound"}
    restored = {row.name for row in session.store.all(LONGHORN_VOLUMES) if row.from_backup}
    assert bound
    assert bound == restored, "a claim was created empty"
