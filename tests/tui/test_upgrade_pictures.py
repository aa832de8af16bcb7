"""Pictures of an upgrade's steps in their states; a person has looked at each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from runners.layers.kinds.base import Row
from runners.layers.walkthroughs.decisions import Choice, Decision, written
from runners.tools.run_files import write_json
from runners.watchfulness import BEFORE
from tests.layers import worlds as w
from tests.layers.judged import FLUX
from tests.layers.upgrade_worlds import NEW, OLD, event, pod, pods, system_backup, world
from tests.tui.still_session import HOME, StillSession, clock
from tests.tui.test_overview import started
from tests.tui.test_screen_pictures import Compare
from tests.tui.walking import read
from tui.app import BedplateApp
from widgets.steps import StepsPane

pytestmark = pytest.mark.long

WIDE, NARROW = (120, 36), (80, 24)
ROLLING: list[Row] = [
    *w.without(world(version=NEW, engine=OLD), "longhorn-manager"),
    w.workload("daemonsets", "longhorn-system", "longhorn-manager", 2, 3, updated=1),
    *pods(("5d8f", w.NOW - 9), ("41c7", w.LONG_AGO), ("41c7", w.LONG_AGO)),
]


def asks_for(session: StillSession, version: str) -> None:
    """The repository asks for a version of Longhorn, and a person has confirmed the cluster for it."""
    helmfile = session.options.repository / "longhorn" / "helmfile.yaml"
    helmfile.parent.mkdir(parents=True)
    release = f"{{name: longhorn, namespace: longhorn-system, chart: longhorn/longhorn, version: {version}}}"
    helmfile.write_text(f"releases: [{release}]\n")
    word = Decision("upgrade", f"cluster:longhorn:{version}", Choice.CONFIRMED, w.NOW - 60, "ada@desk", "", HOME.uid)
    session.journal.write("decided", HOME, decision=written(word))


def picture(
    compare: Compare, session: StillSession, rows: Sequence[Row], installed: str, size: tuple[int, int]
) -> None:
    """Compares the walkthrough at its present step with the picture that was looked at."""
    session.helm_releases.charts = {("longhorn-system", "longhorn"): installed}
    session.fill([*rows, *w.minio_world(), *FLUX])
    app = BedplateApp(session, clock)

    async def run_before(pilot: Pilot[None]) -> None:
        await started(app, pilot)
        await pilot.press("colon", *"upgrade", "enter")
        screen = await read(app, pilot)
        while not screen.query_one(StepsPane).index:  # the first step is decided
            await pilot.pause()

    assert compare(app, terminal_size=size, run_before=run_before)


def test_what_may_be_upgraded_waits_for_its_backup(snap_compare: Compare, session: StillSession) -> None:
    asks_for(session, NEW)
    picture(snap_compare, session, world(), OLD, WIDE)


def test_the_same_where_there_is_little_room(snap_compare: Compare, session: StillSession) -> None:
    asks_for(session, NEW)
    picture(snap_compare, session, world(), OLD, NARROW)


def test_two_minor_versions_at_once_are_refused(snap_compare: Compare, session: StillSession) -> None:
    asks_for(session, NEW)
    picture(snap_compare, session, world(version="1.10.2", engine="1.10.2"), "1.10.2", NARROW)


def test_it_is_ready_to_be_applied(snap_compare: Compare, session: StillSession) -> None:
    asks_for(session, NEW)
    picture(snap_compare, session, world(extra=[system_backup()]), OLD, WIDE)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_old_and_new_pods_beside_each_other_and_a_volume_got_worse(
    snap_compare: Compare, session: StillSession, size: tuple[int, int]
) -> None:
    asks_for(session, NEW)
    folder = session.runs.root / "20270115-080000-7f3a"
    folder.mkdir(parents=True)
    write_json(folder / BEFORE, {"volumes": {"pvc-9": "healthy"}})
    request = {
        "title": "apply longhorn",
        "argv": ["helmfile"],
        "started": w.NOW - 90,
        "cluster": f"{HOME.server} {HOME.uid}",
    }
    write_json(folder / "request.json", request)
    write_json(folder / "ended.json", {"ended": w.NOW - 60, "code": 0})
    write_json(folder / "concluded.json", {"findings": []})
    worse = replace(w.longhorn_volume("pvc-9", "degraded"), claim="apps/db")
    users = [pod("web-0", "data"), pod("db-0", "db", status="ContainerCreating")]
    warned = event("FailedAttachVolume", "Pod/db-0", w.NOW - 40)
    picture(snap_compare, session, [*ROLLING, worse, *users, warned], NEW, size)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_engines_come_last(snap_compare: Compare, session: StillSession, size: tuple[int, int]) -> None:
    asks_for(session, NEW)
    picture(snap_compare, session, world(version=NEW, engine=OLD, extra=[system_backup()]), NEW, size)
