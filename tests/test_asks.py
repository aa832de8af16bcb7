"""What a typed word opens: only what was on the screen when it was typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.asks import Ask, Refusal, Work, done_meanwhile, ended_badly, unseen
from runners.layers.commands import APPLY, BOOTSTRAP, Command, Target
from runners.layers.findings import Finding, GateAnswer, Severity
from runners.layers.identity import Identity
from runners.layers.kinds.flux import FluxObject
from runners.layers.plans import Danger
from runners.tools.calls import ToolError
from tests.layers import worlds as w

DEGRADED = Finding("longhorn", Severity.BLOCKER, "minio comes after it, and it is degraded", "see to longhorn first")
STALE = Finding("cluster", Severity.UNKNOWN, "is stale since 4 s", "wait until it is live")
RUNNING = Finding("run 7f3a", Severity.BLOCKER, "apply longhorn is running", "wait for it", overridable=False)
ADVICE = Finding("helm-diff", Severity.WARNING, "is old")


@pytest.mark.parametrize(
    ("shown", "now", "new"),
    [
        ((), (), ()),
        ((), (ADVICE,), ()),
        ((), (DEGRADED,), (DEGRADED,)),
        ((DEGRADED,), (DEGRADED,), ()),
        ((DEGRADED,), (), ()),
        ((DEGRADED,), (DEGRADED, STALE), (STALE,)),
        ((STALE,), (replace(STALE, text="is stale since 9 s"),), ()),
        ((STALE,), (replace(STALE, severity=Severity.BLOCKER),), (replace(STALE, severity=Severity.BLOCKER),)),
        ((DEGRADED,), (replace(DEGRADED, text="is failed"),), (replace(DEGRADED, text="is failed"),)),
        ((RUNNING,), (RUNNING,), (RUNNING,)),
    ],
)
def test_what_was_not_shown_is_not_opened(
    shown: tuple[Finding, ...], now: tuple[Finding, ...], new: tuple[Finding, ...]
) -> None:
    assert unseen(GateAnswer(shown), GateAnswer(now)) == new


@pytest.mark.parametrize(
    ("danger", "findings", "word"),
    [
        (Danger.CHANGES, (), ""),
        (Danger.CHANGES, (ADVICE,), ""),
        (Danger.CHANGES, (DEGRADED,), "home"),
        (Danger.DESTROYS, (), "home"),
    ],
)
def test_what_destroys_or_overrides_needs_the_contexts_name(
    danger: Danger, findings: tuple[Finding, ...], word: str
) -> None:
    identity = Identity("home", "https://10.0.0.10:6443", "41c7")
    ask = Ask(APPLY, Target(component="minio"), identity, GateAnswer(findings), danger, Work(("helmfile",)))
    assert ask.word == word
    assert ask.title == "apply minio"


ROOT = replace(w.flux_object("Kustomization", "flux-system"), uid="41c7", created=1_700_000_000.0)


@pytest.mark.parametrize(
    ("command", "shown", "now", "is_done"),
    [
        (BOOTSTRAP, None, None, False),
        (BOOTSTRAP, None, ROOT, True),
        (BOOTSTRAP, ROOT, ROOT, False),
        (BOOTSTRAP, ROOT, replace(ROOT, revision="main@sha1:3d2789eb"), False),
        (BOOTSTRAP, ROOT, replace(ROOT, uid="9a02"), True),
        (BOOTSTRAP, ROOT, None, False),
        (APPLY, None, ROOT, False),
    ],
)
def test_what_somebody_else_has_bootstrapped_since_the_question_is_not_bootstrapped_again(
    command: Command, shown: FluxObject | None, now: FluxObject | None, is_done: bool
) -> None:
    identity = Identity("home", "https://10.0.0.10:6443", "41c7")
    ask = Ask(command, Target(), identity, GateAnswer(()), Danger.CHANGES, Work(("flux",)), root=shown)
    found = done_meanwhile(ask, now)
    said = ["there is nothing to do: it is there since 2023-11-14 22:13:20 UTC"]
    assert [finding.text for finding in found] == (said if is_done else [])


def test_a_remedy_that_is_shared_stands_once() -> None:
    crds = [Finding(f"CRD {n}", Severity.BLOCKER, "would be removed", "change the helmfile", False) for n in "ab"]
    assert ended_badly(Refusal(*crds, RUNNING)) == (
        "CRD a: would be removed",
        "CRD b: would be removed",
        "→ change the helmfile",
        "run 7f3a: apply longhorn is running",
        "→ wait for it",
    )
    assert ended_badly(ToolError("helmfile is not there")) == ("helmfile is not there",)
