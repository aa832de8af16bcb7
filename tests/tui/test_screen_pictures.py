"""Pictures of whole screens in their states; a person has looked at each of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen

from runners.asks import Ask, Work
from runners.layers import commands as c
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.kinds.base import Row
from runners.layers.plan_rules import danger, what_it_destroys
from runners.layers.plans import Change, ObjectChange, ObjectRef, Plan, ReleaseAction, ReleasePlan
from runners.layers.runs import RunRecord, RunState
from tests.layers import worlds as w
from tests.tui.rows import pod
from tests.tui.still_session import HOME, StillSession, clock, still_session
from tests.tui.test_overview import started
from tui import dialogs
from tui.app import BedplateApp
from tui.screens.question import QuestionScreen
from widgets.confirm import Dialog
from widgets.log import LogPane

Compare = Callable[..., bool]
Step = Callable[[Pilot[None]], Awaitable[None]]

PODS = [
    pod("longhorn-manager-8x2kq"),
    pod("longhorn-manager-nz8qt"),
    replace(pod("longhorn-ui-748895487-bmdxf"), status="CrashLoopBackOff", ready=0, is_ready=False, restarts=7),
    pod("minio-tenant-pool-0-0", "minio-tenant"),
    replace(pod("minio-tenant-pool-0-1", "minio-tenant"), status="Pending", ready=0, is_ready=False, node=""),
]
GITOPS: list[Row] = [
    w.workload("deployments", "flux-system", "kustomize-controller"),
    w.flux_object("Kustomization", "flux-system"),
    w.flux_object("HelmRelease", "metallb"),
    *w.metallb_world(),
    w.flux_object("HelmRelease", "cert-manager", ready="False", reason="DependencyNotReady", source=""),
    w.flux_object("HelmRelease", "monitoring", suspended=True),
]
HEALTHY = [*w.longhorn_world(), *w.minio_world(), *GITOPS, *PODS]
BROKEN = [
    *w.without(w.longhorn_world(), "longhorn-manager"),
    *w.without(w.minio_world(), "minio-tenant"),
    w.tenant("Waiting for Pods to be ready", "red"),
    w.longhorn_volume("pvc-41c7", "faulted"),
    w.longhorn_volume("pvc-9d02", "degraded"),
    *GITOPS,
    *PODS,
]
LOG = b"""Building dependency release=longhorn, chart=../charts/longhorn
Upgrading release=longhorn, chart=../charts/longhorn, namespace=longhorn-system
Release "longhorn" has been upgraded. Happy Helming!
NAME: longhorn
STATUS: deployed
REVISION: 8
"""


@pytest.fixture(autouse=True)
def _one_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.localtime", __import__("time").gmtime)


def picture(
    compare: Compare, session: StillSession, *keys: str, size: tuple[int, int] = (120, 36), then: Step | None = None
) -> None:
    """Compares the screen after some keys with the picture that was looked at."""
    app = BedplateApp(session, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        await started(app, pilot)
        await pilot.press(*keys)
        if then is not None:
            await then(pilot)
        await pilot.pause()
        await pilot.pause()

    assert compare(app, terminal_size=size, run_before=run_before)


def plan(*releases: ReleasePlan, commit: str = "3d2789eb2958f4966cacfced8a3c5214aaf69ad7") -> Plan:
    return Plan(
        "longhorn",
        "longhorn/helmfile.yaml",
        "default",
        HOME,
        releases,
        inputs={"longhorn/helmfile.yaml": "9c1e", "longhorn/longhorn-values.yaml": "77aa"},
        commit=commit,
        made=w.NOW - 21,
    )


def change(kind: str, name: str, what: Change, group: str = "") -> ObjectChange:
    return ObjectChange(
        ObjectRef(kind, "longhorn-system" if kind != "CustomResourceDefinition" else "", name, group), what
    )


UPGRADE = ReleasePlan(
    "longhorn",
    "longhorn-system",
    ReleaseAction.UPGRADE,
    "longhorn/longhorn",
    7,
    "deployed",
    "1.11.2",
    "1.12.1",
    changes=(
        change("DaemonSet", "longhorn-manager", Change.CHANGED, "apps"),
        change("Deployment", "longhorn-ui", Change.CHANGED, "apps"),
        change("ConfigMap", "longhorn-default-setting", Change.ADDED),
    ),
)
UNINSTALL = replace(
    UPGRADE,
    name="minio-tenant",
    namespace="minio-tenant",
    action=ReleaseAction.UNINSTALL,
    version="",
    changes=(
        change("CustomResourceDefinition", "tenants.minio.min.io", Change.REMOVED, "apiextensions.k8s.io"),
        change("Secret", "minio-credentials", Change.REMOVED),
    ),
)


def asked(shown: Plan, component: str, *findings: Finding) -> Ask:
    argv = ("helmfile", "--kube-context", "home", "-f", f"{component}/helmfile.yaml", "-l", f"name={component}", "sync")
    return Ask(
        c.APPLY,
        c.Target(component=component),
        HOME,
        GateAnswer(findings),
        danger(shown),
        Work(argv),
        shown,
        what_it_destroys(shown),
    )


def dialog_over(dialog: Dialog) -> Step:
    async def show(pilot: Pilot[None]) -> None:
        screen: ModalScreen[bool] = QuestionScreen(dialog)
        pilot.app.push_screen(screen)

    return show


def test_empty_cluster(session: StillSession, snap_compare: Compare) -> None:
    session.fill([w.node("node-1"), w.node("node-2"), w.node("node-3")])
    picture(snap_compare, session)


def test_empty_cluster_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill([w.node("node-1"), w.node("node-2"), w.node("node-3")])
    picture(snap_compare, session, size=(80, 24))


def test_healthy(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session)


def test_healthy_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, size=(80, 24))


def test_healthy_200(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, size=(200, 60))


def test_broken(session: StillSession, snap_compare: Compare) -> None:
    session.fill(BROKEN)
    picture(snap_compare, session)


def test_broken_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(BROKEN)
    picture(snap_compare, session, size=(80, 24))


def test_flux_table(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "4", "down")


def test_filtered(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "slash", *"tenant", "enter")


def typed(text: str) -> tuple[str, ...]:
    """The keys of a text."""
    return tuple({" ": "space", "-": "minus"}.get(letter, letter) for letter in text)


def test_command_line(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "colon", *typed("s"), "down", "down")


def test_command_line_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "colon", *typed("ns "), size=(80, 24))


def test_command_line_unknown_word(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "colon", *typed("pdos"), "enter")


def test_command_line_unknown_word_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "colon", *typed("ns minio-tenat"), "enter", size=(80, 24))


def test_namespace(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "colon", *typed("po minio-tenant"), "enter")


def test_narrowed_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    keys = ("colon", *typed("po longhorn-system"), "enter", "slash", *typed("ui"), "enter", "ctrl+z")
    picture(snap_compare, session, *keys, size=(80, 24))


def test_sorted(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "S", "S")


def test_faults_only(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "1", "ctrl+z")


def test_kind_without_a_tab(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "colon", *typed("ds"), "enter")


def test_kind_without_a_tab_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "colon", *typed("hr"), "enter", size=(80, 24))


def test_tabs_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "6", size=(80, 24))


def test_stale_pods(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY, {"pods": Freshness(Reach.STALE, w.NOW - 95, "connection refused")})
    picture(snap_compare, session, "1")


def test_empty_claims(session: StillSession, snap_compare: Compare) -> None:
    session.fill([row for row in HEALTHY if row.kind != "persistentvolumeclaims"])
    picture(snap_compare, session, "3")


def test_before_the_cluster_answered(session: StillSession, snap_compare: Compare) -> None:
    picture(snap_compare, session)


def test_unreachable(session: StillSession, snap_compare: Compare) -> None:
    down = Freshness(Reach.STALE, w.NOW - 95, "connection refused")
    session.fill([], dict.fromkeys(("pods", "nodes", "releases", "deployments", "storageclasses"), down))
    picture(snap_compare, session)


def test_forbidden_pods(session: StillSession, snap_compare: Compare) -> None:
    session.fill(w.without(HEALTHY, PODS[0].name), {"pods": Freshness(Reach.FORBIDDEN, w.NOW, "list pods")})
    picture(snap_compare, session)


def test_read_only(tmp_path: Path, snap_compare: Compare) -> None:
    session = still_session(tmp_path, read_only=True)
    session.fill(HEALTHY)
    picture(snap_compare, session)


def test_help(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "question_mark")


def test_help_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    picture(snap_compare, session, "question_mark", size=(80, 24))


def test_a_run_and_its_conclusion(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    folder = session.runs.root / "20270115-080000-7f3a"
    folder.mkdir()
    (folder / "log").write_bytes(LOG)
    (folder / "request.json").write_text('{"title": "apply longhorn", "argv": ["helmfile"], "started": 1799999958.0}')
    (folder / "ended.json").write_text('{"ended": 1799999970.0, "code": 0}')
    (folder / "concluded.json").write_text(
        '{"findings": [{"subject": "release longhorn-system/longhorn", "severity": "OK", '
        '"text": "revision 8: applied what you saw"}]}'
    )
    run = session.runs.record("7f3a")
    assert run.state is RunState.SUCCEEDED

    async def follow(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, BedplateApp)
        pilot.app.overview.follow(run)
        pane = pilot.app.overview.query_one(LogPane)
        while "applied what you saw" not in pane.text:
            await pilot.pause()

    picture(snap_compare, session, then=follow)


def test_apply_dialog(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    note = Finding("Longhorn volume pvc-1", Severity.WARNING, "is degraded", "Longhorn advises to wait")
    dialog = dialogs.question(asked(plan(UPGRADE), "longhorn", note))
    picture(snap_compare, session, then=dialog_over(dialog))


def test_apply_dialog_80(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    dialog = dialogs.question(asked(plan(UPGRADE), "longhorn"))
    picture(snap_compare, session, size=(80, 24), then=dialog_over(dialog))


def test_destroys_dialog(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    dialog = dialogs.question(asked(plan(UNINSTALL), "minio"))
    picture(snap_compare, session, then=dialog_over(dialog))


def test_override_dialog(session: StillSession, snap_compare: Compare) -> None:
    session.fill(BROKEN)
    closed = Finding("longhorn", Severity.BLOCKER, "minio comes after it, and it is failed", "see to longhorn first")
    dialog = dialogs.question(asked(plan(UPGRADE), "minio", closed))
    picture(snap_compare, session, then=dialog_over(dialog))


def test_refused_dialog(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    dialog = dialogs.refused(
        dialogs.question(asked(plan(UPGRADE), "longhorn")),
        ("plan: longhorn/longhorn-values.yaml changed since the plan was made → plan again",),
    )
    picture(snap_compare, session, then=dialog_over(dialog))


def test_leave_while_a_run_goes_on(session: StillSession, snap_compare: Compare) -> None:
    session.fill(HEALTHY)
    run = RunRecord("20270115-080000-7f3a", "apply longhorn", (), "/", "", w.NOW - 42, RunState.RUNNING)
    session.seen_runs = replace(session.seen_runs, running=(run,))
    picture(snap_compare, session, "ctrl+c")
