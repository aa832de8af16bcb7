"""What proves that Flux works, link by link, and what is said of a link that does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from runners.layers.commands import Situation, Target
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import LIVE, LOADING, Freshness, Reach
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.identity import Identity
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import KUSTOMIZATIONS, FluxObject
from runners.layers.kinds.flux_git import Decryption
from runners.layers.kinds.pods import Pod
from runners.layers.picture import Picture
from runners.layers.rows import FrozenRows
from runners.layers.runs import RunRecord, RunState
from runners.layers.settings import KeySource, Settings
from runners.layers.walkthroughs.bootstrap import bootstrap
from runners.layers.walkthroughs.engine import StepState, progress
from runners.layers.walkthroughs.flux_steps import flux_steps
from runners.layers.walkthroughs.flux_troubles import apply_remedy, fetch_remedy, is_decryption_trouble
from runners.layers.walkthroughs.steps import NOTHING_TO_PROVE, Moment, Proof, proved
from tests.layers import worlds as w

HOME = Identity("home", "https://10.0.0.10:6443", "41c7")
GIT = BootstrapSettings("git", url="ssh://git@git.home/infra.git", path="clusters/home")
SETTINGS = Settings("test", bootstrap=GIT, keys=(KeySource("flux-system/sops-age", "", "age-plugin-x", before="flux"),))
STEPS = {step.id: step for step in flux_steps(SETTINGS)}
WORLD = w.synced_world()
RUN = RunRecord("r", "bootstrap", (), "/", "", w.NOW, RunState.RUNNING)
FAILS = {"ready": "False", "observed": True}
NO_IDENTITY = "cannot get sops data key: 1 error: no identity matched any of the recipients"


def moment(
    rows: Sequence[Row], encrypted: Mapping[str, tuple[str, ...]] | None = None, *runs: RunRecord, **freshness: Any
) -> Moment:
    seen = FrozenRows(rows, freshness)
    picture = Picture(w.NOW, HOME, LIVE, runs=runs)

    def look(target: Target) -> Situation:
        return Situation(picture, SETTINGS, target, rows=seen)

    return Moment(picture, SETTINGS, seen, w.NOW, look, encrypted=encrypted)


def changed(name: str, **more: Any) -> list[Row]:
    """The world with a Flux object, or a workload, otherwise than it should be."""
    return [replace(row, **more) if type(row).__name__ == name else row for row in WORLD]


def flux(singular: str, **more: Any) -> list[Row]:
    return [replace(row, **more) if getattr(row, "singular", "") == singular else row for row in WORLD]


def said(proof: Proof) -> str:
    return " | ".join(f"{finding.subject} {finding.text} → {finding.remedy}" for finding in proof)


@pytest.mark.parametrize("step", ["flux", "flux:controllers", "flux:source", "flux:applied", "flux:decrypts"])
def test_all_of_it_is_proved_where_all_is_well(step: str) -> None:
    proof = STEPS[step].proof(moment(WORLD, {}))
    assert proved(proof), said(proof)


@pytest.mark.parametrize(
    ("step", "rows", "worst", "words"),
    [
        ("flux", [], Severity.BLOCKER, "is not there: nothing is synced"),
        ("flux", flux("Kustomization", path="./clusters/other"), Severity.BLOCKER, "asks for clusters/home"),
        ("flux", w.without(WORLD, "source-controller"), Severity.BLOCKER, "Deployment source-controller is not there"),
        ("flux:controllers", w.without(WORLD, "helm-controller"), Severity.BLOCKER, "helm-controller is not there"),
        ("flux:controllers", changed("Workload", ready=0), Severity.WARNING, "0/1 ready"),
        ("flux:controllers", changed("Workload", ready=0, stuck="Late"), Severity.BLOCKER, "0/1 ready, Late"),
        ("flux:source", w.without(WORLD, "flux-system"), Severity.BLOCKER, "is not there"),
        ("flux:source", flux("GitRepository", suspended=True), Severity.BLOCKER, "flux resume source git"),
        ("flux:source", flux("GitRepository", ready="", reason=""), Severity.WARNING, "not seen by its controller"),
        ("flux:source", flux("GitRepository", revision=""), Severity.WARNING, "ReconciliationSucceeded"),
        (
            "flux:source",
            flux("GitRepository", message="unable to clone: authentication required", **FAILS),
            Severity.BLOCKER,
            "Git refuses what is in Secret flux-system/flux-system",
        ),
        ("flux:applied", flux("Kustomization", ready="Unknown"), Severity.WARNING, "ReconciliationSucceeded"),
        ("flux:applied", flux("Kustomization", revision="main@sha1:0000"), Severity.WARNING, "3d2789eb is fetched"),
        ("flux:applied", flux("Kustomization", suspended=True), Severity.BLOCKER, "flux resume kustomization"),
        (
            "flux:applied",
            flux("Kustomization", message=NO_IDENTITY, decryption=Decryption("sops-age"), **FAILS),
            Severity.BLOCKER,
            "into Secret flux-system/sops-age from age-plugin-x",
        ),
    ],
)
def test_a_link_that_does_not_hold_says_why(step: str, rows: list[Row], worst: Severity, words: str) -> None:
    proof = STEPS[step].proof(moment(rows, {}))
    assert max(finding.severity for finding in proof) is worst, said(proof)
    assert words in said(proof)


@pytest.mark.parametrize("step", ["flux", "flux:source", "flux:applied"])
def test_what_is_not_seen_is_unknown(step: str) -> None:
    (first, *_) = STEPS[step].proof(moment(WORLD, {}, **{KUSTOMIZATIONS.id: LOADING}))
    assert first.severity is Severity.UNKNOWN


@pytest.mark.parametrize("step", ["flux", "flux:source", "flux:applied"])
def test_a_source_that_may_not_be_seen_is_not_called_gone(step: str) -> None:
    rows = [row for row in WORLD if getattr(row, "singular", "") != "GitRepository"]
    gone = STEPS[step].proof(moment(rows, {}))
    assert "the source of Kustomization flux-system/flux-system is not there" in said(gone)
    hidden = STEPS[step].proof(moment(rows, {}, **{KUSTOMIZATIONS.table: Freshness(Reach.FORBIDDEN)}))
    assert max(finding.severity for finding in hidden) is Severity.UNKNOWN, said(hidden)


def test_a_bootstrap_that_still_runs_is_waited_for() -> None:
    assert said(STEPS["flux"].proof(moment(WORLD, {}, RUN))) == "bootstrap is still running → "


def test_an_image_that_can_not_be_had_is_named() -> None:
    pod = Pod("pods", "flux-system", "source-controller-1-a", "u", w.LONG_AGO, 0, 1, "ImagePullBackOff", 0, "n", False)
    down = w.workload("deployments", "flux-system", "source-controller", ready=0)
    rows = [*w.without(WORLD, "source-controller"), down, pod]
    assert "0/1 ready; its pods are ImagePullBackOff" in said(STEPS["flux:controllers"].proof(moment(rows)))


def kustomization(name: str, **more: Any) -> FluxObject:
    return w.flux_object("Kustomization", name, **more)


APPS = {"flux-system/apps": ("apps/tokens.yaml", "apps/more.yaml")}
BOTH = {**APPS, "flux-system/infra": ("infra/x.yaml",)}
SOPS = Decryption("sops-age")


@pytest.mark.parametrize(
    ("encrypted", "rows", "worst", "words"),
    [
        (None, [], Severity.UNKNOWN, "was not read yet"),
        ({}, WORLD, Severity.NOTE, "nothing encrypted that Flux applies"),
        ({}, [], Severity.WARNING, "is not there: nothing is synced"),
        (APPS, [], Severity.WARNING, "is not there yet; it holds apps/tokens.yaml and 1 more"),
        (APPS, [kustomization("apps", decryption=SOPS)], Severity.OK, "applied main@3d2789eb"),
        (APPS, [kustomization("apps")], Severity.WARNING, "decrypts nothing, and holds"),
        (APPS, [kustomization("apps", ready="False", reason="BuildFailed")], Severity.BLOCKER, "a spec.decryption"),
        (
            APPS,
            [kustomization("apps", decryption=SOPS, ready="False", reason="BuildFailed", message=NO_IDENTITY)],
            Severity.BLOCKER,
            "into Secret flux-system/sops-age from age-plugin-x, then flux reconcile kustomization apps",
        ),
        (APPS, [kustomization("apps", decryption=Decryption(""), ready="False", message=NO_IDENTITY)], Severity.BLOCKER,
         "name the Secret of its key"),
        (APPS, [kustomization("apps", decryption=SOPS, ready="Unknown", reason="Progressing")], Severity.WARNING,
         "Progressing; it holds"),
        # One that decrypts proves the key: what only waits is remarked.
        (BOTH, [kustomization("apps", decryption=SOPS)], Severity.NOTE, "flux-system/infra is not there yet"),
    ],
)  # fmt: skip
def test_one_file_decrypts(
    encrypted: Mapping[str, tuple[str, ...]] | None, rows: list[Row], worst: Severity, words: str
) -> None:
    proof = STEPS["flux:decrypts"].proof(moment(rows, encrypted))
    assert max(finding.severity for finding in proof) is worst, said(proof)
    assert words in said(proof)


@pytest.mark.parametrize(("rows", "is_over"), [([], False), (WORLD, True)])
def test_that_there_is_nothing_to_prove_is_said_of_what_is_over_alone(rows: list[Row], is_over: bool) -> None:
    proof = STEPS["flux:decrypts"].proof(moment(rows, {}))
    assert [finding.subject == NOTHING_TO_PROVE for finding in proof] == ([True] if is_over else [False, False])
    assert proved(proof) is is_over


@pytest.mark.parametrize(
    ("message", "tries"),
    [
        ("unable to clone 'https://g/x': couldn't find remote ref \"refs/heads/mian\"", "no branch main"),
        ("ssh: handshake failed: knownhosts: key mismatch", "known_hosts"),
        ("ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey]", "Git refuses"),
        ("authentication required: Invalid username or token", "a GIT_PASSWORD that may read"),
        ("failed to get secret 'flux-system/flux-system': secrets \"flux-system\" not found", "is not there"),
        ("unable to clone: repository not found: Not Found", "Git has no such repository"),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "gitops.ca_file"),
        ("dial tcp: lookup git.home on 10.0.0.53:53: no such host", "can't reach Git"),
        ("something else", ""),
    ],
)
def test_what_to_try_when_git_is_not_fetched(message: str, tries: str) -> None:
    remedy = fetch_remedy(message, "flux-system/flux-system", GIT)
    assert tries in remedy
    assert bool(remedy) is bool(tries)


@pytest.mark.parametrize(
    ("message", "tries"),
    [
        (
            "accumulating resources from 'gotk-components.yaml': open /x/gotk-components.yaml: no such file",
            ".gitignore",
        ),
        ("kustomization path not found: stat /tmp/x: no such file or directory", "no such folder"),
        ('Tenant/x dry-run failed: no matches for kind "Tenant" in version "minio.min.io/v2"', "its CRD"),
        ("health check failed", ""),
    ],
)
def test_what_to_try_when_git_is_not_applied(message: str, tries: str) -> None:
    remedy = apply_remedy(message)
    assert tries in remedy
    assert bool(remedy) is bool(tries)


@pytest.mark.parametrize(
    ("message", "is_one"),
    [
        (NO_IDENTITY, True),
        ("cannot get sops decryption Secret 'flux-system/sops-age': secrets \"sops-age\" not found", True),
        ("Secret/apps/tokens is SOPS encrypted, configuring decryption is required for this secret", True),
        ("failed to verify sops data integrity: expected mac 'a', got 'b'", True),
        ("no matches for kind Tenant", False),
        ("package image page: no such file", False),
    ],
)
def test_trouble_with_keys_is_known_by_its_words(message: str, is_one: bool) -> None:
    assert is_decryption_trouble(message) is is_one


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (flux("Kustomization", path="./clusters/other"), "syncs clusters/other, and the bootstrap asks for"),
        (w.synced_world(url="https://git.home/other"), "follows https://git.home/other, and the bootstrap asks"),
    ],
)
def test_a_cluster_that_follows_something_else_is_blocked_with_the_reason(rows: list[Row], reason: str) -> None:
    walk = bootstrap(SETTINGS)
    flux = [replace(walk, steps=(step,)) for step in walk.steps if step.id == "flux"]
    (view,) = progress(flux[0], moment(rows, {})).steps
    assert view.state is StepState.BLOCKED
    assert reason in said(view.proof)
    assert reason in said(view.closed_by)


@pytest.mark.parametrize(("rows", "says"), [([], "nothing in it stands in the way"), (WORLD, "syncs")])
def test_what_goes_to_git_says_whether_it_went(rows: list[Row], says: str) -> None:
    files = (Finding("gotk-sync.yaml", Severity.NOTE, "is new"),)
    at = moment(rows)
    proof = STEPS["flux:commits"].proof(
        replace(at, situation=lambda _target: replace(at.situation(Target()), commits=files))
    )
    assert says in said(proof)
    assert proved(proof)
