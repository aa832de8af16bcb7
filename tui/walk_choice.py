"""Which walkthrough a person means by one key: the first day until that is over, and an upgrade from then on."""

from __future__ import annotations

from runners.layers.commands import Scope, Target
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.engine import Progress
from runners.layers.walkthroughs.steps import Doing, Subject
from runners.layers.walkthroughs.upgrade import NAME as UPGRADE
from runners.session import Session
from tui.targets import component_targets

FIRST_DAY = "bootstrap"


def subject(session: Session, card: ComponentState | None) -> Subject:
    """What a walkthrough is made for, from the component under the cursor; where none is, the first one."""
    state = card or next(iter(session.picture.layer(Layer.FOUNDATION)), None)
    if state is None:
        return Subject(session.settings)
    asked = session.situation(Target(component=state.name)).asked
    applier = component_targets(state, session.store.table("flux")).get(Scope.FLUX_ROW)
    return Subject(session.settings, state.name, asked, applier)


def meant(picture: Picture, first_day: Progress, about: Subject) -> str:
    """The walkthrough by its name: an upgrade where the first day is over, and what is meant is installed."""
    state = picture.component(about.component)
    over = all(view.state.over for view in first_day.steps if view.step.doing is not Doing.DECISION)
    return UPGRADE if over and state is not None and state.verdict is not Verdict.ABSENT else FIRST_DAY
