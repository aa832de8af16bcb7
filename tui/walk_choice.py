"""Which walkthroughs a person may choose from, and which of them is due: the first day, until that is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import anyio

from runners.layers.commands import Scope
from runners.layers.components.longhorn import LONGHORN
from runners.layers.picture import ComponentState, Picture
from runners.layers.settings import Settings
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs import WALKTHROUGHS
from runners.layers.walkthroughs.engine import Progress, progress
from runners.layers.walkthroughs.old_disks import is_same
from runners.layers.walkthroughs.recover import NAME as RECOVER
from runners.layers.walkthroughs.restore_choices import has_begun, is_going_on
from runners.layers.walkthroughs.steps import Doing, Option, Subject
from runners.layers.walkthroughs.upgrade import NAME as UPGRADE
from runners.layers.walkthroughs.verify import verifies
from runners.session import Session
from runners.tools.asked_versions import asked_versions
from runners.walking import Walk
from tui.targets import component_targets

FIRST_DAY = "bootstrap"
_READING = 1.0
"""Seconds that a key may wait for what was decided; a walkthrough asks nothing before it is read."""
_WORDS: Mapping[str, tuple[str, str]] = {
    FIRST_DAY: ("Bootstrap", "the first day: from an empty cluster to Flux"),
    UPGRADE: ("Upgrade", "one component, one version at a time, each step proved"),
    RECOVER: ("Recover", "the worst day: from backups and Git to a cluster with its data"),
}
"""By name: title and what it is for."""


def subject(settings: Settings, repository: Path, component: str) -> Subject:
    """What a walkthrough is made for, as the repository says it now; without a component, the first one's."""
    named = component or next((entry.component for entry in settings.foundation), "")
    entry = settings.entry(named)
    asked = asked_versions(repository / entry.helmfile, entry.releases) if entry is not None else {}
    return Subject(settings, named, asked)


async def pointed_at(session: Session, card: ComponentState | None) -> Subject:
    """The same for the component under the cursor, with the Flux object that applies it."""
    named = card.name if card is not None else ""
    about = await anyio.to_thread.run_sync(subject, session.settings, session.options.repository, named)
    with anyio.move_on_after(_READING):
        await anyio.to_thread.run_sync(session.read_decisions, abandon_on_cancel=True)
    targets = component_targets(card, session.store.table("flux")) if card is not None else {}
    return replace(about, applier=targets.get(Scope.FLUX_ROW), sheet=session.recovering.sheet.content)


def offered(session: Session, about: Subject) -> tuple[list[Option], int]:
    """Every walkthrough, always in the same order, and the index of the one that is due."""
    first_day = WALKTHROUGHS[FIRST_DAY](about)
    due = meant(session.picture, progress(first_day, Walk(session, first_day).moment()), about)
    due = RECOVER if _is_recovering(session) or _had_a_cluster(session) else due
    return [Option(name, *_WORDS[name]) for name in WALKTHROUGHS], [*WALKTHROUGHS].index(due)


def _is_recovering(session: Session) -> bool:
    """Until the last step of it: the sheet of the cluster that died lies there as long."""
    recovery, identity = session.recovering.recovery, session.identity
    sheet = recovery.sheet
    is_old = sheet is not None and identity is not None and not is_same(sheet, identity.uid)
    return is_going_on(session.store, recovery) or (is_old and has_begun(recovery))


def _had_a_cluster(session: Session) -> bool:
    """Does Git have what a bootstrap commits, and this cluster nothing of either layer?"""
    committed = session.ahead.facts.git.committed
    components = session.picture.components
    is_bare = bool(components) and all(state.verdict is Verdict.ABSENT for state in components)
    return is_bare and bool(committed.there)


def meant(picture: Picture, first_day: Progress, about: Subject) -> str:
    """The walkthrough by its name: an upgrade where the first day is over, and what is meant is installed.

    Nobody has to put a cluster to the test again that has stood for long. Where storage is gone that the survival
    sheet knows of another cluster, that one has died.
    """
    storage, identity = picture.component(LONGHORN.name), picture.identity
    is_gone = storage is not None and storage.verdict is Verdict.ABSENT
    if is_gone and about.sheet is not None and identity is not None and not is_same(about.sheet, identity.uid):
        return RECOVER
    state = picture.component(about.component)
    asked = (view for view in first_day.steps if view.step.doing is not Doing.DECISION and not verifies(view.step))
    over = all(view.state.over for view in asked)
    return UPGRADE if over and state is not None and state.verdict is not Verdict.ABSENT else FIRST_DAY
