"""What of Flux's runs on the foundation: a workload that Flux made, its claim, and a pod of it that runs."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from runners.layers.claim_probe.prospect import storage_classes
from runners.layers.components.flux import FLUX
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import Key
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.kinds.pods import PODS, Pod
from runners.layers.kinds.storage import CLAIMS, STORAGECLASSES, Claim
from runners.layers.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS, Workload
from runners.layers.picture import Layer
from runners.layers.rows import Rows
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.proofs import is_usable
from runners.layers.walkthroughs.steps import NOTHING_TO_PROVE, Moment, Proof, proved

_WORKLOADS = (DEPLOYMENTS, STATEFULSETS, DAEMONSETS)
_READ = (*_WORKLOADS, PODS, CLAIMS, STORAGECLASSES)
_COMING = (Verdict.ABSENT, Verdict.PROGRESSING)
_SHOWN = 3
_ABOUT = "Flux's workloads"


@dataclass(frozen=True, slots=True)
class Carried:
    """One pod of a workload that Flux made, with one of its claims on the foundation's storage."""

    workload: Workload
    singular: str
    applier: str
    pod: Pod
    claim: Claim

    @property
    def works(self) -> bool:
        """The claim is bound, and the pod that uses it runs."""
        return self.claim.status == "Bound" and self.pod.is_ready

    def finding(self) -> Finding:
        """What is seen of it."""
        about = f"{self.singular} {self.workload.namespace}/{self.workload.name}"
        where = f"claim {self.claim.name} of {self.claim.storage_class}"
        if self.works:
            return Finding(about, Severity.OK, f"made by {self.applier}, runs on {where}", about=self.workload.key)
        words = f"{where} is {self.claim.status}, and pod {self.pod.name} is {self.pod.status}"
        return Finding(about, Severity.WARNING, words, "see why, in its pod's events (e)", about=self.pod.key)


def carried(moment: Moment) -> Proof:
    """At least one is seen to work; where none has a claim, that can't be told, which blocks nothing in the end."""
    flux, rows = is_usable(FLUX.name, Layer.GITOPS)(moment), moment.rows
    if not proved(flux):
        return flux
    unseen = next((kind for kind in _READ if not rows.freshness(kind).trusted), None)
    if unseen is not None:
        return (Finding(_ABOUT, Severity.UNKNOWN, f"{unseen.plural} can't be seen"),)
    found = sorted(
        _carried(rows, _classes(moment)), key=lambda each: (each.pod.namespace, each.pod.name, each.claim.name)
    )
    working = [each.finding() for each in found if each.works]
    if working or found:
        return tuple(working or [each.finding() for each in found])[:_SHOWN]
    if any(state.verdict in _COMING for state in moment.picture.layer(FLUX.layer)):
        return (Finding(_ABOUT, Severity.WARNING, "are not all there yet: none that uses a claim is seen"),)
    words = "can't tell: none of Flux's workloads uses a claim on the foundation's storage"
    return (Finding(NOTHING_TO_PROVE, Severity.NOTE, words),)


def _classes(moment: Moment) -> set[str]:
    """The StorageClasses that the foundation serves."""
    named = {entry.claim.storage_class for entry in moment.settings.foundation if entry.claim is not None}
    return {row.name for row in storage_classes(moment.rows)} | (named - {""})


def _carried(rows: Rows, classes: Container[str]) -> Iterator[Carried]:
    claims = {row.key[1:]: row for row in rows.all(CLAIMS) if row.storage_class in classes}
    made = _made(rows)
    for pod in rows.all(PODS):
        for name in pod.claims:
            claim = claims.get((pod.namespace, name))
            maker = made.get((pod.namespace, pod.workload))
            if claim is not None and maker is not None:
                yield Carried(*maker, pod, claim)


def _made(rows: Rows) -> dict[tuple[str, str], tuple[Workload, str, str]]:
    """Namespace and name → each workload that Flux made, the API's word for it, and the Flux object."""
    objects = [row for row in rows.table(KUSTOMIZATIONS.table) if isinstance(row, FluxObject) and not row.remote]
    listed: dict[Key, str] = {key: _name(row) for row in objects for key in row.workloads}
    released = {row.release: _name(row) for row in objects if row.release}
    found: dict[tuple[str, str], tuple[Workload, str, str]] = {}
    for kind in _WORKLOADS:
        for row in rows.all(kind):
            # The inventory first, then the labels that Flux puts on; a chart's release is known by Helm's annotation.
            applier = listed.get(row.key) or row.applied_by or released.get(row.release, "")
            if applier:
                found[row.namespace, row.name] = (row, kind.singular, applier)
    return found


def _name(row: FluxObject) -> str:
    return f"{row.singular} {row.namespace}/{row.name}"
