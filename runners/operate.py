"""The one choke point for everything that changes the world.

Nothing else starts a run or writes to the API. Each time, in this order: read-only and the command's gate, the
cluster's identity, the plan made again and compared with what was shown, the Lease, the journal, and only then the run.
A mutation is never retried by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import anyio.to_thread

from runners.aftermath import conclude, concluded, remember
from runners.asks import Ask, Refusal, Work
from runners.cluster.errors import ApiError
from runners.cluster.identity import resolve
from runners.layers import commands as c
from runners.layers.commands import Command, Target
from runners.layers.components import foundation
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.gates import gate
from runners.layers.identity import Identity
from runners.layers.plan_rules import danger, differences, plan_findings, what_it_destroys
from runners.layers.plans import Danger, Plan, Served
from runners.layers.runs import RunRecord
from runners.lease_keeping import give_back, take_lease
from runners.session import Session
from runners.tools import flux
from runners.tools.bootstrap import bootstrap_argv, token_environ
from runners.tools.calls import Bench, ToolError
from runners.tools.capture import capture
from runners.tools.planner import Planner, carry_out
from runners.tools.runs import RunRequest

_PLANNED = (c.PLAN, c.APPLY, c.REPAIR)
_FLUX_CALLS: Mapping[str, Callable[[str, str, str, str], tuple[str, ...]]] = {
    c.SUSPEND.name: flux.suspend_argv,
    c.RESUME.name: flux.resume_argv,
    c.RECONCILE.name: flux.reconcile_argv,
    c.RECONCILE_WITH_SOURCE.name: partial(flux.reconcile_argv, with_source=True),
}


class Operator:
    """Asks, and carries out what was confirmed, on one session's cluster."""

    def __init__(self, session: Session) -> None:
        """Takes the session; everything is read from it at the moment it is needed."""
        self._session = session

    def gate(self, command: Command, target: Target) -> GateAnswer:
        """May this be started now, as far as was last seen?"""
        return gate(command, self._session.situation(target))

    async def ask(self, command: Command, target: Target) -> Ask:
        """What a person has to be asked before a command; makes the plan where there is one to make.

        Raises:
            Refusal: its gate is closed, and no typed word opens it.
            ToolError: planning failed; one line for people.
        """
        answer = await self._look(command, target)
        self._refuse_closed(command, target, answer, allow_override=True)
        identity = await self._same_cluster()
        if command not in _PLANNED:
            return Ask(command, target, identity, answer, self._danger(command), self._flux_work(command, target))
        plan = await self._plan(target.component, identity)
        component = foundation(target.component, ())
        found = plan_findings(plan, protected=component.protected)
        answer = GateAnswer((*answer.findings, *found))
        self._journal("planned", command, target, danger=danger(plan).value, commit=plan.commit)
        if command is c.PLAN:
            return Ask(command, target, identity, answer, Danger.READS, Work(()), plan, what_it_destroys(plan))
        self._refuse_closed(command, target, answer, allow_override=True)
        if not plan.changing:
            raise Refusal(
                Finding(target.component, Severity.OK, "there is nothing to do: the cluster has what is asked for")
            )
        call = carry_out(plan)
        work = Work(call.argv, call.environ)
        return Ask(command, target, identity, answer, danger(plan), work, plan, what_it_destroys(plan))

    async def confirm(self, ask: Ask, typed: str = "") -> RunRecord:
        """Carries out what was asked, if it still is what would happen.

        Raises:
            Refusal: the word is wrong, or something is not as it was when the question was asked.
            ToolError: looking again failed.
        """
        command, target = ask.command, ask.target
        if ask.word and typed.strip() != ask.word:
            raise Refusal(Finding("confirmation", Severity.BLOCKER, f"{ask.word} has to be typed", "", False))
        answer = await self._look(command, target)
        self._refuse_closed(command, target, answer, allow_override=bool(ask.word))
        await self._same_cluster(ask.identity)
        if ask.plan is not None:
            await self._same_plan(ask, ask.plan)
        return await self._start(ask, typed)

    def interrupt(self, run: RunRecord) -> bool:
        """Sends the run's tool one SIGINT; False when nobody is there to get it.

        Raises:
            Refusal: in a read-only session.
        """
        answer = self.gate(c.INTERRUPT, Target(name=run.title))
        self._refuse_closed(c.INTERRUPT, Target(name=run.title), answer, allow_override=False)
        self._journal("interrupted", c.INTERRUPT, Target(name=run.title), run=run.id)
        return self._session.runs.interrupt(run.id)

    async def conclude(self, run: RunRecord) -> tuple[Finding, ...]:
        """Reads from the cluster what a run that has ended did; asks once, and remembers the answer.

        Raises:
            ToolError: it could not be asked.
        """
        known = await anyio.to_thread.run_sync(concluded, self._session.runs, run.id)
        if known is not None:
            return known
        identity = self._session.identity
        assert identity is not None, "a run of this cluster is known only when the cluster is"
        findings = await conclude(self._session.runs, run, await self._bench(), identity)
        self._session.journal.write(
            "ended",
            identity,
            run=run.id,
            title=run.title,
            state=run.state.value,
            exit_code=run.exit_code,
            found=[f"{finding.subject}: {finding.text}" for finding in findings],
        )
        return findings

    async def _look(self, command: Command, target: Target) -> GateAnswer:
        await anyio.to_thread.run_sync(self._session.look_around)
        return self.gate(command, target)

    def _refuse_closed(self, command: Command, target: Target, answer: GateAnswer, *, allow_override: bool) -> None:
        if answer.is_open or (allow_override and answer.overridable):
            return
        self._journal("refused", command, target, why=answer.reason)
        raise Refusal(*answer.closed_by)

    async def _same_cluster(self, asked: Identity | None = None) -> Identity:
        """The pinned identity, after a look at what the address and the kubeconfig's context stand for now."""
        pinned = asked or self._session.identity
        assert pinned is not None, "the gate is closed until the cluster has answered"
        try:
            now = await anyio.to_thread.run_sync(resolve, self._session.connection)
        except ApiError as error:
            raise Refusal(Finding("cluster", Severity.UNKNOWN, str(error), "nothing was changed", False)) from error
        moved = pinned.differs(now) or await anyio.to_thread.run_sync(self._session.context_moved)
        if moved:
            raise Refusal(Finding(f"context {pinned.context}", Severity.BLOCKER, moved, "start Bedplate again", False))
        return pinned

    async def _plan(self, component: str, identity: Identity) -> Plan:
        entry = self._session.settings.entry(component)
        assert entry is not None, "the gate is closed for what has no helmfile"
        planner = Planner(await self._bench())
        return await planner.plan(component, entry.helmfile, entry.environment, identity)

    async def _same_plan(self, ask: Ask, shown: Plan) -> None:
        now = await Planner(await self._bench()).again(shown, ask.identity)
        changed = differences(shown, now)
        if changed:
            self._journal("refused", ask.command, ask.target, why="; ".join(changed))
            raise Refusal(*(Finding("plan", Severity.BLOCKER, text, "plan again", False) for text in changed))

    async def _bench(self) -> Bench:
        session = self._session
        return Bench(
            capture=capture,
            repo=session.options.repository,
            served=await self._served(),
            kubeconfig=session.options.access.private_kubeconfig(),
            environ=session.environ,
        )

    async def _served(self) -> Served:
        try:
            return await anyio.to_thread.run_sync(self._session.served)
        except ApiError as error:
            raise ToolError(str(error)) from error

    def _flux_work(self, command: Command, target: Target) -> Work:
        context = self._session.options.access.context
        if command is c.BOOTSTRAP:
            settings = self._session.settings.bootstrap
            assert settings is not None, "the gate is closed without it"
            token = token_environ(settings, self._session.options.environ)
            return Work(bootstrap_argv(settings, context), secret_environ=token)
        if command is c.CHECK_FLUX:
            return Work(flux.check_argv(context, pre=not self._session.picture.flux_version))
        return Work(_FLUX_CALLS[command.name](context, target.kind, target.namespace, target.name))

    def _danger(self, command: Command) -> Danger:
        return Danger.CHANGES if command.changes else Danger.READS

    async def _start(self, ask: Ask, typed: str) -> RunRecord:
        session = self._session
        run_id = await anyio.to_thread.run_sync(session.runs.new_id)
        lease = None
        if ask.command.exclusive:
            try:
                lease, note = await anyio.to_thread.run_sync(take_lease, session.connection, run_id)
            except Refusal as refusal:
                self._journal("refused", ask.command, ask.target, why=str(refusal))
                raise
            if note is not None:
                self._journal("went on without a Lease", ask.command, ask.target, why=note.text)
        self._journal(
            "confirmed",
            ask.command,
            ask.target,
            run=run_id,
            argv=list(ask.work.argv),
            typed=typed,
            overrode=[f"{finding.subject}: {finding.text}" for finding in ask.gate.closed_by],
        )
        request = RunRequest(
            id=run_id,
            title=ask.title,
            argv=ask.work.argv,
            cwd=session.options.repository,
            environ={**session.environ, **ask.work.environ},
            secret_environ=ask.work.secret_environ,
            kubeconfig=session.options.access.private_kubeconfig(),
            cluster=session.cluster_words,
            lease=lease,
            exclusive=ask.command.exclusive,
        )
        run = await anyio.to_thread.run_sync(session.runs.start, request)
        if ask.plan is not None:
            await anyio.to_thread.run_sync(remember, session.runs, run.id, ask.plan)
        if run.state.ended and lease is not None:
            await anyio.to_thread.run_sync(give_back, session.connection, lease)
        self._journal("started", ask.command, ask.target, run=run.id, state=run.state.value)
        session.changed()
        return run

    def _journal(self, event: str, command: Command, target: Target, **facts: str | list[str]) -> None:
        self._session.journal.write(event, self._session.identity, command=command.name, target=str(target), **facts)


def ended_badly(error: Refusal | ToolError) -> tuple[str, ...]:
    """The lines that a dialog shows when a question could not be asked or carried out."""
    if isinstance(error, Refusal):
        return tuple(
            f"{finding.subject}: {finding.text}" + (f" → {finding.remedy}" if finding.remedy else "")
            for finding in error.findings
        )
    return (str(error),)
