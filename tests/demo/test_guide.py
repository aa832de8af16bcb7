"""What leads through a demo: fits its line, and follows the cluster wherever a person takes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.demo import scenarios
from runners.demo.guide import ROOM, SCENARIOS, guide
from runners.layers.findings import Finding, Severity
from runners.layers.identity import Identity
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.runs import RunRecord, RunState
from runners.layers.survival.fold import Survival
from runners.layers.survival.sheet import SHEET
from runners.layers.verdicts import Verdict
from tui import cli

GITOPS = ("flux-system", "metallb", "cert-manager", "haproxy-ingress", "monitoring")
DEMO = Identity(context="demo", server="http://127.0.0.1:1", uid="u", version="v1.34.1", fingerprint="")
H, A, P, F = Verdict.HEALTHY, Verdict.ABSENT, Verdict.PROGRESSING, Verdict.FAILED

OLD_SHEET = Survival(findings=(Finding(SHEET, Severity.WARNING, "is of another cluster"),))
"""As long as a recovery goes on."""
UNKNOWN = Survival()


def world(
    longhorn: Verdict,
    minio: Verdict,
    gitops: Verdict = A,
    *,
    version: str = "1.12.1",
    flux: str = "",
    suspended: str = "",
    survival: Survival = UNKNOWN,
) -> Picture:
    states = [ComponentState("longhorn", Layer.FOUNDATION, longhorn, version if longhorn is not A else "")]
    states.append(ComponentState("minio", Layer.FOUNDATION, minio))
    for name in GITOPS:
        state = ComponentState(name, Layer.GITOPS, gitops)
        asleep = replace(state, verdict=Verdict.DEGRADED, summary="is suspended")
        states.append(asleep if name == suspended else state)
    return Picture(at=0.0, identity=DEMO, components=tuple(states), flux_version=flux, survival=survival)


def running(title: str, *, exclusive: bool = True) -> RunRecord:
    return RunRecord("20261123-140211-7f3a", title, (), "/", "x", 0.0, RunState.RUNNING, exclusive=exclusive)


@pytest.mark.parametrize(
    ("scenario", "seen", "says"),
    [
        ("empty", world(A, A), "Nothing is installed"),
        ("empty", world(P, A), "helm is done, storage is not"),
        ("empty", world(F, A), "longhorn is not healthy"),
        ("empty", world(H, A), "Storage works"),
        ("empty", world(H, P), "The operator makes the tenant"),
        ("empty", world(H, H), "The foundation stands"),
        ("empty", world(H, H, P, flux="v2.9.5"), "Flux applies what Git has"),
        ("empty", world(H, H, H, flux="v2.9.5"), "Done"),
        ("healthy", world(H, H, H, flux="v2.9.5", suspended="metallb"), "metallb is suspended"),
        ("healthy", world(H, H, H, flux="v2.9.5"), "All is well"),
        ("healthy", world(F, H, H, flux="v2.9.5"), "longhorn is not healthy"),
        ("upgrade", world(H, H, H, version="1.11.2"), "longhorn 1.11 runs"),
        ("upgrade", world(P, H, H), "The new manager replaces"),
        ("upgrade", world(H, H, H), "Upgraded"),
        ("disaster", world(F, F, P), "Storage is down"),
        ("disaster", world(P, F, P), "helm is done"),
        ("disaster", world(H, F, P), "Storage is back"),
        ("disaster", world(H, H, H, suspended="monitoring"), "monitoring is suspended"),
        ("disaster", world(H, H, H), "Recovered"),
        ("wiped", world(A, A), "All is gone"),
        ("wiped", world(H, A), "Storage is back"),
        ("wiped", world(H, H, P, flux="v2.9.5"), "Flux applies"),
        ("wiped", world(H, H, H, flux="v2.9.5", survival=OLD_SHEET), "Both layers are healthy. Go on"),
        ("wiped", world(H, H, H, flux="v2.9.5"), "Recovered"),
    ],
)
def test_each_state_has_its_hint(scenario: str, seen: Picture, says: str) -> None:
    assert guide(scenario, seen).startswith(says)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_change_that_runs_is_what_there_is_to_look_at(scenario: str) -> None:
    seen = world(A, A)
    assert guide(scenario, replace(seen, runs=(running("apply longhorn"),))).startswith("apply longhorn is running")
    looking = replace(seen, runs=(running("suspend metallb", exclusive=False),))
    assert guide(scenario, looking) == guide(scenario, seen)


def test_nothing_is_said_before_the_cluster_has_answered() -> None:
    assert guide("empty", replace(world(A, A), identity=None)) == ""
    assert guide("empty", Picture(at=0.0, identity=DEMO)) == ""


def test_whatever_the_command_line_offers_is_set_up_and_led_through() -> None:
    assert set(cli.SCENARIOS) == set(scenarios.SCENARIOS) == set(SCENARIOS)


verdicts = st.sampled_from(Verdict)


@given(
    scenario=st.sampled_from(sorted(SCENARIOS)),
    seen=st.builds(
        world,
        verdicts,
        verdicts,
        verdicts,
        version=st.sampled_from(["", "1.11.2", "1.12.1"]),
        flux=st.sampled_from(["", "v2.9.5"]),
        suspended=st.sampled_from(["", *GITOPS]),
        survival=st.sampled_from([UNKNOWN, OLD_SHEET]),
    ),
)
def test_every_hint_has_one_line_of_eighty_columns(scenario: str, seen: Picture) -> None:
    assert 0 < len(guide(scenario, seen)) <= ROOM
