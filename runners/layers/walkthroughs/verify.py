"""Verify integration: green is no proof, so storage, S3 and what Flux made on them are put to the test at the end."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace

from runners.layers import commands as c
from runners.layers.claim_probe import CLAIM
from runners.layers.claim_probe.by_hand import by_hand
from runners.layers.claim_probe.objects import NAMESPACE
from runners.layers.commands import Command, Target
from runners.layers.components.object_storage import S3
from runners.layers.findings import Finding, Severity
from runners.layers.judge import of_foundation
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.walkthroughs.carried import carried
from runners.layers.walkthroughs.proofs import is_usable
from runners.layers.walkthroughs.steps import NOTHING_TO_PROVE, Doing, Moment, Proof, Step, proved

VERIFY = "verify:"
"""What the ids of these steps begin with; the name of a component follows."""
_SKIP = "when you have seen yourself that it works"


def verify_steps(settings: Settings) -> Iterator[Step]:
    """A claim is bound, written and read; an object is stored, read and deleted; a workload of Flux's uses a claim."""
    probes = [(entry, of_foundation(entry).probe) for entry in settings.foundation]
    yield from (_claim_step(entry) for entry, probe in probes if probe == CLAIM)
    yield from (_s3_step(entry) if entry.s3 else _no_bucket(entry) for entry, probe in probes if probe == S3)
    yield Step(
        f"{VERIFY}flux",
        "Flux's workloads on it",
        why="The layers are one when something that Git asks for runs on a volume of the foundation.",
        proof=carried,
        looks_at="a workload that Flux made, the claim that it uses, and its pod",
        do="nothing: this step only looks",
        shell=lambda _settings, context: f"kubectl --context {shlex.quote(context)} get pods,pvc --all-namespaces",
        skip="when nothing in Git will ever use a claim",
    )


def verifies(step: Step) -> bool:
    """Is it one of these steps, which build nothing?"""
    return step.id.startswith(VERIFY)


def _claim_step(entry: FoundationEntry) -> Step:
    name = entry.component
    return Step(
        f"{VERIFY}{name}",
        f"{name} serves claims",
        why="A StorageClass is a promise: a claim that is bound, written by one pod and read by another is the proof.",
        proof=_probed(c.PROBE_CLAIM, name),
        doing=Doing.COMMAND,
        command=c.PROBE_CLAIM,
        target=Target(component=name),
        do=f"make a claim and two pods in namespace {NAMESPACE}, see that one reads what the other wrote, remove all",
        shell=lambda _settings, context: by_hand(context),
        undo=c.PROBE_CLAIM.undo,
        usually="20–60 s",
        skip=_SKIP,
    )


def _s3_step(entry: FoundationEntry) -> Step:
    name = entry.component
    return Step(
        f"{VERIFY}{name}",
        f"{name} stores objects",
        why="Green is not proof: an object that is put, got and deleted is.",
        proof=_probed(c.PROBE_S3, name),
        doing=Doing.COMMAND,
        command=c.PROBE_S3,
        target=Target(component=name),
        do="store an object of its own, read it back, and delete it",
        undo=c.PROBE_S3.undo,
        skip=_SKIP,
    )


def _no_bucket(entry: FoundationEntry) -> Step:
    """Where nobody said which bucket may be written to, that is said, and nothing waits for it."""
    name = entry.component
    words = f"can't tell whether {name} stores objects: bedplate.yaml names no bucket (s3: {{bucket: NAME}})"

    def prove(moment: Moment) -> Proof:
        usable = is_usable(name)(moment)
        return (Finding(NOTHING_TO_PROVE, Severity.NOTE, words),) if proved(usable) else usable

    return Step(
        f"{VERIFY}{name}",
        f"{name} stores objects",
        why="Green is not proof: an object that is put, got and deleted is. None is put where nobody said where.",
        proof=prove,
        looks_at="whether bedplate.yaml names a bucket",
        do="nothing, until bedplate.yaml names a bucket; then this step stores an object, reads it back and deletes it",
        shell=lambda _settings, context: f"bedplate --context {shlex.quote(context)}   # then p on {name}",
        skip=_SKIP,
    )


def _probed(command: Command, component: str) -> Callable[[Moment], Proof]:
    """The component's last probe worked, and not too long ago; what else it remarked is shown with it."""
    about = f"{command.probe} probe"

    def prove(moment: Moment) -> Proof:
        state = moment.picture.component(component)
        found = tuple(each for each in (state.findings if state is not None else ()) if each.subject == about)
        if any(each.severity is Severity.OK for each in found):
            return tuple(replace(each, severity=min(each.severity, Severity.NOTE)) for each in found)
        return (Finding(about, Severity.BLOCKER, found[0].text if found else "was not made since"),)

    return prove
