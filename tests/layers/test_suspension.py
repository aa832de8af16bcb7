"""Who suspended what and since when, by every witness there is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from runners.layers.components.gitops_objects import object_finding
from runners.layers.flux_roots import FluxIndex
from runners.layers.flux_sight import FluxSight
from runners.layers.jsons import Json
from runners.layers.judge import Observed, picture
from runners.layers.picture import Layer
from runners.layers.rows import FrozenRows
from runners.layers.sight import Sight
from runners.layers.suspension import Exactness, Suspension, joined
from runners.layers.suspension_records import journalled, managed
from tests.layers import worlds as w
from tests.layers.judged import SETTINGS

HOUR = 3600.0
ADA = Suspension(w.NOW - 4 * HOUR, by="ada@desk")
FLUX = Suspension(w.NOW - HOUR, Exactness.OR_LONGER, "flux")
FIRST_SEEN = Suspension(w.NOW - 60, Exactness.OR_LONGER)
WITNESSED = Suspension(w.NOW - 90)


@pytest.mark.parametrize(
    ("journal", "server", "seen", "worked", "words"),
    [
        (ADA, None, FIRST_SEEN, 0.0, "is suspended, for 4h by ada@desk"),
        (ADA, Suspension(ADA.since + 5, Exactness.OR_LONGER, "flux"), FIRST_SEEN, 0.0, "for 4h by ada@desk"),
        (ADA, FLUX, FIRST_SEEN, 0.0, "is suspended, for 60m or longer by flux"),
        (None, FLUX, FIRST_SEEN, w.NOW - 3 * HOUR, "is suspended, for 60m or longer by flux"),
        (None, FLUX, WITNESSED, 0.0, "is suspended, for 1m30s by flux"),
        (None, None, WITNESSED, 0.0, "is suspended, for 1m30s"),
        (None, None, FIRST_SEEN, w.NOW - 3 * HOUR, "is suspended, for 3h at the longest"),
        (None, None, FIRST_SEEN, 0.0, "is suspended, for 1m or longer"),
    ],
)
def test_the_best_witness_is_heard(
    journal: Suspension | None, server: Suspension | None, seen: Suspension, worked: float, words: str
) -> None:
    assert joined(journal, server, seen, worked).words(w.NOW).endswith(words)


def line(event: str, command: str, run: str, at: str, **more: str) -> Json:
    target = {"target": "Kustomization flux-system/apps", "server": "https://a", "uid": "41c7", "who": "ada@desk"}
    return {"event": event, "command": command, "run": run, "at": f"2026-11-25T{at}Z", **target, **more}


SUSPENDED = line("started", "suspend", "r1", "20:00:00")


@pytest.mark.parametrize(
    ("after", "known"),
    [
        ([], True),
        ([line("started", "resume", "r2", "21:00:00")], False),
        ([line("started", "resume", "r2", "21:00:00"), line("started", "suspend", "r3", "22:00:00")], True),
        ([line("ended", "", "r1", "20:01:00", state="failed")], False),
        ([line("ended", "", "r1", "20:01:00", state="succeeded")], True),
        ([line("ended", "", "r9", "20:01:00", state="failed")], True),
        ([line("started", "resume", "r2", "21:00:00", uid="another")], True),
        ([line("started", "resume", "r2", "21:00:00", target="Kustomization flux-system/other")], True),
        ([{"event": "started", "at": 7, "target": None}], True),
    ],
)
def test_what_the_journal_says(after: list[Json], known: bool) -> None:
    found = journalled([SUSPENDED, *after], "https://a", "41c7")
    assert ("Kustomization flux-system/apps" in found) is known
    assert journalled([SUSPENDED], "https://b", "41c7") == {}


def entry(manager: str, at: str, fields: Mapping[str, object]) -> Json:
    return {"manager": manager, "time": at, "fieldsType": "FieldsV1", "fieldsV1": fields}


def test_what_the_server_keeps_of_who_wrote_the_field() -> None:
    entries = [
        entry("kustomize-controller", "2026-11-24T10:00:00Z", {"f:spec": {"f:path": {}}}),
        entry("kubectl-edit", "2026-11-24T11:00:00Z", {"f:spec": {"f:suspend": {}}}),
        entry("flux", "2026-11-25T20:00:00Z", {"f:spec": {"f:suspend": {}}}),
        entry("flux", "never", {"f:spec": {"f:suspend": {}}}),
        entry("kustomize-controller", "2026-11-25T21:00:00Z", {"f:status": {"f:suspend": {}}}),
    ]
    found = managed({"metadata": {"managedFields": entries}})
    assert found is not None
    assert (found.by, found.exactness) == ("flux", Exactness.OR_LONGER)
    assert managed({"metadata": {}}) is None


def test_the_finding_says_it_and_the_card_too() -> None:
    row = w.flux_object("Kustomization", "metallb", suspended=True)
    rows = [*w.metallb_world(), row]
    said = {row.ref: ADA}
    sight = FluxSight(FluxIndex([row]), Sight(FrozenRows(rows), w.NOW), said)
    assert object_finding(row, sight, w.NOW).text == "is suspended, for 4h by ada@desk"
    shown = picture(Observed(FrozenRows(rows), SETTINGS, w.NOW, suspensions=said)).component("metallb", Layer.GITOPS)
    assert shown is not None
    assert shown.summary.startswith("is suspended, for 4h by ada@desk")


def test_what_git_suspends_is_not_resumed_by_hand() -> None:
    row = w.flux_object("HelmRelease", "app", namespace="media", suspended=True)
    by_git = {row.ref: Suspension(w.NOW - HOUR, Exactness.OR_LONGER, "kustomize-controller")}
    found = object_finding(row, FluxSight(FluxIndex([row]), Sight(FrozenRows([row]), w.NOW), by_git), w.NOW)
    assert "by Git" in found.text
    assert found.remedy == "take suspend out of Git: Flux would suspend it again"
