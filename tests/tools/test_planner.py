"""Plans, made with tools that answer as they are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import anyio
import pytest

from runners.layers.plan_rules import differences
from runners.layers.plans import Change, Comparison, ObjectRef, Plan, ReleaseAction, Served
from runners.tools.calls import Bench, PlanError, ToolError
from runners.tools.planner import Planner
from tests.layers.plan_examples import HOME
from tests.tools.scripted_tools import Answer, ScriptedTools, config_map, diffed, listed, present

T = TypeVar("T")
TRAP = Answer(stderr='STDERR:\n  Error: no matches for kind "Thing" in version "example.org/v1"\n', code=1)
BUILD = "releases: [{name: a, values: [values.yaml]}]\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "comp").mkdir()
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart" / "Chart.yaml").write_text("name: chart\nversion: 1.0.0\n")
    (tmp_path / "comp" / "values.yaml").write_text("a: 1\n")
    (tmp_path / "comp" / "helmfile.yaml").write_text("releases: [{name: a, chart: ../chart, values: [values.yaml]}]\n")
    return tmp_path


def tools(**answers: Answer | list[Answer]) -> ScriptedTools:
    """A release w/a that is installed as it is asked for, unless told otherwise."""
    usual: dict[str, Answer | list[Answer]] = {
        "list": listed("w/a"),
        "build": Answer(BUILD),
        "helm_list": present("w/a"),
        "diff": diffed(),
        "template": Answer(config_map("one")),
        "helm_get": Answer(config_map("one")),
        "git_rev-parse": Answer("3d2789e\n"),
        "git_status": Answer(""),
    }
    found = {**usual, **answers}
    return ScriptedTools(
        {
            name.replace("_", " "): list(answer) if isinstance(answer, list) else [answer]
            for name, answer in found.items()
        }
    )


def wait(call: Callable[[], Awaitable[T]]) -> T:
    async def main() -> T:
        return await call()

    return anyio.run(main)


def planned(repo: Path, scripted: ScriptedTools, helmfile: str = "comp/helmfile.yaml") -> Plan:
    planner = Planner(Bench(scripted, repo, Served("v1.37.2", ("example.org/v1",))))
    return wait(lambda: planner.plan("a", helmfile, "", HOME))


def again(repo: Path, scripted: ScriptedTools, shown: Plan) -> tuple[str, ...]:
    planner = Planner(Bench(scripted, repo, Served("v1.37.2")))
    return differences(shown, wait(lambda: planner.again(shown, HOME)))


def test_nothing_differs_nothing_happens(repo: Path) -> None:
    plan = planned(repo, tools())
    (release,) = plan.releases
    assert (release.action, release.compared, release.changes) == (ReleaseAction.NOTHING, Comparison.LIVE, ())
    assert plan.changing == ()
    assert plan.commit == "3d2789e"


def test_a_new_release_is_its_rendering(repo: Path) -> None:
    scripted = tools(helm_list=present(), template=Answer(config_map("one") + config_map("two")))
    (release,) = planned(repo, scripted).releases
    assert (release.action, release.compared, release.revision) == (ReleaseAction.INSTALL, Comparison.NEW, 0)
    assert [(item.change, item.ref.name) for item in release.changes] == [(Change.ADDED, "one"), (Change.ADDED, "two")]
    assert release.version == "1.0.0"
    assert scripted.of("diff") == []


def test_a_new_release_whose_kinds_are_not_served_yet_is_rendered_without_asking(repo: Path) -> None:
    rendered = Answer(config_map("one"))
    scripted = tools(helm_list=present(), template=[TRAP, rendered, TRAP, rendered])
    (release,) = planned(repo, scripted).releases
    assert release.count(Change.ADDED) == 1
    validates = ["--validate" in argv for argv in scripted.of("template")]
    assert validates == [True, False, True, False]
    assert "--api-versions=example.org/v1" in scripted.of("template")[1][-1]


def test_chart_repositories_are_asked_once_and_first(repo: Path) -> None:
    scripted = tools(helm_list=present())
    planned(repo, scripted)
    assert ["--skip-refresh" in argv for argv in scripted.of("template")] == [False, True]
    scripted = tools()
    planned(repo, scripted)
    assert not any("--skip-refresh" in argv for argv in scripted.of("diff"))
    assert all("--skip-refresh" in argv for argv in scripted.of("template"))


def test_a_release_is_compared_with_the_cluster(repo: Path) -> None:
    scripted = tools(diff=diffed("one changed", "gone removed"))
    (release,) = planned(repo, scripted).releases
    assert release.action is ReleaseAction.UPGRADE
    assert [(item.change, str(item.ref)) for item in release.changes] == [
        (Change.CHANGED, "ConfigMap w/one"),
        (Change.REMOVED, "ConfigMap w/gone"),
    ]
    simple = next(environ for argv, environ in scripted.calls if "simple" in argv)
    assert simple["HELM_DIFF_THREE_WAY_MERGE"] == "true"


def test_a_kind_that_is_not_served_yet_makes_it_a_comparison_with_the_record(repo: Path) -> None:
    scripted = tools(diff=[TRAP, diffed("one added"), Answer("text")])
    (release,) = planned(repo, scripted).releases
    assert release.compared is Comparison.RECORDED
    first, second = scripted.of("diff")[:2]
    assert "--disable-validation" not in first[-1]
    assert "--disable-validation" in second[-1]
    assert not any("--validate" in argv for argv in scripted.of("template"))


def test_what_is_random_is_known_by_name(repo: Path) -> None:
    rendered = [Answer(config_map("one") + config_map("password", value)) for value in "xy"]
    (release,) = planned(repo, tools(template=rendered)).releases
    assert release.random == {ObjectRef("ConfigMap", "w", "password")}


def test_an_uninstall_takes_what_helm_has_recorded_less_what_it_keeps(repo: Path) -> None:
    kept = config_map("kept").replace("{name: kept}", "{name: kept, annotations: {helm.sh/resource-policy: keep}}")
    scripted = tools(
        list=listed("w/a", installed=False),
        diff=Answer(stderr="Affected releases are:\n  a (../chart) DELETED\n", code=2),
        helm_get=Answer(config_map("one") + kept),
    )
    (release,) = planned(repo, scripted).releases
    assert release.action is ReleaseAction.UNINSTALL
    assert [(item.change, item.ref.name) for item in release.changes] == [(Change.REMOVED, "one")]


def test_an_uninstall_that_helmfile_would_not_do_is_an_error(repo: Path) -> None:
    scripted = tools(list=listed("w/a", installed=False), diff=Answer(stderr="No affected releases\n"))
    with pytest.raises(PlanError, match="does not say that it would go"):
        planned(repo, scripted)


def test_a_release_that_should_not_be_there_and_is_not_is_left_alone(repo: Path) -> None:
    (release,) = planned(repo, tools(list=listed("w/a", installed=False), helm_list=present())).releases
    assert release.action is ReleaseAction.NOTHING


@pytest.mark.parametrize("status", ["failed", "pending-upgrade", "pending-install"])
def test_a_release_that_did_not_finish_is_applied_again_although_nothing_differs(repo: Path, status: str) -> None:
    (release,) = planned(repo, tools(helm_list=present("w/a", status=status))).releases
    assert (release.action, release.status) == (ReleaseAction.UPGRADE, status)


def test_a_release_that_was_uninstalled_and_kept_its_history_is_new(repo: Path) -> None:
    (release,) = planned(repo, tools(helm_list=present("w/a", status="uninstalled"))).releases
    assert release.action is ReleaseAction.INSTALL


def test_another_version_is_an_upgrade_even_when_no_object_differs(repo: Path) -> None:
    (release,) = planned(repo, tools(helm_list=present("w/a", chart="chart-0.9.0"))).releases
    assert (release.action, release.installed_version, release.version) == (ReleaseAction.UPGRADE, "0.9.0", "1.0.0")


def test_the_plan_is_bound_to_every_file_it_rests_on(repo: Path) -> None:
    assert list(planned(repo, tools()).inputs) == ["chart/", "comp/helmfile.yaml", "comp/values.yaml"]


def test_files_that_are_not_committed_are_said(repo: Path) -> None:
    assert planned(repo, tools(git_status=Answer(" M comp/values.yaml\n"))).commit == "3d2789e + changes"
    assert planned(repo, tools(git_status=Answer("!! comp/values.yaml\n"))).commit == "3d2789e + changes"
    assert planned(repo, tools(git_status=Answer("?? chart/charts/dep-1.tgz\n"))).commit == "3d2789e"
    assert planned(repo, tools(**{"git_rev-parse": Answer(code=128)})).commit == ""


def test_hooks_and_foreign_contexts_are_known(repo: Path) -> None:
    hooked = "{name: a, kubeContext: other, hooks: [{events: [preapply, prepare]}]}"
    build = f"releases: [{hooked}, {{name: b, kubeContext: home}}]"
    plan = planned(repo, tools(build=Answer(build)))
    assert plan.hooks == ("prepare", "preapply")
    assert plan.foreign_contexts == ("other",)


@pytest.mark.parametrize("printed", ["warning: a: b\n" + BUILD, ""])
def test_a_build_that_is_not_understood_is_no_plan(repo: Path, printed: str) -> None:
    scripted = tools(build=Answer(printed))
    with pytest.raises(PlanError, match=r"^comp/helmfile.yaml: what helmfile build prints is not YAML[^\n]*$"):
        planned(repo, scripted)
    assert [argv for argv, _ in scripted.calls if "build" not in argv] == []


def test_a_failure_on_a_helmfile_for_another_cluster_says_so_first(repo: Path) -> None:
    build = Answer("helmDefaults: {kubeContext: other}")
    with pytest.raises(PlanError, match=r"meant for the context other, and this is home; and a: "):
        planned(repo, tools(build=build, diff=Answer(stderr="Error: x", code=1)))


def test_the_text_of_a_diff_is_kept_without_its_escape_sequences(repo: Path) -> None:
    scripted = tools(diff=[diffed("one changed"), Answer("\x1b[31m- a\x1b[0m\n+ b\n", code=2)])
    assert planned(repo, scripted).output == "- a\n+ b"


@pytest.mark.parametrize(
    ("listing", "words"),
    [
        (listed("/a"), "the release a names no namespace"),
        (listed("w/a", "w/a"), "w/a stands there twice"),
        (Answer(stderr="specified state file x is not found", code=1), "comp/helmfile.yaml: there is no helmfile at x"),
    ],
)
def test_a_helmfile_that_can_not_be_planned_says_why(repo: Path, listing: Answer, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        planned(repo, tools(list=listing))


def test_a_missing_tool_is_one_line(repo: Path) -> None:
    scripted = tools()
    scripted.missing = frozenset(["helmfile"])
    with pytest.raises(ToolError, match="helmfile is not on PATH"):
        planned(repo, scripted)


def test_without_git_there_is_no_commit(repo: Path) -> None:
    scripted = tools()
    scripted.missing = frozenset(["git"])
    assert planned(repo, scripted).commit == ""


def test_several_releases_keep_their_order(repo: Path) -> None:
    names = [f"w/{name}" for name in "dcba"]
    plan = planned(repo, tools(list=listed(*names), helm_list=present(*names)))
    assert [release.name for release in plan.releases] == list("dcba")


def test_nothing_changed_since_it_was_shown(repo: Path) -> None:
    shown = planned(repo, tools(diff=diffed("one changed")))
    confirming = tools()
    assert again(repo, confirming, shown) == ()
    assert confirming.of("diff") == []
    assert len(confirming.of("template")) == 1


def test_a_random_object_is_no_difference(repo: Path) -> None:
    values = [Answer(config_map("password", value)) for value in "xyz"]
    shown = planned(repo, tools(template=values[:2]))
    assert again(repo, tools(template=values[2]), shown) == ()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"helm_list": present("w/a", revision=8)}, "release w/a: its revision was 7 and is 8"),
        (
            {"helm_list": present("w/a", status="pending-upgrade")},
            "release w/a: its status was deployed and is pending",
        ),
        ({"template": Answer(config_map("one", "other"))}, "release w/a: ConfigMap w/one would be different"),
        ({"template": Answer(config_map("one") + config_map("two"))}, "ConfigMap w/two would be there too"),
        ({"list": listed("w/a", "w/b"), "helm_list": present("w/a", "w/b")}, "release w/b is new in the helmfile"),
        ({"list": listed()}, "release w/a is not in the helmfile any more"),
    ],
)
def test_what_changed_since_it_was_shown_is_said(repo: Path, answers: dict[str, Answer], words: str) -> None:
    shown = planned(repo, tools())
    said = again(repo, tools(**answers), shown)
    assert any(words in sentence for sentence in said), said


def test_a_file_that_changed_since_it_was_shown_is_named(repo: Path) -> None:
    shown = planned(repo, tools())
    (repo / "comp" / "values.yaml").write_text("a: 2\n")
    (repo / "chart" / "new.yaml").write_text("")
    assert again(repo, tools(), shown) == ("chart/ was changed", "comp/values.yaml was changed")
    (repo / "comp" / "values.yaml").unlink()
    assert "comp/values.yaml is gone" in again(repo, tools(), shown)


def test_confirming_runs_nothing_of_a_helmfile_that_is_not_the_one_that_was_shown(repo: Path) -> None:
    shown = planned(repo, tools())
    hooked = "releases: [{name: a, chart: ../chart, values: [values.yaml], hooks: [{events: [prepare]}]}]\n"
    (repo / "comp" / "helmfile.yaml").write_text(hooked)
    confirming = tools()
    said = again(repo, confirming, shown)
    assert said == ("the list of hooks was empty and is prepare", "comp/helmfile.yaml was changed")
    assert confirming.calls == []


def test_hooks_that_a_person_was_asked_about_are_no_difference(repo: Path) -> None:
    hook = "releases: [{name: a, chart: ../chart, hooks: [{events: [prepare]}]}]\n"
    (repo / "comp" / "helmfile.yaml").write_text(hook)
    shown = planned(repo, tools(build=Answer(hook)))
    assert shown.hooks == ("prepare",)
    assert again(repo, tools(), shown) == ()


def test_a_plan_of_one_component_leaves_the_helmfiles_other_releases_alone(repo: Path) -> None:
    scripted = tools(list=listed("w/a", "w/b"), helm_list=present("w/a"))
    planner = Planner(Bench(scripted, repo, Served("v1.37.2")))
    plan = wait(lambda: planner.plan("a", "comp/helmfile.yaml", "", HOME, ("w/a",)))
    assert ([release.id for release in plan.releases], plan.selected) == (["w/a"], ("w/a",))
    assert again(repo, tools(list=listed("w/a", "w/b")), plan) == ()


def test_a_release_that_the_helmfile_does_not_ask_for_is_named(repo: Path) -> None:
    planner = Planner(Bench(tools(), repo, Served("v1.37.2")))
    with pytest.raises(PlanError, match=r"asks for no release w/gone in default$"):
        wait(lambda: planner.plan("a", "comp/helmfile.yaml", "", HOME, ("w/a", "w/gone")))


def test_hooks_are_named_with_what_they_run_for_the_releases_that_are_looked_at(repo: Path) -> None:
    hook = "hooks: [{{events: [postsync], command: kubectl, args: [apply, -f, {0}.yaml]}}]"
    releases = [f"{{name: {name}, namespace: w, {hook.format(name)}}}" for name in ("a", "b")]
    build = f"hooks: [{{events: [prepare], command: ./fetch}}]\nreleases: [{', '.join(releases)}]\n"
    planner = Planner(Bench(tools(build=Answer(build)), repo, Served("v1.37.2")))
    plan = wait(lambda: planner.plan("a", "comp/helmfile.yaml", "", HOME, ("w/a",)))
    assert [str(one) for one in plan.own_hooks] == ["prepare: ./fetch", "postsync: kubectl apply -f a.yaml (w/a)"]
    assert len(plan.hooks_written) == 3
