"""Verify integration: what proves that storage, S3 and Flux's workloads on them work, and what can't be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.freshness import LOADING
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.pods import Pod
from runners.layers.picture import ComponentState, Layer
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.bootstrap import bootstrap
from runners.layers.walkthroughs.recover import recover
from runners.layers.walkthroughs.steps import Moment, Proof, Step, proved
from runners.layers.walkthroughs.verify import verify_steps
from tests.layers import recover_world as r
from tests.layers import worlds as w

STEPS = {step.id: step for step in verify_steps(r.SETTINGS)}


def test_the_first_day_and_the_worst_one_end_with_the_same_steps() -> None:
    for walkthrough in (bootstrap(r.SETTINGS), recover(r.SETTINGS)):
        mine = [step.id for step in walkthrough.steps if step.id.startswith("verify:")]
        assert mine == list(STEPS) == ["verify:longhorn", "verify:minio", "verify:flux"]
    assert all(step.skip and step.undo and step.why for step in STEPS.values())


def found(moment: Moment, component: str, *findings: Finding) -> Moment:
    """A moment in which a component has these findings."""
    states = [
        replace(each, findings=findings) if each.name == component else each for each in moment.picture.components
    ]
    return replace(moment, picture=replace(moment.picture, components=tuple(states)))


def claimed(severity: Severity, text: str) -> Finding:
    return Finding("claim probe", severity, text)


@pytest.mark.parametrize(
    ("findings", "is_proved"),
    [
        ((), False),
        ((claimed(Severity.NOTE, "was never made: that it works is not proven"),), False),
        ((claimed(Severity.WARNING, "failed: its claim is not bound, just now"),), False),
        ((claimed(Severity.OK, "a claim was bound, just now"),), True),
        ((claimed(Severity.OK, "a claim was bound, just now"), claimed(Severity.WARNING, "pv-1 is left behind")), True),
        ((claimed(Severity.NOTE, "a claim was bound, 8d ago"),), False),
        ((Finding("s3 probe", Severity.OK, "stored an object"),), False),
    ],
)
def test_only_a_probe_that_worked_lately_proves_storage(findings: Sequence[Finding], is_proved: bool) -> None:
    proof = STEPS["verify:longhorn"].proof(found(r.moment(()), "longhorn", *findings))
    assert proved(proof) is is_proved, proof


def test_without_a_bucket_nothing_is_stored_and_that_is_said() -> None:
    minio = FoundationEntry("minio", "minio/helmfile.yaml", ("minio",))
    step = next(verify_steps(Settings("test", foundation=(minio,))))
    assert step.command is None
    (said,) = step.proof(r.moment(()))
    assert (said.severity, "can't tell" in said.text) == (Severity.NOTE, True)
    assert not proved(step.proof(r.moment((), verdicts={"minio": Verdict.ABSENT})))


APPS: FluxObject = replace(w.flux_object("Kustomization", "apps"), workloads=(("deployments", "apps", "photos"),))
PHOTOS = w.workload("deployments", "apps", "photos")
CLASS = w.storage_class("longhorn")


def pod(name: str = "photos-5d8f-x2k9w", claim: str = "data", *, runs: bool = True) -> Pod:
    status = "Running" if runs else "ContainerCreating"
    return Pod(
        "pods",
        "apps",
        name,
        f"uid-{name}",
        w.NOW,
        int(runs),
        1,
        status,
        0,
        "node-1",
        runs,
        "5d8f",
        (claim,) * bool(claim),
    )


def seen(*rows: Row, flux: Verdict = Verdict.HEALTHY) -> Proof:
    step: Step = STEPS["verify:flux"]
    moment = r.moment((), verdicts={"flux-system": flux})
    assert moment.picture.component("flux-system", Layer.GITOPS) is not None
    return step.proof(replace(moment, rows=FrozenRows([CLASS, *rows])))


CLAIM = w.claim("apps", "data")
LABELLED = replace(PHOTOS, applied_by="HelmRelease apps/photos")
RELEASED = replace(PHOTOS, release="apps/photos")
RELEASE = replace(w.flux_object("HelmRelease", "photos"), release="apps/photos", workloads=())


@pytest.mark.parametrize(
    ("rows", "severity", "says"),
    [
        ([APPS, PHOTOS, CLAIM, pod()], Severity.OK, "made by Kustomization flux-system/apps, runs on claim data"),
        ([LABELLED, CLAIM, pod()], Severity.OK, "made by HelmRelease apps/photos"),
        ([RELEASE, RELEASED, CLAIM, pod()], Severity.OK, "made by HelmRelease flux-system/photos"),
        ([APPS, PHOTOS, CLAIM, pod(runs=False)], Severity.WARNING, "pod photos-5d8f-x2k9w is ContainerCreating"),
        ([APPS, PHOTOS, w.claim("apps", "data", "Pending"), pod(runs=False)], Severity.WARNING, "is Pending"),
        ([PHOTOS, CLAIM, pod()], Severity.NOTE, "can't tell"),
        ([APPS, PHOTOS, CLAIM, pod(claim="")], Severity.NOTE, "can't tell"),
        ([APPS, PHOTOS, replace(CLAIM, storage_class="local-path"), pod()], Severity.NOTE, "can't tell"),
        ([replace(APPS, remote=True), PHOTOS, CLAIM, pod()], Severity.NOTE, "can't tell"),
        ([], Severity.NOTE, "none of Flux's workloads uses a claim"),
    ],
)
def test_a_workload_of_fluxs_on_the_foundation(rows: Sequence[Row], severity: Severity, says: str) -> None:
    (only,) = seen(*rows)
    assert (only.severity, says in only.text) == (severity, True), only


def test_nothing_is_called_unprovable_before_everything_is_there() -> None:
    moment = r.moment(())
    coming = ComponentState("metallb", Layer.GITOPS, Verdict.PROGRESSING)
    picture = replace(moment.picture, components=(*moment.picture.components, coming))
    (only,) = STEPS["verify:flux"].proof(replace(moment, picture=picture, rows=FrozenRows([CLASS])))
    assert (only.severity, only.text) == (Severity.WARNING, "are not all there yet: none that uses a claim is seen")


def test_one_that_works_is_enough() -> None:
    broken = pod("photos-5d8f-b4d00", "other", runs=False)
    proof = seen(APPS, PHOTOS, CLAIM, w.claim("apps", "other"), pod(), broken)
    assert [finding.severity for finding in proof] == [Severity.OK]


def test_before_flux_works_nothing_is_called_seen() -> None:
    assert not proved(seen(APPS, PHOTOS, CLAIM, pod(), flux=Verdict.ABSENT))


def test_what_may_not_be_listed_is_unknown() -> None:
    moment = replace(r.moment(()), rows=FrozenRows([CLASS, APPS, PHOTOS, CLAIM], {"pods": LOADING}))
    (found,) = STEPS["verify:flux"].proof(moment)
    assert (found.severity, found.text) == (Severity.UNKNOWN, "pods can't be seen")
