"""``bedplate check``: its exit codes, its lines, its JSON, and the command line's own errors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.freshness import LIVE
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.verdicts import Verdict
from tests.layers import worlds as w
from tests.tui.still_session import HOME, StillSession
from tui import cli
from tui.check import as_lines, check, exit_code
from tui.check_data import as_data


def picture(*verdicts: Verdict) -> Picture:
    states = tuple(ComponentState(f"c{at}", Layer.FOUNDATION, verdict) for at, verdict in enumerate(verdicts))
    return Picture(at=w.NOW, identity=HOME, freshness=LIVE, components=states)


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (picture(Verdict.HEALTHY), 0),
        (picture(Verdict.HEALTHY, Verdict.HEALTHY), 0),
        (picture(Verdict.HEALTHY, Verdict.PROGRESSING), 1),
        (picture(Verdict.DEGRADED), 1),
        (picture(Verdict.FAILED, Verdict.UNKNOWN), 1),
        (picture(Verdict.ABSENT), 1),
        (picture(Verdict.HEALTHY, Verdict.UNKNOWN), 3),
        (replace(picture(Verdict.HEALTHY), identity=None), 3),
        (replace(picture(), identity=None), 3),
    ],
)
def test_exit_code(seen: Picture, code: int) -> None:
    assert exit_code(seen) == code


def test_lines_name_the_cluster_each_verdict_and_what_to_do() -> None:
    finding = Finding("DaemonSet longhorn-manager", Severity.BLOCKER, "is missing", "repair longhorn")
    state = ComponentState("longhorn", Layer.FOUNDATION, Verdict.FAILED, version="1.12.1", findings=(finding,))
    lines = as_lines(replace(picture(), components=(state,), nodes=3, nodes_ready=2))
    assert lines[0] == "home  https://10.0.0.10:6443  v1.37.2  2/3 nodes ready"
    assert "  ✖ longhorn  failed  1.12.1" in lines
    assert "      ✖ DaemonSet longhorn-manager: is missing  → repair longhorn" in lines


def test_json_is_whole_and_says_its_own_exit_code() -> None:
    data = as_data(picture(Verdict.UNKNOWN), 3)
    assert json.loads(json.dumps(data)) == data
    assert data["exit"] == 3
    assert data["cluster"] == {
        "context": "home",
        "server": "https://10.0.0.10:6443",
        "uid": HOME.uid,
        "version": "v1.37.2",
    }


def test_a_healthy_cluster_is_printed_at_once(session: StillSession, capsys: pytest.CaptureFixture[str]) -> None:
    flux = (
        w.workload("deployments", "flux-system", "kustomize-controller"),
        w.flux_object("Kustomization", "flux-system"),
    )
    session.fill([*w.longhorn_world(), *w.minio_world(), *flux])
    assert check(session, as_json=False, wait=0.0) == 0
    assert "● longhorn     healthy" in capsys.readouterr().out


def test_what_a_cluster_says_does_not_act_on_the_terminal(
    session: StillSession, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = replace(w.tenant("\x1b]0;owned\x07\x1b[2JWaiting", ""), name="minio-tenant")
    session.fill([*w.longhorn_world(), *w.without(w.minio_world(), "minio-tenant"), evil])
    assert check(session, as_json=False, wait=0.0) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "Waiting" in out


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["--kubeconfig", "/nowhere/config", "check"], "bedplate: /nowhere/config: there is no such file"),
        (["check", "--kubeconfig", "/nowhere/config"], "bedplate: /nowhere/config: there is no such file"),
    ],
)
def test_a_kubeconfig_that_is_not_there_is_one_line(
    args: list[str], line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(args) == 2
    assert capsys.readouterr().err == f"{line}\n"


def test_each_mistake_in_bedplate_yaml_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bedplate.yaml").write_text("version: 1\nfundation: []\ncontext: [a]\n")
    monkeypatch.chdir(tmp_path)
    assert cli.run(["check"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("bedplate.yaml:2: unknown key fundation, did you mean foundation?")
    assert lines[1].endswith("bedplate.yaml:3: context must be text")


@pytest.mark.parametrize("args", [["nonsense"], ["check", "--wait", "soon"], ["-C", "/nowhere"]])
def test_usage_ends_with_2(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(args)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1h", 3600)])
def test_times(text: str, seconds: float) -> None:
    assert cli.duration(text) == seconds
