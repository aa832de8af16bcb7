"""The steps by which the Flux Operator puts Flux on a cluster: from a FluxInstance, with nothing pushed to Git."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from runners.layers import commands as c
from runners.layers.commands import Target
from runners.layers.components.flux_operator import INSTANCE, OPERATOR
from runners.layers.existing_sync import SYNC, path_conflict, sync_conflicts
from runners.layers.findings import Finding, Severity
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.walkthroughs.helmfile_calls import helmfile_calls
from runners.layers.walkthroughs.proofs import Prove, is_usable, not_seen
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Step

_UNDO = f"delete the FluxInstance, then helm uninstall {OPERATOR} -n {SYNC}; what Flux has applied stays"
_CHART = "oci://ghcr.io/controlplaneio-fluxcd/charts/flux-operator"


def operator_steps(settings: Settings, asked: BootstrapSettings) -> Iterator[Step]:
    """The operator, and the FluxInstance that it makes Flux from."""
    entries = settings.flux_entries
    instance = next((entry for entry in entries if entry.component == INSTANCE), None)
    operator = next((entry for entry in entries if entry is not instance), None)
    yield _by_helmfile(operator, asked) if operator is not None else _by_hand()
    yield _instance(asked, instance)


def _by_helmfile(entry: FoundationEntry, asked: BootstrapSettings) -> Step:
    usable = is_usable(entry.component)
    return Step(
        "flux",
        "Flux Operator",
        why="It installs Flux and keeps it as the FluxInstance says. Unlike flux bootstrap, it pushes nothing to Git.",
        proof=lambda moment: (*_other_sync(moment, asked), *usable(moment)),
        looks_at="its release and its Deployment, and that Flux does not sync another folder already",
        doing=Doing.COMMAND,
        command=c.APPLY,
        target=Target(component=entry.component),
        do=f"plan and apply {entry.helmfile}, then wait until {entry.component} is up",
        shell=lambda _settings, context: helmfile_calls(entry, context, "list", "sync"),
        undo=_UNDO,
        usually="20–60 s",
    )


def _other_sync(moment: Moment, asked: BootstrapSettings) -> Iterator[Finding]:
    """What Flux follows otherwise; what can't be seen of it is the gate's to say, and undoes no proof."""
    return (each for each in sync_conflicts(moment.rows, asked) if each.severity is Severity.BLOCKER)


def _by_hand() -> Step:
    call = ("upgrade", "--install", OPERATOR, _CHART, "-n", SYNC, "--create-namespace")
    return Step(
        "flux",
        "Flux Operator",
        why="It installs Flux and keeps it as the FluxInstance says. No helmfile of bedplate.yaml brings it along.",
        proof=_runs,
        looks_at=f"that the Deployment {OPERATOR} is rolled out",
        do="install it with helm, in another terminal; or name its helmfile in bedplate.yaml, as flux-operator",
        shell=lambda _settings, context: shlex.join(("helm", "--kube-context", context, *call)),
        undo=_UNDO,
        usually="20–60 s",
    )


def _runs(moment: Moment) -> Proof:
    freshness = moment.rows.freshness(DEPLOYMENTS)
    subject = f"Deployment {OPERATOR}"
    if not freshness.trusted:
        return (not_seen(subject, freshness),)
    row = next((each for each in moment.rows.all(DEPLOYMENTS) if each.name == OPERATOR), None)
    if row is None:
        return (Finding(subject, Severity.WARNING, "is not there yet"),)
    severity = Severity.OK if row.rolled_out else Severity.WARNING
    return (Finding(subject, severity, f"{row.ready}/{row.wanted} ready", about=row.key),)


def _instance(asked: BootstrapSettings, entry: FoundationEntry | None) -> Step:
    step = Step(
        "flux:instance",
        "FluxInstance",
        why="It says which Flux, which controllers and which folder of which repository; the operator does the rest.",
        proof=_instance_is_ready(asked, Finding("FluxInstance flux", Severity.WARNING, "is not there yet")),
        looks_at="that FluxInstance flux is Ready, and syncs the folder that bedplate.yaml names",
        do="nothing where a release or a hook of the helmfile brings it; else apply it, in another terminal",
        shell=lambda _settings, context: _apply(asked, context),
        undo=f"kubectl -n {SYNC} delete fluxinstance flux: Flux goes, and what it has applied stays",
        usually="30–90 s",
    )
    if entry is None:
        return step
    return replace(
        step,
        proof=_instance_is_ready(asked, Finding("FluxInstance flux", Severity.BLOCKER, "is not there")),
        doing=Doing.COMMAND,
        command=c.APPLY,
        target=Target(component=entry.component),
        do=f"plan and apply {entry.helmfile}, then wait until the operator says that it is ready",
        shell=lambda _settings, context: helmfile_calls(entry, context, "list", "sync"),
    )


def _apply(asked: BootstrapSettings, context: str) -> str:
    call = ("kubectl", "--context", context)
    if asked.instance:
        return shlex.join((*call, "apply", "-f", asked.instance))
    return shlex.join((*call, "-n", SYNC, "get", "fluxinstance", "flux"))


def _instance_is_ready(asked: BootstrapSettings, absent: Finding) -> Prove:
    def prove(moment: Moment) -> Proof:
        found = [row for row in moment.rows.table(KUSTOMIZATIONS.table) if isinstance(row, FluxObject)]
        instance = next((row for row in found if row.singular == "FluxInstance"), None)
        if instance is None:
            freshness = moment.rows.table_freshness(KUSTOMIZATIONS.table)
            return (absent if freshness.trusted else not_seen(absent.subject, freshness),)
        return tuple(_said(instance, asked))

    return prove


def _said(row: FluxObject, asked: BootstrapSettings) -> Iterator[Finding]:
    subject = f"FluxInstance {row.namespace}/{row.name}"
    if row.sync is None:
        yield Finding(subject, Severity.BLOCKER, "asks for no sync", "give it a spec.sync", about=row.key)
    elif conflict := path_conflict(row.sync.path, asked.path):
        remedy = f"make one of them the other: spec.sync.path, or gitops.path ({asked.path or '.'})"
        yield Finding(subject, Severity.BLOCKER, conflict.text, remedy, about=row.key)
    words = row.words or "not seen by the operator yet"
    severity = {"ready": Severity.OK, "failed": Severity.BLOCKER}.get(row.status, Severity.WARNING)
    yield Finding(subject, severity, words, _WAYS.get(row.status, ""), about=row.key)


_WAYS = {
    "suspended": "take the annotation fluxcd.controlplane.io/reconcile from it",
    "failed": "mend what it says; kubectl describe tells more",
}
