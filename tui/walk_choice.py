"""Which walkthroughs a person may choose from, and which of them is due: the first day, until that is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import anyio

from runners.layers.commands import Scope
from runners.layers.components.longhorn import LONGHORN
from runners.layers.freshness import Reach
from runners.layers.picture import ComponentState, Picture
from runners.layers.settings import Settings
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs import WALKTHROUGHS
from runners.layers.walkthroughs.engine import Progress, progress
from runners.layers.walkthroughs.old_disks import is_same
from runners.layers.walkthroughs.recover import NAME as RECOVER
from runners.layers.walkthroughs.steps import Doing, Option, Subject
from runners.layers.walkthroughs.upgrade import NAME as UPGRADE
from runners.layers.walkthroughs.upgrade_proofs import asked_version
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


@dataclass(frozen=True, slots=True)
class Days:
    """What tells which of its days a cluster has."""

    died: bool = False
    """There was a cluster, and nothing or no storage of it is left."""
    recovering: bool = False
    """A recovery was begun, and its walkthrough is not over."""
    recovered: bool = False
    """One was lately walked to its end."""
    built: bool = False
    """The first day is over, and what is meant is installed."""
    installed: str = ""
    """The version of what is meant; empty while that isn't known."""
    asked: str = ""
    """The version that the helmfile asks for, as far as it is written out."""


def due(days: Days) -> str:
    """The walkthrough that is due, by its name.

    Who has just recovered, and has nothing to upgrade, is led to what that recovery came to.
    """
    if days.died or days.recovering:
        return RECOVER
    if not days.built:
        return FIRST_DAY
    return RECOVER if days.recovered and days.installed and days.installed == days.asked else UPGRADE


def offered(session: Session, about: Subject) -> tuple[list[Option], int | None]:
    """Every walkthrough, always in the same order, and the index of the one that is due; None while nobody can tell."""
    options = [Option(name, *_WORDS[name]) for name in WALKTHROUGHS]
    if session.identity is None or session.picture.freshness.reach is Reach.LOADING:
        return options, None
    recovering = session.recovering
    is_open = recovering.is_open and not _stands(session, about, RECOVER).finished
    state = session.picture.component(about.component)
    days = Days(
        died=_lost_its_storage(session.picture, about) or _had_a_cluster(session),
        recovering=is_open,
        recovered=bool(recovering.recovery.decisions) and not is_open,
        built=_is_built(_stands(session, about, FIRST_DAY))
        and state is not None
        and state.verdict is not Verdict.ABSENT,
        installed=state.version if state is not None else "",
        asked=asked_version(about),
    )
    return options, [*WALKTHROUGHS].index(due(days))


def _stands(session: Session, about: Subject, name: str) -> Progress:
    walkthrough = WALKTHROUGHS[name](about)
    return progress(walkthrough, Walk(session, walkthrough).moment())


def _is_built(first_day: Progress) -> bool:
    """Nobody has to put a cluster to the test again that has stood for long."""
    asked = (view for view in first_day.steps if view.step.doing is not Doing.DECISION and not verifies(view.step))
    return all(view.state.over for view in asked)


def _lost_its_storage(picture: Picture, about: Subject) -> bool:
    """Is storage gone that the survival sheet knows of another cluster? Then that one has died."""
    storage, identity = picture.component(LONGHORN.name), picture.identity
    is_gone = storage is not None and storage.verdict is Verdict.ABSENT
    return is_gone and about.sheet is not None and identity is not None and not is_same(about.sheet, identity.uid)


def _had_a_cluster(session: Session) -> bool:
    """Does Git have what a bootstrap commits, and this cluster nothing of either layer?"""
    committed = session.ahead.facts.git.committed
    components = session.picture.components
    is_bare = bool(components) and all(state.verdict is Verdict.ABSENT for state in components)
    return is_bare and bool(committed.there)
