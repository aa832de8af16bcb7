"""Every declared step of every walkthrough, and the moments in which somebody stands at it, made from few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from runners.layers.commands import Situation, Target
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.identity import Identity
from runners.layers.judge import Observed, picture
from runners.layers.kinds.base import Row
from runners.layers.picture import Picture
from runners.layers.preflight import PreflightFacts
from runners.layers.probes import Prospect
from runners.layers.rights import Right, wanted_rights
from runners.layers.rows import FrozenRows
from runners.layers.runs import RunRecord
from runners.layers.settings import KeySource
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs.act_prospects import act_prospects
from runners.layers.walkthroughs.bootstrap import bootstrap
from runners.layers.walkthroughs.decisions import Decision
from runners.layers.walkthroughs.engine import StepState, StepView, progress
from runners.layers.walkthroughs.recover import recover
from runners.layers.walkthroughs.restore_gates import unrestored
from runners.layers.walkthroughs.restore_rules import Recovery
from runners.layers.walkthroughs.steps import Moment, Step, Subject, Walkthrough
from runners.layers.walkthroughs.upgrade import upgrade
from tests.layers import judged
from tests.layers import recover_world as r
from tests.layers import survival_world as s
from tests.layers import upgrade_worlds as u
from tests.layers import worlds as w

SETTINGS = replace(
    r.SETTINGS,
    bootstrap=BootstrapSettings("git", url="ssh://git@git.home/infra.git", path="clusters/home"),
    keys=(*r.SETTINGS.keys, KeySource("flux-system/sops-age", "", "age-plugin-yubikey --identity", "flux")),
)
HOME = Identity("home", "https://10.0.0.10:6443", r.NEW, version="v1.37.2")
SHEET = r.sheet("photos", "wiki")
UNPUSHED = (Finding("branch main", Severity.WARNING, "2 commits are not pushed yet", "git push"),)
METALLB = Target(kind="Kustomization", namespace="flux-system", name="metallb")
BARE: tuple[Row, ...] = (w.node("node-1"), w.node("node-2"), w.node("node-3"))
FLUX: tuple[Row, ...] = (*judged.FLUX, w.flux_object("Kustomization", "metallb"))
BEHIND: tuple[Row, ...] = (*u.world(), s.backup("photos"), r.job(groups=(), held="{}"), *FLUX)
"""Longhorn one minor version behind, a job that is held, and a claim that is not back."""
HELD: tuple[Row, ...] = (*judged.FLUX, w.flux_object("Kustomization", "metallb", suspended=True), r.job())
NEWER: tuple[Row, ...] = (
    *u.world(version=u.NEW, engine=u.OLD, extra=[w.longhorn_volume("pvc-9", "degraded")]),
    *u.pods(("5d8f", w.NOW - 9), ("41c7", w.LONG_AGO)),
    w.flux_object("GitRepository", "flux-system"),
    w.flux_object("Kustomization", "metallb", revision="main@sha1:00000000"),
)
"""The new version is applied, and nothing of it has settled."""

WALKTHROUGHS: Mapping[str, Walkthrough] = {
    "bootstrap": bootstrap(SETTINGS),
    "upgrade": upgrade(Subject(SETTINGS, "longhorn", {u.LONGHORN: u.NEW})),
    "service": upgrade(Subject(SETTINGS, "metallb", {}, METALLB)),
    "recover": recover(SETTINGS, SHEET),
}
STEPS: tuple[tuple[str, Step], ...] = tuple(
    (name, step) for name, walkthrough in WALKTHROUGHS.items() for step in walkthrough.steps
)
NAMES = [f"{name}-{step.id.replace(':', '-')}" for name, step in STEPS]


@dataclass(frozen=True)
class At:
    """What a moment is made from."""

    rows: Sequence[Row] = BARE
    charts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    runs: Sequence[RunRecord] = ()
    tools: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    freshness: Mapping[str, Freshness] = field(default_factory=dict)
    rights: Mapping[Right, bool | None] = field(default_factory=dict)
    keys: bool | None = True
    gathered: tuple[Finding, ...] = ()
    """What the preflight has to say of the tools."""
    sheet: Sheet | None = SHEET
    identity: Identity | None = HOME

    def moment(self) -> Moment:
        """The moment."""
        rows = FrozenRows(self.rows, self.freshness)
        facts = PreflightFacts(looked=True, rights=self.rights, tool_findings=self.gathered)
        shown = picture(Observed(rows, SETTINGS, w.NOW, self.identity, self.charts, runs=tuple(self.runs), facts=facts))
        asked = {u.LONGHORN: u.NEW}
        return Moment(
            shown,
            SETTINGS,
            rows,
            w.NOW,
            lambda target: self._situation(target, rows, shown, asked),
            self.decisions,
            self.sheet,
            "" if self.sheet is not None else "home.survival.yaml: is not there",
            {"longhorn": u.NEW},
        )

    @property
    def _recovery(self) -> Recovery:
        return Recovery(self.sheet, self.decisions)

    def _situation(self, target: Target, rows: FrozenRows, shown: Picture, asked: Mapping[str, str]) -> Situation:
        return Situation(
            shown,
            SETTINGS,
            target,
            tools=self.tools,
            keys={key.secret: self.keys for key in SETTINGS.keys},
            commits=UNPUSHED,
            asked=asked if target.component == "longhorn" else {},
            rows=rows,
            prospects={"s3": Prospect(("probe",)), **act_prospects(target.component, rows, self._recovery, shown)},
            unrestored=unrestored(rows, self._recovery, self.identity),
        )


def alone(name: str, step: Step, at: At) -> StepView:
    """One step as it is when everything before it is over."""
    walkthrough = WALKTHROUGHS[name]
    one = Walkthrough(walkthrough.name, walkthrough.title, (step,), walkthrough.holds)
    return progress(one, at.moment()).steps[0]


def worlds() -> Iterator[At]:
    """What a step is looked at in, the barest first."""
    old, new = {("longhorn-system", "longhorn"): u.OLD}, {("longhorn-system", "longhorn"): u.NEW}
    yield At(keys=False)
    yield At(BEHIND, old)
    yield At(HELD)
    yield At(NEWER, new)
    yield At(
        (*BEHIND, w.longhorn_volume("pvc-9", "faulted")), old, rights=dict.fromkeys(wanted_rights(SETTINGS), False)
    )
    yield At(identity=None)
    yield At(HELD, sheet=None)
    yield At(BEHIND, decisions=r.decided(disks="kept", what=f"volumes {r.PHOTOS}"))


def undone(name: str, step: Step) -> At:
    """A moment in which somebody stands at a step; one that can't be told only where it is never anything else."""
    return _undone(name, step.id)


@cache
def _undone(name: str, step_id: str) -> At:
    step = WALKTHROUGHS[name].step(step_id)
    assert step is not None
    over = (StepState.DONE, StepState.UNKNOWN)
    told = (at for at in worlds() if alone(name, step, at).state not in over)
    return next(told, At(identity=None))
