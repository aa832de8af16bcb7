"""The gates by table: one situation, one command, and what closes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers import commands as c
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import LIVE, LOADING, Freshness, Reach
from runners.layers.gates import gate, open_commands
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.identity import Identity
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.probes import Prospect
from runners.layers.rows import FrozenRows
from runners.layers.runs import RunRecord, RunState
from runners.layers.settings import FoundationEntry, Ownership, Settings
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w

HERE = Identity("home", "https://10.0.0.10:6443", "41c7")


def picture(longhorn: Verdict = Verdict.HEALTHY, minio: Verdict = Verdict.HEALTHY) -> Picture:
    return Picture(
        at=1000.0,
        identity=HERE,
        freshness=LIVE,
        components=(
            ComponentState("longhorn", Layer.FOUNDATION, longhorn),
            ComponentState("minio", Layer.FOUNDATION, minio),
        ),
    )


SETTINGS = Settings(
    origin="test",
    foundation=(
        FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",)),
        FoundationEntry("minio", "minio/helmfile.yaml", ("minio-tenant",), after=("longhorn",)),
    ),
    bootstrap=BootstrapSettings("git", url="http://git/x", path="clusters/home"),
)
MINIO = c.Situation(picture(), SETTINGS, c.Target(component="minio"))
ROW = c.Situation(picture(), SETTINGS, c.Target(kind="Kustomization", namespace="flux-system", name="apps"))
GITOPS = c.Situation(picture(), SETTINGS, c.Target())
RUN = RunRecord("20260101-000000-7f3a", "apply longhorn", (), "/", "", 0.0, RunState.RUNNING, exclusive=True)
MISSING = {"helmfile": (Finding("helmfile", Severity.BLOCKER, "is not on PATH"),)}
PROBED = {"s3": Prospect(("--bucket", "b1"))}
NO_BUCKET = (Finding("bedplate.yaml", Severity.BLOCKER, "names no bucket", "", False),)
SUSPENDED = replace(ROW.target, suspended=True)


def synced(path: str) -> FrozenRows:
    return FrozenRows([w.flux_object("Kustomization", "flux-system", path=path)])


@pytest.mark.parametrize(
    ("command", "situation", "reason"),
    [
        (c.APPLY, MINIO, ""),
        (c.PLAN, MINIO, ""),
        (c.APPLY, replace(MINIO, read_only=True), "this session changes nothing"),
        (c.PLAN, replace(MINIO, read_only=True), ""),
        (c.PLAN, replace(MINIO, read_only=True, planning_runs_code=("prepare",)), "prepare hooks run code"),
        (c.APPLY, replace(MINIO, tools=MISSING), "helmfile: is not on PATH"),
        (c.PROBE_S3, MINIO, "minio: has no s3 to be probed"),
        (c.PROBE_S3, replace(MINIO, prospects=PROBED), ""),
        (c.PROBE_S3, replace(MINIO, prospects=PROBED, tools=MISSING), ""),
        (c.PROBE_S3, replace(MINIO, prospects=PROBED, picture=picture(Verdict.FAILED, Verdict.FAILED)), ""),
        (c.PROBE_S3, replace(MINIO, prospects=PROBED, read_only=True), "this session changes nothing"),
        (c.PROBE_S3, replace(MINIO, prospects=PROBED, picture=Picture(at=0.0)), "has not answered yet"),
        (c.PROBE_S3, replace(MINIO, prospects={"s3": Prospect(findings=NO_BUCKET)}), "names no bucket"),
        (c.SUSPEND, replace(ROW, tools=MISSING), ""),
        (c.APPLY, replace(MINIO, picture=replace(picture(), identity=None)), "has not answered yet"),
        (c.APPLY, replace(MINIO, settings=replace(SETTINGS, context="other")), "bedplate.yaml allows only other"),
        (c.APPLY, replace(MINIO, picture=replace(picture(), freshness=Freshness(Reach.STALE, 990))), "stale 10 s"),
        (c.APPLY, replace(MINIO, picture=replace(picture(), freshness=LOADING)), "loading"),
        (c.PLAN, replace(MINIO, picture=replace(picture(), freshness=LOADING)), ""),
        (c.APPLY, replace(MINIO, target=c.Target(component="garage")), "has no helmfile"),
        (c.APPLY, replace(MINIO, running=(RUN,)), "apply longhorn is running"),
        (c.PLAN, replace(MINIO, running=(RUN,)), ""),
        (c.APPLY, replace(MINIO, running=(replace(RUN, exclusive=False),)), ""),
        (c.SUSPEND, replace(ROW, running=(RUN,)), ""),
        (c.BOOTSTRAP, replace(GITOPS, running=(RUN,)), "apply longhorn is running"),
        (
            c.APPLY,
            replace(MINIO, picture=picture(longhorn=Verdict.PROGRESSING)),
            "comes after it, and it is progressing",
        ),
        (c.APPLY, replace(MINIO, picture=picture(longhorn=Verdict.UNKNOWN)), "comes after it, and it is unknown"),
        (c.APPLY, replace(MINIO, picture=picture(minio=Verdict.FAILED)), ""),
        (c.RECONCILE, ROW, ""),
        (c.RECONCILE, replace(ROW, target=SUSPENDED), "is suspended: Flux would do nothing"),
        (c.RECONCILE_WITH_SOURCE, replace(ROW, target=SUSPENDED), "is suspended"),
        (c.SUSPEND, replace(ROW, target=SUSPENDED), "is suspended already"),
        (c.RESUME, ROW, "is not suspended"),
        (c.RESUME, replace(ROW, target=SUSPENDED), ""),
        (c.BOOTSTRAP, GITOPS, ""),
        (c.BOOTSTRAP, replace(GITOPS, settings=replace(SETTINGS, bootstrap=None)), "has no gitops.bootstrap"),
        (c.BOOTSTRAP, replace(GITOPS, rows=synced("./clusters/home")), ""),
        (c.BOOTSTRAP, replace(GITOPS, rows=synced("./clusters/other")), "syncs clusters/other"),
        (c.BOOTSTRAP, replace(GITOPS, picture=picture(minio=Verdict.ABSENT)), "GitOps needs the foundation"),
        (c.INTERRUPT, replace(GITOPS, read_only=True), "this session changes nothing"),
    ],
)
def test_gate(command: c.Command, situation: c.Situation, reason: str) -> None:
    answer = gate(command, situation)
    assert answer.is_open == (reason == ""), answer.reason
    assert reason in answer.reason


def test_a_remark_stands_in_the_gate_of_every_change_and_closes_none() -> None:
    remark = Finding("context home", Severity.WARNING, "stands for another cluster than on 2026-01-01")
    changes = [(c.APPLY, MINIO), (c.SUSPEND, ROW), (c.BOOTSTRAP, GITOPS)]
    answers = [gate(command, replace(situation, remarks=(remark,))) for command, situation in changes]
    assert all(answer.is_open and remark in answer.findings for answer in answers)
    assert remark not in gate(c.PLAN, replace(MINIO, remarks=(remark,))).findings


@pytest.mark.parametrize(
    ("command", "situation", "overridable"),
    [
        (c.APPLY, replace(MINIO, picture=picture(longhorn=Verdict.FAILED)), True),
        (c.APPLY, replace(MINIO, picture=picture(longhorn=Verdict.UNKNOWN)), True),
        (c.BOOTSTRAP, replace(GITOPS, picture=picture(longhorn=Verdict.PROGRESSING)), True),
        (c.APPLY, replace(MINIO, settings=replace(SETTINGS, context="other")), False),
        (c.APPLY, replace(MINIO, read_only=True), False),
        (c.APPLY, replace(MINIO, running=(RUN,)), False),
        (c.BOOTSTRAP, replace(GITOPS, rows=synced("clusters/other")), False),
        # One finding that can't be overridden is enough, whatever else closes the gate.
        (c.APPLY, replace(MINIO, read_only=True, picture=picture(longhorn=Verdict.FAILED)), False),
    ],
)
def test_what_a_typed_word_can_override(command: c.Command, situation: c.Situation, overridable: bool) -> None:
    assert gate(command, situation).overridable is overridable


def test_every_command_is_unique_and_explains_itself() -> None:
    names = [command.name for command in c.COMMANDS]
    assert len(set(names)) == len(names)
    for scope in c.Scope:
        # A component has one probe at most, so that all of them may share a key.
        keys = [command.key for command in c.COMMANDS if command.scope is scope and command is not c.PROBE_CLAIM]
        assert len(set(keys)) == len(keys), scope
    for command in c.COMMANDS:
        assert command.help.endswith(".")
        assert bool(command.proof) == bool(command.undo) == command.changes, command.name


def test_a_probe_is_offered_only_where_there_is_something_to_probe() -> None:
    for situation, offered in ((MINIO, False), (replace(MINIO, prospects=PROBED), True)):
        found = {command for command, _answer in open_commands(situation, c.Scope.FOUNDATION)}
        assert (c.PROBE_S3 in found, c.APPLY in found) == (offered, True)


def test_what_is_handed_over_is_applied_with_a_warning() -> None:
    entries = tuple(replace(entry, ownership=Ownership.HANDOVER) for entry in MINIO.settings.foundation)
    answer = gate(c.APPLY, replace(MINIO, settings=replace(MINIO.settings, foundation=entries)))
    assert answer.is_open
    assert any("handed over to Flux" in finding.text for finding in answer.findings)


def test_a_target_is_named_without_what_it_lacks() -> None:
    assert str(c.Target(component="longhorn")) == "longhorn"
    assert str(c.Target(kind="Kustomization", namespace="flux-system", name="apps")) == "Kustomization flux-system/apps"
    assert str(c.Target(name="upgrade: Versions")) == "upgrade: Versions"
    assert str(c.Target()) == ""
