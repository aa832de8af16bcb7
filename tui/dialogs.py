"""What the dialogs say: pure functions from a question to the rows of its dialog."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from pathlib import Path

from runners.asks import Ask
from runners.layers.commands import APPLY, DELETE_RECORD, Command, Target
from runners.layers.components import foundation
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.hooks import Hook
from runners.layers.identity import Identity
from runners.layers.kinds.base import Tone
from runners.layers.plan_rules import summary
from runners.layers.plans import Change, Danger, Plan, ReleaseAction
from runners.layers.survival.sheet import Sheet
from runners.probes.base import own_words
from widgets.confirm import Dialog, DialogRow, Lines, Readiness

_TONES = {Severity.OK: Tone.GOOD, Severity.NOTE: Tone.PLAIN, Severity.WARNING: Tone.WARN}
_MARKS = {Change.ADDED: ("+", Tone.GOOD), Change.CHANGED: ("~", Tone.WARN), Change.REMOVED: ("-", Tone.BAD)}
_SHOWN = 6
"""Objects of a plan, or reasons against it, that a dialog names; the plan's own screen has them all."""


def preparing(command: Command, target: Target, identity: Identity | None) -> Dialog:
    """The dialog while its question is being put together."""
    rows = [DialogRow("cluster", ((cluster_words(identity), Tone.PLAIN),))] if identity else []
    return Dialog(_title(command, target), tuple(rows), _verb(command), readiness=Readiness.CHECKING)


def question(ask: Ask) -> Dialog:
    """The question itself."""
    rows = [DialogRow("cluster", ((cluster_words(ask.identity), Tone.PLAIN),))]
    gate = DialogRow("gate", _gate_lines(ask.gate))
    # What the typed word overrides is not pushed out of view by a long plan.
    gate_first = ask.plan is not None and not ask.gate.is_open
    rows += [gate] if gate_first else []
    if ask.plan is not None:
        rows += [
            DialogRow("plan", _plan_lines(ask.plan)),
            DialogRow("bound to", ((_bound(ask.plan), Tone.PLAIN),)),
        ]
    else:
        rows.append(DialogRow("does", ((ask.command.help, Tone.PLAIN), *_words(ask.work.words))))
    if ask.danger is Danger.DESTROYS:
        rows.append(DialogRow("destroys", tuple((words, Tone.BAD) for words in ask.destroys)))
    if ask.plan is not None and ask.plan.own_hooks:
        rows.append(DialogRow("hooks", hook_lines(ask.plan.own_hooks)))
    if commits := [item for item in ask.commits if item.severity <= Severity.NOTE]:
        rows.append(DialogRow("commits", tuple((f"{item.subject} {item.text}", Tone.PLAIN) for item in commits)))
    rows.append(DialogRow("command", ((_call(ask), Tone.MUTED),)))
    rows += [] if gate_first else [gate]
    if undo := _undo(ask):
        rows.append(DialogRow("undo", ((undo, Tone.MUTED),)))
    return Dialog(_title(ask.command, ask.target), tuple(rows), _verb(ask.command), typed=ask.word)


def _words(words: Sequence[str]) -> Lines:
    more = [(f"and {len(words) - _SHOWN} more", Tone.MUTED)] if len(words) > _SHOWN else []
    return (*((each, Tone.PLAIN) for each in words[:_SHOWN]), *more)


def _call(ask: Ask) -> str:
    """The call; what only machines can read of it is told in words, and does not push the gate out of view."""
    work = ask.work
    if not (ask.command.act or ask.command.probe):
        return shlex.join(work.argv)
    name, *arguments = own_words(work.argv)
    return f"Bedplate's own: {name} {work.read_as or shlex.join(arguments)}".rstrip()


def hook_lines(hooks: Sequence[Hook]) -> Lines:
    """The hooks of a helmfile, a line each, those that run on a plan too first."""
    ordered = sorted(hooks, key=lambda hook: not hook.on_reading)
    lines = [(str(hook), Tone.WARN if hook.on_reading else Tone.PLAIN) for hook in ordered[:_SHOWN]]
    more = [(f"and {len(hooks) - _SHOWN} more", Tone.MUTED)] if len(hooks) > _SHOWN else []
    return (*lines, *more)


def _undo(ask: Ask) -> str:
    """How it is taken back: not as the command says where there is nothing to go back to."""
    if ask.plan is None or ask.command is not APPLY:
        return ask.command.undo
    changing = ask.plan.changing
    if all(release.action is ReleaseAction.INSTALL for release in changing):
        return "none: nothing was installed before"
    upgrades = (release for release in changing if release.action is ReleaseAction.UPGRADE)
    newer = any(release.installed_version != release.version for release in upgrades)
    if newer and foundation(ask.plan.component, ()).one_minor_at_a_time:
        return f"none: {ask.plan.component} never goes back to an older version"
    return ask.command.undo


def refused(dialog: Dialog, reasons: tuple[str, ...]) -> Dialog:
    """The same dialog after its question could not be asked, or its answer not be carried out."""
    if len(reasons) > _SHOWN:  # the first say what it is about, the last what to do
        rest = len(reasons) - _SHOWN
        reasons = (*reasons[: _SHOWN - 1], f"and {rest} more (i on the overview shows all)", reasons[-1])
    return Dialog(dialog.title, dialog.rows, dialog.verb, readiness=Readiness.REFUSED, reasons=reasons)


def nothing_to_do(dialog: Dialog, reasons: tuple[str, ...]) -> Dialog:
    """The same dialog when there is nothing to confirm: good news."""
    return Dialog(dialog.title, dialog.rows, dialog.verb, readiness=Readiness.NOTHING, reasons=reasons)


def checking(dialog: Dialog) -> Dialog:
    """The same dialog while what was confirmed is looked at again."""
    return Dialog(dialog.title, dialog.rows, dialog.verb, readiness=Readiness.CHECKING)


def hooks_question(target: Target, events: Sequence[str], hooks: Sequence[Hook], cluster: str) -> Dialog:
    """May a plan be made, although that runs code of the helmfile's?"""
    words = f"the helmfile's {', '.join(events)} hooks, which run on a plan too and may change the cluster"
    rows = [DialogRow("runs", ((words, Tone.PLAIN),))]
    if hooks:
        rows.append(DialogRow("hooks", hook_lines(hooks)))
    return Dialog(f"Plan {target}?", (*rows, DialogRow("cluster", ((cluster, Tone.PLAIN),))), "Plan")


def plain_question(title: str, rows: tuple[tuple[str, str], ...], verb: str, *, typed: str = "") -> Dialog:
    """A question without a command behind it: leave, interrupt; ``typed`` is what has to be typed for a yes."""
    return Dialog(title, tuple(DialogRow(name, ((text, Tone.PLAIN),)) for name, text in rows), verb, typed=typed)


def sheet_question(path: Path, there: Sheet | None, identity: Identity) -> Dialog:
    """The question before a survival sheet is written: where to, and what becomes of another cluster's."""
    rows: tuple[tuple[str, str], ...] = (
        ("cluster", cluster_words(identity)),
        ("does", "Write the survival sheet of this cluster."),
        ("file", str(path)),
    )
    another = there.of_another(identity.uid, identity.server) if there is not None else ""
    if another:
        rows = (*rows, ("keeps", f"what lies there {another}: it is kept beside it"))
    return plain_question("Write survival sheet", rows, "Write")


def _title(command: Command, target: Target) -> str:
    named = target.component or (str(target) if target.name else "")
    of = "of " if command is DELETE_RECORD else ""
    return f"{command.name.capitalize()} {of}{named}".strip()


def _verb(command: Command) -> str:
    return command.name.capitalize()


def cluster_words(identity: Identity) -> str:
    """Which cluster it is, by everything that tells it from another."""
    return f"{identity.context} · {identity.server} · {identity.short_uid}"


def _plan_lines(plan: Plan) -> Lines:
    lines: list[tuple[str, Tone]] = [(summary(plan), Tone.PLAIN)]
    changes = [item for release in plan.changing for item in release.changes]
    # What goes is named first, and what is new last: a long list must not hide a removal.
    order = (Change.REMOVED, Change.CHANGED, Change.ADDED)
    changes.sort(key=lambda item: (order.index(item.change), item.ref))
    for item in changes[:_SHOWN]:
        mark, tone = _MARKS[item.change]
        lines.append((f"{mark} {item.ref}", tone))
    if len(changes) > _SHOWN:
        lines.append((f"  and {len(changes) - _SHOWN} more (on the overview, i shows them all)", Tone.MUTED))
    return tuple(lines)


def _bound(plan: Plan) -> str:
    revisions = ", ".join(f"{release.name} revision {release.revision or 'none'}" for release in plan.changing)
    commit = _short(plan.commit) or "not in Git"
    made = time.strftime("%H:%M:%S", time.localtime(plan.made))
    return f"{revisions or 'nothing'} · {len(plan.inputs)} files · commit {commit} · at {made}"


def _short(commit: str) -> str:
    """``3d2789e``, or ``3d2789e + changes``."""
    head, _, more = commit.partition(" ")
    return f"{head[:7]} {more}".strip()


def _gate_lines(gate: GateAnswer) -> Lines:
    lines: list[tuple[str, Tone]] = []
    if gate.is_open:
        lines.append(("open: nothing speaks against this step", Tone.GOOD))
    else:
        lines.append(("closed; the typed word overrides it, on the record", Tone.BAD))
    lines += [
        (_finding(item), _TONES.get(item.severity, Tone.BAD)) for item in gate.findings if item.severity > Severity.OK
    ]
    return tuple(lines)


def _finding(finding: Finding) -> str:
    remedy = f" → {finding.remedy}" if finding.remedy else ""
    return f"{finding.severity.symbol} {finding.subject}: {finding.text}{remedy}"
