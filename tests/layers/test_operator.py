"""Flux by the Flux Operator: its component rules, what closes its gate, and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runners.layers import commands as c
from runners.layers import judge
from runners.layers.commands import Situation, Target
from runners.layers.components.base import Component
from runners.layers.components.flux_operator import FLUX_INSTANCE, FLUX_OPERATOR
from runners.layers.findings import Severity
from runners.layers.freshness import LIVE
from runners.layers.gates import gate
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.identity import Identity
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux_operator import Sync
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, KeySource, Settings
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.bootstrap import bootstrap
from runners.layers.walkthroughs.engine import StepState, progress
from runners.layers.walkthroughs.recover import recover
from runners.layers.walkthroughs.steps import Moment, Step
from tests.layers import worlds as w

HERE = Identity("home", "https://10.0.0.10:6443", "41c7")
SYSTEM = ("flux-system",)
LONGHORN = FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",))
OPERATOR = FoundationEntry("flux-operator", "bootstrap/helmfile.yaml", SYSTEM, releases=("flux-system/flux-operator",))
INSTANCE = FoundationEntry("flux-instance", "bootstrap/helmfile.yaml", SYSTEM, releases=("flux-system/flux-instance",))
PULL = KeySource("flux-system/git-token", "token.sops.yaml", "", "flux-operator")
SETTINGS = Settings(
    "test",
    foundation=(OPERATOR, LONGHORN, INSTANCE),
    bootstrap=BootstrapSettings("operator", path="clusters/home"),
    keys=(PULL, KeySource("flux-system/sops-age", "", "age-plugin-x", "flux")),
)
SYNC = Sync("GitRepository", "https://git.home/x", "refs/heads/main", "clusters/home")
CHARTS = [w.release("flux-system", "flux-operator"), w.release("flux-system", "flux-instance")]
UP = w.workload("deployments", "flux-system", "flux-operator")
FLUX = w.flux_object("FluxInstance", "flux", sync=SYNC, revision="")
BROKEN = w.workload("deployments", "flux-system", "helm-controller", ready=0, stuck="Late")


def judged(component: Component, rows: Sequence[Row]) -> ComponentState:
    seen = FrozenRows(rows, {"flux": LIVE})
    found = judge.picture(judge.Observed(seen, SETTINGS, w.NOW)).component(component.name, Layer.FOUNDATION)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("component", "rows", "verdict", "says"),
    [
        (FLUX_OPERATOR, [], Verdict.ABSENT, ""),
        (FLUX_OPERATOR, [CHARTS[0], UP], Verdict.HEALTHY, ""),
        # What the operator makes is GitOps, and none of the operator's own state.
        (FLUX_OPERATOR, [CHARTS[0], UP, BROKEN], Verdict.HEALTHY, ""),
        (FLUX_OPERATOR, [CHARTS[0]], Verdict.FAILED, "is missing, although its release is there"),
        (FLUX_OPERATOR, [w.release("flux-system", "flux-operator", at=w.NOW)], Verdict.PROGRESSING, "is missing"),
        (FLUX_OPERATOR, [CHARTS[0], replace(UP, ready=0)], Verdict.DEGRADED, "0/1 ready"),
        (FLUX_OPERATOR, [CHARTS[0], replace(UP, wanted=0)], Verdict.FAILED, "wants no pods"),
        (FLUX_INSTANCE, [], Verdict.ABSENT, ""),
        (FLUX_INSTANCE, [*CHARTS, FLUX], Verdict.HEALTHY, ""),
        (FLUX_INSTANCE, [CHARTS[1]], Verdict.FAILED, "is not there, although its release is"),
        (FLUX_INSTANCE, [replace(FLUX, ready="", reason="")], Verdict.PROGRESSING, "not seen by its controller"),
        (FLUX_INSTANCE, [replace(FLUX, ready="False", reason="BuildFailed")], Verdict.FAILED, "BuildFailed"),
    ],
)
def test_each_is_judged_by_its_own(component: Component, rows: list[Row], verdict: Verdict, says: str) -> None:
    found = judged(component, rows)
    assert found.verdict is verdict, found.findings
    assert says in found.summary


def picture(rows: Sequence[Row], longhorn: Verdict = Verdict.HEALTHY) -> Picture:
    own = (judged(component, rows) for component in (FLUX_OPERATOR, FLUX_INSTANCE))
    return Picture(w.NOW, HERE, LIVE, (ComponentState("longhorn", Layer.FOUNDATION, longhorn), *own))


def situation(target: str, rows: Sequence[Row] = (), longhorn: Verdict = Verdict.HEALTHY, **more: object) -> Situation:
    there = {key.secret: True for key in SETTINGS.keys}
    made = Situation(picture(rows, longhorn), SETTINGS, Target(component=target), rows=FrozenRows(rows), keys=there)
    return replace(made, **more)  # type: ignore[arg-type]


OTHER = w.synced_world("./clusters/other")


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (situation("flux-operator"), ""),
        (situation("flux-instance", [*CHARTS, UP]), ""),
        (situation("flux-operator", longhorn=Verdict.ABSENT), "GitOps needs the foundation, and it is absent"),
        (situation("flux-operator", OTHER), "syncs clusters/other, and the bootstrap asks for clusters/home"),
        (
            situation("flux-operator", keys={PULL.secret: False, "flux-system/sops-age": True}),
            "is not there, and flux needs it",
        ),
        (situation("longhorn", OTHER), ""),
    ],
)
def test_it_needs_of_the_foundation_what_a_bootstrap_does(seen: Situation, reason: str) -> None:
    answer = gate(c.APPLY, seen)
    assert answer.is_open is (reason == ""), answer.reason
    assert reason in answer.reason


def test_it_comes_after_the_foundation_and_its_keys_on_the_first_day_and_the_worst() -> None:
    ids = [step.id for step in bootstrap(SETTINGS).steps]
    flux = ["keys:flux", "flux", "flux:instance", "flux:controllers", "flux:source", "flux:applied", "flux:decrypts"]
    assert ids[: ids.index("services")] == ["cluster", "preflight", "foundation:longhorn", *flux]
    again = [step.id for step in recover(SETTINGS).steps]
    assert again[again.index("keys:flux") : again.index("services")] == flux
    assert "foundation:flux-operator" not in again


def view(step: str, rows: Sequence[Row], settings: Settings = SETTINGS) -> tuple[StepState, str]:
    walk = bootstrap(settings)
    found: tuple[Step, ...] = tuple(each for each in walk.steps if each.id == step)
    seen = FrozenRows(rows)
    moment = Moment(
        picture(rows), settings, seen, w.NOW, lambda target: replace(situation(target.component, rows), target=target)
    )
    (one,) = progress(replace(walk, steps=found), moment).steps
    return one.state, " | ".join(f"{each.text} → {each.remedy}" for each in one.proof)


BY_HAND = replace(SETTINGS, foundation=(LONGHORN,))


@pytest.mark.parametrize(
    ("step", "rows", "settings", "state", "words"),
    [
        ("flux", [], SETTINGS, StepState.READY, "is not there"),
        ("flux", [CHARTS[0], UP], SETTINGS, StepState.DONE, "healthy"),
        ("flux", [*OTHER, CHARTS[0], UP], SETTINGS, StepState.BLOCKED, "syncs clusters/other"),
        ("flux", [], BY_HAND, StepState.WAITING, "is not there yet"),
        ("flux", [UP], BY_HAND, StepState.DONE, "1/1 ready"),
        ("flux:instance", [*CHARTS, UP], SETTINGS, StepState.READY, "is not there"),
        ("flux:instance", [*CHARTS, UP, FLUX], SETTINGS, StepState.DONE, "ReconciliationSucceeded"),
        ("flux:instance", [], BY_HAND, StepState.WAITING, "is not there yet"),
        ("flux:instance", [replace(FLUX, ready="False")], BY_HAND, StepState.FAILED, "mend what it says"),
        ("flux:instance", [replace(FLUX, suspended=True)], BY_HAND, StepState.WAITING, "take the annotation"),
        ("flux:instance", [replace(FLUX, sync=None)], BY_HAND, StepState.FAILED, "asks for no sync"),
        ("flux:instance", [replace(FLUX, sync=replace(SYNC, path="x"))], BY_HAND, StepState.FAILED, "gitops.path"),
    ],
)
def test_where_one_stands(step: str, rows: list[Row], settings: Settings, state: StepState, words: str) -> None:
    found = view(step, rows, settings)
    assert found[0] is state, found
    assert words in found[1]


def test_by_hand_it_has_exact_commands_too() -> None:
    named = replace(BY_HAND, bootstrap=BootstrapSettings("operator", path="clusters/home", instance="flux/flux.yaml"))
    shells = {step.id: step.shell for step in bootstrap(named).steps}
    said = {name: shell(named, "my home") for name, shell in shells.items() if shell is not None}
    assert said["flux"].startswith("helm --kube-context 'my home' upgrade --install flux-operator oci://")
    assert said["flux:instance"] == "kubectl --context 'my home' apply -f flux/flux.yaml"


def test_a_finding_of_the_operators_release_is_its_own() -> None:
    failed = w.release("flux-system", "flux-instance", "failed")
    assert judged(FLUX_OPERATOR, [CHARTS[0], UP, failed]).verdict is Verdict.HEALTHY
    assert max(each.severity for each in judged(FLUX_INSTANCE, [failed]).findings) is Severity.BLOCKER
