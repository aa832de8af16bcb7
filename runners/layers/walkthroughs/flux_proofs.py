"""Proofs that Flux works, a link of its chain each: controllers, source, what it applies, what it decrypts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from runners.layers import commands as c
from runners.layers.components.common import rollout_findings
from runners.layers.discovery.git_places import without_credentials
from runners.layers.existing_sync import SYNC, root_source, root_sync, sync_conflicts
from runners.layers.findings import Finding, Severity
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.kinds import AnyKind
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.kinds.pods import PODS
from runners.layers.kinds.workloads import DEPLOYMENTS, Workload
from runners.layers.walkthroughs.flux_troubles import (
    apply_remedy,
    decrypt_remedy,
    fetch_remedy,
    is_decryption_trouble,
)
from runners.layers.walkthroughs.proofs import Prove, not_seen
from runners.layers.walkthroughs.steps import NOTHING_TO_PROVE, Moment, Proof, proved

NEEDED = ("source-controller", "kustomize-controller")
"""Without these Flux does nothing."""
_USUAL = (*NEEDED, "helm-controller", "notification-controller")
_ROOT = f"Kustomization {SYNC}/{SYNC}"
_SHOWN = 6
"""Kustomizations that one proof names at most."""


def wanted_controllers(settings: BootstrapSettings | None) -> tuple[str, ...]:
    """The controllers that a bootstrap installs; of the operator's, those that nothing works without."""
    if settings is None or not settings.provider or settings.is_operator:
        return NEEDED
    return (*(settings.components or _USUAL), *settings.components_extra)


def is_synced(settings: BootstrapSettings | None) -> Prove:
    """Flux is on the cluster, and follows the folder of the repository that is meant."""

    def prove(moment: Moment) -> Proof:
        going = any(run.title == c.BOOTSTRAP.name and not run.state.ended for run in moment.picture.runs)
        if going:
            return (Finding(c.BOOTSTRAP.name, Severity.WARNING, "is still running"),)
        conflicts = tuple(sync_conflicts(moment.rows, settings)) if settings is not None else ()
        if conflicts:
            return conflicts
        root, lacking = root_sync(moment.rows), _lacking(moment, NEEDED)
        if root is None:
            doubt = _doubt(moment, KUSTOMIZATIONS)
            return (doubt or Finding(_ROOT, Severity.BLOCKER, "is not there: nothing is synced"), *lacking)
        synced = Finding(_ROOT, Severity.OK, f"syncs {_place(root, moment)}", about=root.key)
        return (synced, *_without_source(moment), *lacking)

    return prove


def _place(root: FluxObject, moment: Moment) -> str:
    source = root_source(moment.rows)
    where = source.origin if source is not None else None
    return f"{root.path or './'} of {without_credentials(where.url)}" if where is not None else root.path or "./"


def controllers_work(settings: BootstrapSettings | None) -> Prove:
    """Every controller is rolled out."""
    wanted = wanted_controllers(settings)

    def prove(moment: Moment) -> Proof:
        if doubt := _doubt(moment, DEPLOYMENTS):
            return (doubt,)
        there = [row for row in _deployments(moment) if row.name in wanted or row.name.endswith("-controller")]
        troubles = [_with_pods(finding, moment) for finding in rollout_findings(there)]
        good = (row for row in there if row.rolled_out)
        fine = (Finding(f"Deployment {row.name}", Severity.OK, f"{row.ready}/{row.wanted} ready") for row in good)
        return (*_lacking(moment, wanted), *troubles, *fine)

    return prove


def _deployments(moment: Moment) -> Sequence[Workload]:
    return sorted(moment.rows.within(DEPLOYMENTS, (SYNC,)), key=lambda row: row.name)


def _lacking(moment: Moment, wanted: Sequence[str]) -> Proof:
    there = {row.name for row in _deployments(moment)}
    if doubt := _doubt(moment, DEPLOYMENTS):
        return (doubt,)
    return tuple(
        Finding(f"Deployment {name}", Severity.BLOCKER, "is not there", "install Flux: that puts it there")
        for name in wanted
        if name not in there
    )


def _with_pods(finding: Finding, moment: Moment) -> Finding:
    """What a controller's pods say for themselves: that their image can't be had, for one."""
    name = finding.subject.rpartition(" ")[2]
    states = {
        row.status for row in moment.rows.within(PODS, (SYNC,)) if row.name.startswith(f"{name}-") and not row.is_ready
    }
    if not states:
        return finding
    return Finding(
        finding.subject, finding.severity, f"{finding.text}; its pods are {', '.join(sorted(states))}", finding.remedy
    )


def is_fetched(settings: BootstrapSettings | None) -> Prove:
    """The source has an artifact of the branch that is meant."""

    def prove(moment: Moment) -> Proof:
        if doubt := _doubt(moment, KUSTOMIZATIONS):
            return (doubt,)
        source = root_source(moment.rows)
        if source is None:
            return _without_source(moment)
        subject = f"{source.singular} {source.namespace}/{source.name}"
        if source.suspended:
            remedy = f"flux resume source git {source.name} -n {source.namespace}"
            return (Finding(subject, Severity.BLOCKER, "is suspended", remedy, about=source.key),)
        if source.status == "ready" and source.revision:
            return (Finding(subject, Severity.OK, f"fetched {source.short_revision}", about=source.key),)
        if source.status == "failed":
            remedy = fetch_remedy(source.message, _secret(source, settings), settings)
            return (Finding(subject, Severity.BLOCKER, _words(source), remedy, about=source.key),)
        return (Finding(subject, Severity.WARNING, _words(source), about=source.key),)

    return prove


def _without_source(moment: Moment) -> Proof:
    """That what the root Kustomization is read from is gone, or can't be seen; nothing where it is there."""
    if root_source(moment.rows) is not None:
        return ()
    subject, freshness = f"the source of {_ROOT}", moment.rows.table_freshness(KUSTOMIZATIONS.table)
    if not freshness.trusted:
        return (not_seen(subject, freshness),)
    return (Finding(subject, Severity.BLOCKER, "is not there", "install Flux"),)


def _secret(source: FluxObject, settings: BootstrapSettings | None) -> str:
    return f"{source.namespace}/{(settings.secret_name if settings is not None else '') or SYNC}"


def _words(row: FluxObject) -> str:
    return row.words or "not seen by its controller yet"


def is_applied(moment: Moment) -> Proof:
    """The root Kustomization is applied at what its source has fetched."""
    if doubt := _doubt(moment, KUSTOMIZATIONS):
        return (doubt,)
    root, source = root_sync(moment.rows), root_source(moment.rows)
    if root is None:
        return (Finding(_ROOT, Severity.BLOCKER, "is not there: nothing is synced", "install Flux"),)
    if root.suspended:
        remedy = f"flux resume kustomization {root.name} -n {root.namespace}"
        return (Finding(_ROOT, Severity.BLOCKER, "is suspended", remedy, about=root.key),)
    if root.status == "failed":
        decrypts = is_decryption_trouble(root.message)
        remedy = decrypt_remedy(root, moment.settings.keys) if decrypts else apply_remedy(root.message)
        return (Finding(_ROOT, Severity.BLOCKER, _words(root), remedy, about=root.key),)
    if root.status != "ready":
        return (Finding(_ROOT, Severity.WARNING, _words(root), about=root.key),)
    if source is not None and source.revision and source.revision != root.revision:
        text = f"has applied {root.short_revision}, and {source.short_revision} is fetched"
        return (Finding(_ROOT, Severity.WARNING, text, about=root.key),)
    applied = Finding(_ROOT, Severity.OK, f"applied {root.short_revision}", about=root.key)
    return (applied, *_without_source(moment))


def decrypts(moment: Moment) -> Proof:
    """One Kustomization that decrypts has applied a tree with something encrypted in it."""
    if moment.encrypted is None:
        return (Finding("the repository", Severity.UNKNOWN, "was not read yet", "wait a moment"),)
    if not moment.encrypted:
        return _nothing_to_decrypt(moment)
    if doubt := _doubt(moment, KUSTOMIZATIONS):
        return (doubt,)
    there = {f"{row.namespace}/{row.name}": row for row in moment.rows.all(KUSTOMIZATIONS)}
    found = [_decrypted(at, files, there.get(at), moment) for at, files in moment.encrypted.items()]
    proved = any(finding.severity is Severity.OK for finding in found)
    return tuple(_ranked(found, proved=proved))[:_SHOWN]


def _nothing_to_decrypt(moment: Moment) -> Proof:
    """A step is not done before Flux is there, although there will be nothing to see then either."""
    applied = is_applied(moment)
    if proved(applied):
        text = "the repository has nothing encrypted that Flux applies"
        return (Finding(NOTHING_TO_PROVE, Severity.NOTE, text),)
    trouble = max(applied, key=lambda finding: finding.severity)
    unseen = trouble.severity is Severity.UNKNOWN
    known = Finding("the repository", Severity.NOTE, "has nothing encrypted that Flux applies")
    return (trouble if unseen else replace(trouble, severity=Severity.WARNING, remedy=""), known)


def _decrypted(at: str, files: Sequence[str], row: FluxObject | None, moment: Moment) -> Finding:
    subject = f"Kustomization {at}"
    holds = f"{files[0]} and {len(files) - 1} more" if len(files) > 1 else files[0]
    if row is None:
        return Finding(subject, Severity.WARNING, f"is not there yet; it holds {holds}, encrypted")
    if row.status == "failed" and is_decryption_trouble(row.message):
        return Finding(subject, Severity.BLOCKER, _words(row), decrypt_remedy(row, moment.settings.keys), about=row.key)
    if row.decryption is None:
        severity = Severity.WARNING if row.status == "ready" else Severity.BLOCKER
        return Finding(
            subject, severity, f"decrypts nothing, and holds {holds}", decrypt_remedy(row, ()), about=row.key
        )
    if row.status == "ready":
        return Finding(subject, Severity.OK, f"applied {row.short_revision}, {holds} decrypted", about=row.key)
    return Finding(subject, Severity.WARNING, f"{_words(row)}; it holds {holds}, encrypted", about=row.key)


def _ranked(found: Sequence[Finding], *, proved: bool) -> Iterator[Finding]:
    """Worst first. Where one decrypts the key is good: what only waits is remarked then, and what can't is not."""
    for finding in sorted(found, key=lambda each: -each.severity):
        waits = proved and finding.severity is Severity.WARNING
        yield Finding(finding.subject, Severity.NOTE, finding.text, about=finding.about) if waits else finding


def _doubt(moment: Moment, kind: AnyKind) -> Finding | None:
    """Why rows of a kind prove nothing now; None where they do."""
    freshness = moment.rows.freshness(kind)
    return None if freshness.trusted else not_seen(kind.id, freshness)
