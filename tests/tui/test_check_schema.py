"""What ``bedplate check --json`` prints is what its schema says, and the schema is what is printed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.picture import Picture
from runners.layers.verdicts import Verdict
from tests.layers import survival_world as s
from tests.layers import worlds as w
from tests.tui.json_schema import mistakes
from tests.tui.still_session import KINDS, StillSession
from tui import cli
from tui.check import as_lines, check, exit_code
from tui.check_data import SCHEMA, as_data, schema_text

FLUX = (w.workload("deployments", "flux-system", "kustomize-controller"), w.flux_object("Kustomization", "flux-system"))
ADOPTED = Finding(
    "HelmRelease flux-system/longhorn",
    Severity.BLOCKER,
    "adopts release longhorn-system/longhorn and would uninstall it",
    "remove it from Git with prune disabled",
    about=("helmreleases", "flux-system", "longhorn"),
)


@pytest.fixture
def seen(session: StillSession) -> StillSession:
    session.fill([*w.longhorn_world(), *w.minio_world(), *FLUX, *s.world()])
    return session


def said(picture: Picture) -> Any:
    return json.loads(json.dumps(as_data(picture, exit_code(picture), KINDS)))


def wrong(picture: Picture) -> list[str]:
    return list(mistakes(said(picture), json.loads(schema_text())))


def test_a_full_picture_is_as_described(seen: StillSession) -> None:
    other = replace(ADOPTED, subject="repository", about=None)
    picture = replace(seen.picture, boundary=(ADOPTED,), preflight=(ADOPTED,), notices=(other,))
    assert wrong(picture) == []
    data = said(picture)
    assert data["schema"] == SCHEMA
    assert data["boundary"][0]["about"] == {"kind": "HelmRelease", "namespace": "flux-system", "name": "longhorn"}
    assert data["survival"]["summary"] == "2 of 6 claims return, oldest loss 26 h · 4 would not"
    photos = next(fate for fate in data["survival"]["fates"] if fate["claim"]["name"] == "photos")
    assert photos["claim"] == {"kind": "PersistentVolumeClaim", "namespace": "apps", "name": "photos"}
    assert (photos["fate"], photos["loses_seconds"]) == ("returns", 3 * 3600)


def test_an_empty_picture_is_as_described() -> None:
    assert wrong(Picture(at=0.0)) == []


def test_the_schema_lets_nothing_else_through(seen: StillSession) -> None:
    schema, data = json.loads(schema_text()), said(seen.picture)
    changes: list[dict[str, Any]] = [
        {"schema": "bedplate.check/2"},
        {"exit": 2},
        {"more": 1},
        {"boundary": [{}]},
        {"components": [{**data["components"][0], "verdict": "fine"}]},
        {"survival": {**data["survival"], "claims": "5"}},
    ]
    for change in changes:
        assert list(mistakes({**data, **change}, schema)), change
    assert list(mistakes({key: value for key, value in data.items() if key != "survival"}, schema))


def test_it_is_printed_without_a_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$id"] == SCHEMA


def test_a_layer_with_its_hand_in_the_other_is_not_healthy(seen: StillSession) -> None:
    fine = tuple(replace(state, verdict=Verdict.HEALTHY) for state in seen.picture.components)
    picture = replace(seen.picture, components=fine)
    assert exit_code(picture) == 0
    assert exit_code(replace(picture, boundary=(ADOPTED,))) == 1
    assert exit_code(replace(picture, boundary=(replace(ADOPTED, severity=Severity.WARNING),))) == 0
    assert exit_code(replace(picture, preflight=(ADOPTED,))) == 0


def test_lines_are_short_where_all_is_well_and_say_the_rest(seen: StillSession) -> None:
    lines = as_lines(replace(seen.picture, survival=replace(seen.picture.survival, findings=())))
    assert "Boundary  clean" in lines
    assert lines[-1] == "Survival  2 of 6 claims return, oldest loss 26 h · 4 would not"
    told = as_lines(replace(seen.picture, boundary=(ADOPTED,), preflight=(ADOPTED,)))
    at = told.index("Boundary")
    assert told[at + 1].startswith("  ✖ HelmRelease flux-system/longhorn: adopts release")
    assert "Preflight" in told
    assert any(line.startswith("  ! claim apps/db: would not return: its only backup failed") for line in told)


def test_a_notice_is_not_said_twice(seen: StillSession) -> None:
    missing, odd = (replace(ADOPTED, subject=subject, about=None) for subject in ("helm", "repository"))
    seen.picture = replace(seen.picture, boundary=(ADOPTED,), preflight=(missing,), notices=(odd, missing, ADOPTED))
    assert [notice["object"] for notice in said(seen.picture)["notices"]] == ["repository"]
    lines = as_lines(seen.picture)
    for finding in (ADOPTED, missing, odd):
        assert len([line for line in lines if f"{finding.subject}: {finding.text}" in line]) == 1


def test_json_is_one_object_on_a_pipe(seen: StillSession, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(seen, as_json=True, wait=0.0) == exit_code(seen.picture)
    printed = json.loads(capsys.readouterr().out)
    assert list(mistakes(printed, json.loads(schema_text()))) == []
