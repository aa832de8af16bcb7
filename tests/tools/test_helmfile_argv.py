"""What helmfile is asked: the flags on which the safety of a plan rests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.plans import Comparison, Served
from runners.tools.calls import PlanError
from runners.tools.helmfile import Helmfile, carry_out, environ
from tests.layers.plan_examples import plan, release

FILE = Helmfile("longhorn/helmfile.yaml", "", "home")
SERVED = Served("v1.37.2", ("apps/v1", "example.org/v1/Thing"))


@pytest.mark.parametrize(
    "argv",
    [
        FILE.listing(),
        FILE.diff("a", "b", Comparison.LIVE, SERVED),
        FILE.template("a", "b", SERVED, new=True, validate=True),
        FILE.sync([release()]),
        FILE.apply([release()]),
    ],
)
def test_every_call_that_asks_a_cluster_names_context_file_and_environment(argv: tuple[str, ...]) -> None:
    assert argv[:8] == (
        "helmfile", "--no-color", "--kube-context", "home", "-f", "longhorn/helmfile.yaml", "-e", "default",
    )  # fmt: skip


def test_build_is_not_pinned_since_a_pinned_one_hides_other_contexts() -> None:
    assert "--kube-context" not in FILE.build()


def test_a_diff_hides_secrets_and_looks_up_what_is_there() -> None:
    argv = FILE.diff("web", "w", Comparison.LIVE, SERVED)
    assert argv[8:] == (
        "-l", "name=web,namespace=w", "diff", "--detailed-exitcode", "--suppress-secrets", "--no-hooks",
        "--output", "simple", "--diff-args=--dry-run=server",
    )  # fmt: skip


def test_a_diff_against_the_record_is_told_what_the_server_serves() -> None:
    argv = FILE.diff("web", "w", Comparison.RECORDED, SERVED)
    told = "--api-versions=apps/v1 --api-versions=example.org/v1/Thing"
    assert argv[-1] == f"--diff-args=--dry-run=server --disable-validation {told}"


def test_the_full_diff_hides_secrets_too() -> None:
    argv = FILE.diff("web", "w", Comparison.LIVE, SERVED, full=True)
    assert "--suppress-secrets" in argv
    assert "simple" not in argv


def test_a_rendering_that_validates_asks_the_server_and_is_told_nothing() -> None:
    argv = FILE.template("web", "w", SERVED, new=False, validate=True)
    assert "--validate" in argv
    assert argv[-1] == "--args=--dry-run=server --is-upgrade"
    assert argv[argv.index("--kube-version") + 1] == "v1.37.2"


def test_a_first_rendering_has_the_crds_folder_and_is_no_upgrade() -> None:
    argv = FILE.template("web", "w", SERVED, new=True, validate=False)
    assert "--include-crds" in argv
    assert argv[-1].startswith("--args=--dry-run=server --api-versions=apps/v1")


@pytest.mark.parametrize(("compared", "value"), [("LIVE", "true"), ("RECORDED", "false"), ("NEW", "false")])
def test_only_a_comparison_with_the_cluster_is_three_way(compared: str, value: str) -> None:
    assert environ(Comparison[compared])["HELM_DIFF_THREE_WAY_MERGE"] == value


def test_a_plan_is_carried_out_by_sync_on_exactly_its_releases() -> None:
    shown = plan(release("a", action="install"), release("b", action="nothing"), release("c", action="uninstall"))
    call = carry_out(shown)
    assert call.argv[8:] == (
        "-l", "name=a,namespace=longhorn-system", "-l", "name=c,namespace=longhorn-system", "sync", "--skip-refresh",
    )  # fmt: skip
    assert call.environ["HELM_DIFF_THREE_WAY_MERGE"] == "true"


def test_preapply_hooks_make_it_an_apply_that_avoids_the_trap() -> None:
    argv = carry_out(replace(plan(release()), hooks=("preapply",))).argv
    assert "apply" in argv
    assert {"--skip-diff-on-install", "--no-hooks", "--suppress-secrets", "--diff-args=--dry-run=server"} <= set(argv)


def test_one_release_without_its_kinds_takes_the_live_comparison_from_all() -> None:
    shown = plan(release("a"), replace(release("b"), compared=Comparison.RECORDED))
    call = carry_out(replace(shown, hooks=("preapply",)))
    assert call.environ["HELM_DIFF_THREE_WAY_MERGE"] == "false"
    assert call.argv[-1] == "--diff-args=--dry-run=server --disable-validation"


def test_nothing_to_do_is_never_a_call_without_selectors() -> None:
    with pytest.raises(PlanError, match="nothing to carry out"):
        carry_out(plan(release(action="nothing")))
