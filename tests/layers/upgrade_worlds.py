"""Upgrade days for tests: what is installed and asked for, and the walkthrough's steps at that moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from runners.layers.commands import Situation, Target
from runners.layers.identity import Identity
from runners.layers.judge import Observed, picture
from runners.layers.kinds.base import Row
from runners.layers.kinds.events import Event
from runners.layers.kinds.longhorn_backups import SystemBackup
from runners.layers.kinds.pods import Pod
from runners.layers.preflight import PreflightFacts
from runners.layers.rows import FrozenRows
from runners.layers.runs import RunRecord
from runners.layers.walkthroughs.act_prospects import act_prospects
from runners.layers.walkthroughs.decisions import Choice, Decision, latest
from runners.layers.walkthroughs.engine import Progress, StepView, progress
from runners.layers.walkthroughs.restore_rules import Recovery
from runners.layers.walkthroughs.steps import Moment, Subject
from runners.layers.walkthroughs.upgrade import upgrade
from tests.layers import worlds as w
from tests.layers.judged import SETTINGS

HOME = Identity("home", "https://10.0.0.10:6443", "41c7", version="v1.37.2")
OLD, NEW = "1.11.2", "1.12.1"
LONGHORN = "longhorn-system/longhorn"


def system_backup(state: str = "Ready", version: str = f"v{OLD}", made: float = w.NOW - 600, why: str = "") -> Row:
    kind = "longhorn-systembackups"
    return SystemBackup(kind, "longhorn-system", "before", "uid-sb", made, state, version, made, why)


def pods(*revisions: tuple[str, float], owner: str = "longhorn-manager") -> list[Row]:
    return [
        Pod(
            "pods",
            "longhorn-system",
            f"{owner}-{at}{at}",
            f"uid-{at}",
            created,
            1,
            1,
            "Running",
            0,
            "node-1",
            True,
            rev,
        )
        for at, (rev, created) in enumerate(revisions)
    ]


def pod(name: str, *claims: str, status: str = "Running", space: str = "apps") -> Pod:
    runs = status == "Running"
    return Pod("pods", space, name, f"uid-{name}", w.LONG_AGO, 1, 1, status, 0, "node-1", runs, claims=claims)


def event(reason: str, about: str, seen: float, *, space: str = "apps", count: int = 1, created: float = 0.0) -> Event:
    return Event(
        "events", space, f"{about}.{seen}", "uid", created or seen, reason, about, f"{reason} it is", count, seen
    )


def world(*, version: str = OLD, engine: str = OLD, extra: Sequence[Row] = ()) -> list[Row]:
    """Longhorn with one volume in use, its settings, and the release that made it."""
    volume = replace(w.longhorn_volume("pvc-1", "healthy"), image=f"longhornio/longhorn-engine:v{engine}")
    rows = [row for row in w.longhorn_world() if row.kind not in ("longhorn-settings", "longhorn-systembackups")]
    settings = [
        w.setting("default-engine-image", f"longhornio/longhorn-engine:v{version}"),
        w.setting("current-longhorn-version", f"v{version}"),
    ]
    return [*rows, *settings, volume, w.claim("apps", "data"), *extra]


def walk(
    rows: Sequence[Row],
    *,
    installed: str = OLD,
    asked: str = NEW,
    by_now: str | None = None,
    component: str = "longhorn",
    confirmed: bool = True,
    runs: Sequence[RunRecord] = (),
    decided: Sequence[Decision] = (),
    applier: Target | None = None,
) -> Progress:
    """Where the upgrade stands in a world."""
    charts: Mapping[tuple[str, str], str] = {("longhorn-system", "longhorn"): installed} if installed else {}
    seen = FrozenRows(rows)
    shown = picture(Observed(seen, SETTINGS, w.NOW, HOME, charts, runs=tuple(runs), facts=PreflightFacts(looked=True)))
    wants = {LONGHORN: asked} if asked else {}
    found = upgrade(Subject(SETTINGS, component, wants, applier))
    first = Decision("upgrade", found.steps[0].id, Choice.CONFIRMED, w.NOW - 60, "ada@desk", answer=HOME.uid)
    decisions = latest([*([first] if confirmed else []), *decided], "upgrade", w.NOW - found.holds)
    now = {LONGHORN: by_now} if by_now else wants

    def situation(target: Target) -> Situation:
        offered = act_prospects(target.component, seen, Recovery(None, {}), shown)
        return Situation(shown, SETTINGS, target, asked=now, prospects=offered)

    return progress(found, Moment(shown, SETTINGS, seen, w.NOW, situation, decisions))


def moment(rows: Sequence[Row], installed: str, runs: Sequence[RunRecord] = ()) -> Moment:
    """What there is to see of a world, for what asks for no gate."""
    charts = {("longhorn-system", "longhorn"): installed}
    seen = FrozenRows(rows)
    shown = picture(Observed(seen, SETTINGS, w.NOW, HOME, charts, runs=tuple(runs)))
    return Moment(shown, SETTINGS, seen, w.NOW, lambda target: Situation(shown, SETTINGS, target))


def step(found: Progress, name: str) -> StepView:
    return next(view for view in found.steps if view.step.id.partition(":")[0] == name)


def said(view: StepView) -> str:
    return "\n".join(f"{finding.subject}: {finding.text}" for finding in view.proof)
