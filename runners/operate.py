"""The one choke point for everything that changes the world.

Nothing else starts a run or writes to the API. Each time, in this order: read-only and the command's gate, the
cluster's identity, the plan made again and compared with what was shown, the Lease, the journal, and only then the run.
A mutation is never retried by itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import anyio.to_thread

from runners.acts import argv as act_argv
from runners.aftermath import CONFIRMED, conclude, concluded, confirmation
from runners.asks import Ask, Refusal, Work, done_meanwhile, no_record, unseen
from runners.cluster.errors import ApiError
from runners.cluster.identity import resolve
from runners.cluster.served import served_by
from runners.decision_keeping import keep
from runners.journal import Fact, Journal
from runners.layers import commands as c
from runners.layers.commands import Command, Target
from runners.layers.existing_sync import root_sync
from runners.layers.findings import Finding, GateAnswer, Severity, worst
from runners.layers.gates import gate
from runners.layers.hooks import Hook
from runners.layers.identity import Identity
from runners.layers.plan_rules import danger, differences, what_it_destroys
from runners.layers.plans import Danger, Plan, Served
from runners.layers.runs import RunRecord
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs.decisions import Decision
from runners.layers.walkthroughs.steps import Step, objections_to
from runners.lease_keeping import give_back, take_lease
from runners.plan_judging import against_plan
from runners.probes.base import argv as probe_argv
from runners.recovery import RECOVERIES, Recovery, recovery
from runners.run_notes import notes
from runners.session import Session
from runners.survival_file import keep_after, keep_sheet
from runners.tools import flux
from runners.tools.bootstrap import bootstrap_argv, token_environ
from runners.tools.calls import Bench, ToolError
from runners.tools.capture import capture
from runners.tools.lease import LeaseFacts
from runners.tools.planner import Planner, carry_out
from runners.tools.runs import RunRequest, Runs

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

    def runs_code(self, command: Command, target: Target) -> tuple[str, ...]:
        """The helmfile's hooks that making the plan would run, so that a person is asked before."""
        return self._session.situation(target).planning_runs_code if command in _PLANNED else ()

    def hooks(self, target: Target) -> tuple[Hook, ...]:
        """The hooks of a component's helmfile, as they are written, for a person to see before anything runs."""
        return self._session.hooks(target.component)

    async def ask(self, command: Command, target: Target, *, may_run_code: bool = False) -> Ask:
        """What a person has to be asked before a command; makes the plan where there is one to make.

        Args:
            command: what is to be done.
            target: and to what.
            may_run_code: a person said yes to the hooks that planning runs (``runs_code``).

        Raises:
            Refusal: its gate is closed, and no typed word opens it; or planning would run code unasked.
            ToolError: planning failed; one line for people.
        """
        with self._on_record(command, target):
            return await self._ask(command, target, may_run_code=may_run_code)

    async def _ask(self, command: Command, target: Target, *, may_run_code: bool) -> Ask:
        answer = await self._look(command, target)
        _refuse_closed(answer)
        hooks = self.runs_code(command, target)
        if hooks and not may_run_code:
            text = f"planning runs the helmfile's {', '.join(hooks)} hooks, and nobody was asked"
            raise Refusal(Finding(target.component, Severity.BLOCKER, text, "say yes to that first", False))
        identity = await self._same_cluster()
        if command in RECOVERIES:
            way = await self._recovery(command, target)
            answer = GateAnswer((*answer.findings, *way.findings))
            _refuse_closed(answer)
            return Ask(command, target, identity, answer, Danger.CHANGES, way.work)
        if command not in _PLANNED:
            reads_or_changes = Danger.CHANGES if command.changes else Danger.READS
            own = command.probe or command.act
            work = self._own_work(command, target) if own else self._flux_work(command, target)
            commits = self._session.situation(target).commits if command is c.BOOTSTRAP else ()
            root = root_sync(self._session.store)
            return Ask(command, target, identity, answer, reads_or_changes, work, commits=commits, root=root)
        plan = await self._plan(target.component, identity)
        answer = GateAnswer((*answer.findings, *against_plan(self._session, command, plan)))
        self._note("planned", command, target, danger=danger(plan).value, commit=plan.commit)
        if command is c.PLAN:
            return Ask(command, target, identity, answer, Danger.READS, Work(()), plan, what_it_destroys(plan))
        _refuse_closed(answer)
        if not plan.changing:
            raise Refusal(
                Finding(target.component, Severity.OK, "there is nothing to do: the cluster has what is asked for")
            )
        call = carry_out(plan)
        work = Work(call.argv, call.environ)
        return Ask(command, target, identity, answer, danger(plan), work, plan, what_it_destroys(plan))

    async def confirm(self, ask: Ask, typed: str = "", begun: Callable[[], None] = lambda: None) -> RunRecord:
        """Carries out what was asked, if it still is what would happen.

        Until ``begun`` is called it can be cancelled; from then on the run starts, whoever waits for it or not.

        Raises:
            Refusal: the word is wrong, or something is not as it was when the question was asked.
            ToolError: looking again failed, or the run could not be started.
        """
        with self._on_record(ask.command, ask.target):
            if ask.word and typed.strip() != ask.word:
                raise Refusal(Finding("confirmation", Severity.BLOCKER, f"{ask.word} has to be typed", "", False))
            now = await self._look(ask.command, ask.target)
            if new := done_meanwhile(ask, root_sync(self._session.store)) or unseen(ask.gate, now):
                raise Refusal(*new)
            await self._same_cluster(ask.identity)
            if ask.plan is not None:
                await self._same_plan(ask, ask.plan)
            if ask.command in RECOVERIES:
                await self._same_way(ask)
            begun()
            return await anyio.to_thread.run_sync(self._start, ask, typed)

    async def decide(self, decision: Decision, step: Step, *, typed: str = "") -> Finding | None:
        """Writes down what a person decided on a step of a walkthrough; a note where only this machine knows it.

        Raises:
            Refusal: the session is read-only, the word is wrong, a reason is missing, it is another cluster by now, or
                the journal can't be written.
        """
        target = Target(name=f"{decision.walkthrough}: {step.title}")
        with self._through_gate(c.DECIDE, target):
            identity = await self._same_cluster()
            objections = (*objections_to(decision, step, typed, identity.context),)
            if objections:
                raise Refusal(*objections)
            session = self._session
            try:
                return await anyio.to_thread.run_sync(keep, session.connection, session.journal, identity, decision)
            except OSError as error:
                raise Refusal(no_record(error)) from error

    def interrupt(self, run: RunRecord) -> bool:
        """Sends the run's tool one SIGINT; False when nobody is there to get it.

        Raises:
            Refusal: in a read-only session.
        """
        target = Target(component=run.title)
        with self._through_gate(c.INTERRUPT, target):
            return interrupt_run(self._session.runs, self._session.journal, run, self._session.identity)

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
        findings = (*findings, *await keep_after(self._session, run, findings))
        with contextlib.suppress(OSError):  # the run has ended, and its folder says the same
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

    async def write_survival(self, path: Path, *, aside: bool = False) -> Sheet:
        """Writes the survival sheet to a file of this machine; returns what was written.

        With ``aside`` another cluster's that lies there is kept beside it, instead of being a reason against it.

        Raises:
            Refusal: the session is read-only, or the file is something else, or another cluster's sheet.
            ToolError: it can't be written.
        """
        with self._through_gate(c.WRITE_SHEET, Target(component=str(path))):
            return await keep_sheet(self._session, path, aside=aside)

    async def _look(self, command: Command, target: Target) -> GateAnswer:
        """The gate's answer to what is seen at this moment, not to what the screen was last shown."""
        with contextlib.suppress(ApiError):  # the gate says so
            await anyio.to_thread.run_sync(self._session.identify)
        await anyio.to_thread.run_sync(self._session.wait_for_tools)
        await anyio.to_thread.run_sync(self._session.ahead.look_for_keys)
        await anyio.to_thread.run_sync(self._session.read_decisions)
        await anyio.to_thread.run_sync(self._session.renew)
        return self.gate(command, target)

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
        return await planner.plan(component, entry.helmfile, entry.environment, identity, entry.releases)

    async def _same_plan(self, ask: Ask, shown: Plan) -> None:
        now = await Planner(await self._bench()).again(shown, ask.identity)
        if changed := differences(shown, now):
            raise Refusal(*(Finding("plan", Severity.BLOCKER, text, "plan again", False) for text in changed))
        if new := unseen(ask.gate, GateAnswer(against_plan(self._session, ask.command, shown))):
            raise Refusal(*new)

    async def _recovery(self, command: Command, target: Target) -> Recovery:
        return await recovery(self._session, await self._bench(), command, target)

    async def _same_way(self, ask: Ask) -> None:
        """The release is as it was when the question was asked, and still nobody is at it."""
        if changed := (await self._recovery(ask.command, ask.target)).changed(ask):
            raise Refusal(*changed)

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
        """What the server serves, for renderings; asked now."""
        session = self._session
        version = session.identity.version if session.identity else ""
        try:
            return await anyio.to_thread.run_sync(served_by, session.connection, version)
        except ApiError as error:
            raise ToolError(str(error)) from error

    def _own_work(self, command: Command, target: Target) -> Work:
        prospect = self._session.situation(target).prospects.get(command.probe or command.act)
        if prospect is None or not prospect.arguments:
            raise Refusal(*(prospect.findings if prospect else ()))  # it went away since the gate looked
        argv = probe_argv(command.probe, prospect) if command.probe else act_argv(command.act, prospect)
        return Work(argv, words=prospect.words, read_as=prospect.read_as)

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

    def _start(self, ask: Ask, typed: str) -> RunRecord:
        """Lease, journal and run in one piece on one thread, so that a screen that goes away can't halve it."""
        session = self._session
        try:
            run_id = session.runs.new_id()
            lease, without = take_lease(session.connection, run_id) if ask.command.exclusive else (None, None)
        except OSError as error:
            raise Refusal(no_record(error)) from error
        try:
            self._journal("confirmed", ask.command, ask.target, **_confirmed(ask, run_id, typed))
            run = session.runs.start(self._request(ask, run_id, lease, without))
        except BaseException as error:
            # Whatever it was: nobody renews a Lease whose run never started.
            if lease is not None:
                give_back(session.connection, lease)
            if isinstance(error, OSError):
                raise Refusal(no_record(error)) from error
            raise
        session.noticed(run)
        self._note("started", ask.command, ask.target, run=run.id, state=run.state.value)
        return run

    def _request(self, ask: Ask, run_id: str, lease: LeaseFacts | None, without: Finding | None) -> RunRequest:
        session = self._session
        freed = (ask.target.namespace, ask.target.name) if ask.command in RECOVERIES else None
        return RunRequest(
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
            notes={CONFIRMED: confirmation(ask.plan, without, freed), **notes(ask, session.store)},
        )

    @contextlib.contextmanager
    def _on_record(self, command: Command, target: Target) -> Iterator[None]:
        """Whatever is refused or fails inside stands in the journal, with its reason."""
        try:
            yield
        except Refusal as refusal:
            if worst(refusal.findings) > Severity.OK:
                self._note("refused", command, target, why=str(refusal))
            raise
        except ToolError as error:
            self._note("failed", command, target, why=str(error))
            raise

    @contextlib.contextmanager
    def _through_gate(self, command: Command, target: Target) -> Iterator[None]:
        """On record too, and begun only where the gate is open: no typed word opens it."""
        with self._on_record(command, target):
            if closed_by := self.gate(command, target).closed_by:
                raise Refusal(*closed_by)
            yield

    def _journal(self, event: str, command: Command, target: Target, **facts: Fact) -> None:
        """Raises OSError where it can't be written: then nothing is started that would be on no record."""
        self._session.journal.write(event, self._session.identity, command=command.name, target=str(target), **facts)

    def _note(self, event: str, command: Command, target: Target, **facts: Fact) -> None:
        """The same for what has happened already: a full disk does not take it back."""
        with contextlib.suppress(OSError):
            self._journal(event, command, target, **facts)


def interrupt_run(runs: Runs, journal: Journal, run: RunRecord, identity: Identity | None = None) -> bool:
    """Sends a run's tool one SIGINT, on record; False when nobody is there to get it.

    It needs no cluster: what a run was started for is in its own record. Whoever calls has seen to read-only.
    """
    there = runs.interrupt(run.id)
    with contextlib.suppress(OSError):  # it has happened already: a full disk does not take it back
        journal.write(
            "interrupted",
            identity,
            command=c.INTERRUPT.name,
            target=run.title,
            run=run.id,
            cluster=run.cluster,
            there=there,
        )
    return there


def _refuse_closed(answer: GateAnswer) -> None:
    if not (answer.is_open or answer.overridable):
        raise Refusal(*answer.closed_by)


def _confirmed(ask: Ask, run_id: str, typed: str) -> Mapping[str, Fact]:
    overrode = [f"{finding.subject}: {finding.text}" for finding in ask.gate.closed_by]
    return {"run": run_id, "argv": list(ask.work.argv), "typed": typed, "overrode": overrode}
