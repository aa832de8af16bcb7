"""What several walkthroughs prove by the picture of one moment."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from runners.layers.commands import Situation
from runners.layers.freshness import LIVE
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.rows import FrozenRows
from runners.layers.settings import Settings
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.proofs import component_proof, services_are_ready
from runners.layers.walkthroughs.steps import Moment, proved
from tests.layers.worlds import NOW

SETTINGS = Settings("test")


def moment(states: Sequence[ComponentState]) -> Moment:
    seen = Picture(NOW, None, LIVE, tuple(states))
    return Moment(seen, SETTINGS, FrozenRows(()), NOW, lambda target: Situation(seen, SETTINGS, target))


def gitops(**verdicts: Verdict) -> list[ComponentState]:
    return [ComponentState(name.replace("_", "-"), Layer.GITOPS, verdict) for name, verdict in verdicts.items()]


@pytest.mark.parametrize("flux", [verdict for verdict in Verdict if verdict is not Verdict.HEALTHY])
def test_no_services_are_proved_by_nothing_before_flux_has_applied_git(flux: Verdict) -> None:
    proof = services_are_ready(moment(gitops(flux_system=flux)))
    assert not proved(proof)
    assert proof[0].subject == "flux-system"


def test_flux_that_applies_nothing_but_itself_has_no_services_to_wait_for() -> None:
    assert proved(services_are_ready(moment(gitops(flux_system=Verdict.HEALTHY))))


def test_a_service_on_its_way_is_waited_for_and_named_first() -> None:
    states = gitops(flux_system=Verdict.HEALTHY, metallb=Verdict.HEALTHY, monitoring=Verdict.PROGRESSING)
    proof = services_are_ready(moment(states))
    assert not proved(proof)
    assert [finding.subject for finding in proof] == ["monitoring", "metallb"]


@pytest.mark.parametrize(
    ("verdict", "summary", "says"),
    [
        (Verdict.PROGRESSING, "Reconciliation in progress", "Reconciliation in progress"),
        (Verdict.PROGRESSING, "Progressing", "Progressing"),
        (Verdict.PROGRESSING, "waits for storage", "progressing: waits for storage"),
        (Verdict.PROGRESSING, "", "progressing"),
        (Verdict.FAILED, "an upgrade is in progress", "failed: an upgrade is in progress"),
        (Verdict.HEALTHY, "1.12.1 is installed", "healthy"),
    ],
)
def test_a_verdict_and_its_reason_say_a_thing_once(verdict: Verdict, summary: str, says: str) -> None:
    assert component_proof(ComponentState("metallb", Layer.GITOPS, verdict, summary=summary))[0].text == says
