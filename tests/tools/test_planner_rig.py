"""Plans on a real API server, with the real helmfile, helm and helm-diff: every line of the recipe."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anyio
import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.identity import Identity
from runners.layers.plan_rules import differences, what_it_destroys
from runners.layers.plans import Change, Comparison, Plan, ReleaseAction, ReleasePlan, Served
from runners.tools.applied import applied
from runners.tools.calls import Bench, PlanError, ToolError
from runners.tools.capture import Captured, capture
from runners.tools.environ import tool_environ
from runners.tools.planner import Planner, carry_out
from runners.tools.versions import find_tools
from tests.layers.plan_examples import against
from tests.rig.cluster import Rig
from tests.rig.waiting import until

pytestmark = pytest.mark.rig

CHART = Path(__file__).parent / "fixtures" / "plan-chart"
STEADY = "random: false"
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "spec": {
        "scope": "Namespaced",
        "names": {"kind": "Thing", "plural": "things", "singular": "thing", "listKind": "ThingList"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}


@dataclass
class Workshop:
    """A repository with one component, and a planner for it on a rig."""

    rig: Rig
    repo: Path
    namespace: str

    @property
    def bench(self) -> Bench:
        environ = tool_environ(self.rig.environ)
        config = self.rig.kubeconfig.read_text()
        return Bench(capture, self.repo, Served("v1.37.2"), config, environ)

    @property
    def identity(self) -> Identity:
        return Identity("rig", self.rig.server, "uid")

    def helmfile(self, values: str = STEADY, *, installed: bool = True, more: str = "", namespace: str = "") -> None:
        """Writes the helmfile with its one release."""
        (self.repo / "comp" / "helmfile.yaml").write_text(
            f"releases:\n- name: web\n  namespace: {namespace or self.namespace}\n  chart: ../chart\n"
            f"  installed: {str(installed).lower()}\n  values: [{{{values}}}]\n{more}"
        )

    def plan(self, helmfile: str = "comp/helmfile.yaml", *selected: str) -> Plan:
        async def main() -> Plan:
            return await Planner(self.bench).plan("web", helmfile, "", self.identity, selected)

        return anyio.run(main)

    def again(self, shown: Plan) -> Plan:
        async def main() -> Plan:
            return await Planner(self.bench).again(shown, self.identity)

        return anyio.run(main)

    def carry_out(self, plan: Plan) -> tuple[Captured, tuple[Finding, ...]]:
        """Carries out a plan and looks at what became of it."""
        call = carry_out(plan)

        async def main() -> tuple[Captured, tuple[Finding, ...]]:
            bench = self.bench
            said = await capture(
                call.argv,
                environ={**bench.environ, **call.environ},
                cwd=self.repo,
                kubeconfig=bench.kubeconfig,
                timeout=120,
            )
            return said, await applied(bench, plan)

        return anyio.run(main)

    def sync(self, helmfile: str = "comp/helmfile.yaml") -> None:
        """Installs what the helmfile says, as anybody would."""
        argv = ("helmfile", "--kube-context", "rig", "-f", helmfile, "sync")
        said = self.rig.run(*argv, cwd=self.repo)
        assert said.returncode == 0, said.stderr


@pytest.fixture
def shop(api_rig: Rig, tmp_path: Path, request: pytest.FixtureRequest) -> Workshop:
    """A workshop in a namespace of the test's own."""
    shutil.copytree(CHART, tmp_path / "chart")
    (tmp_path / "comp").mkdir()
    name = request.node.name.removeprefix("test_").replace("_", "-")[:40].strip("-")
    return Workshop(api_rig, tmp_path, f"plan-{name}")


@dataclass
class ChartServer:
    """A chart repository on loopback."""

    folder: Path
    url: str
    rig: Rig

    def publish(self, chart: Path, version: str) -> None:
        """Packs a chart and puts it into the index."""
        label = f"labels: {{helm.sh/chart: web-{version}}}"
        template = (
            (CHART / "templates" / "all.yaml").read_text().replace("{name: agent}", f"{{name: agent, {label}}}", 1)
        )
        (chart / "templates" / "all.yaml").write_text(template)
        for argv in (
            ("helm", "package", str(chart), "--version", version, "-d", str(self.folder)),
            ("helm", "repo", "index", str(self.folder), "--url", self.url),
        ):
            said = self.rig.run(*argv)
            assert said.returncode == 0, said.stderr


@pytest.fixture
def charts(api_rig: Rig, tmp_path: Path) -> Iterator[ChartServer]:
    """A chart repository that is served until the test ends."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield ChartServer(folder, f"http://127.0.0.1:{server.server_address[1]}", api_rig)
        finally:
            server.shutdown()
            thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None: ...


def words(release: ReleasePlan) -> set[str]:
    return {f"{item.change.value} {item.ref}" for item in release.changes}


def only(releases: Iterable[ReleasePlan]) -> ReleasePlan:
    (release,) = releases
    return release


def test_a_first_install_is_planned_applied_and_proven(shop: Workshop) -> None:
    shop.helmfile("replicas: 2")
    plan = shop.plan()
    release, where = only(plan.releases), shop.namespace
    assert release.action is ReleaseAction.INSTALL
    assert words(release) == {
        f"added DaemonSet {where}/agent",
        f"added Deployment {where}/web",
        f"added ClusterRole {where}:reader",
        f"added ConfigMap {where}/server",
        f"added ConfigMap {where}/kept",
        f"added StorageClass {where}-fast",
        f"added Secret {where}/random",
        f"added Secret {where}/sticky",
        f"added CustomResourceDefinition extras.{where}.example.net",
    }
    assert {ref.name for ref in release.random} == {"random", "sticky"}
    assert {ref.name for ref in release.beside} == {"hook"}
    assert differences(plan, shop.again(plan)) == ()
    said, findings = shop.carry_out(plan)
    assert said.code == 0, said.stderr
    (finding,) = findings
    # The server's version and APIs were rendered as they are: also an API that only helm's library knows.
    assert (finding.severity, finding.text) == (Severity.OK, "revision 1: applied what you saw")


def test_nothing_to_do_is_nothing_to_do(shop: Workshop) -> None:
    shop.helmfile()
    shop.sync()
    plan = shop.plan()
    release = only(plan.releases)
    # What a chart looks up and keeps is no change, and neither is its hook.
    assert (release.action, release.changes, release.random) == (ReleaseAction.NOTHING, (), frozenset())
    assert plan.changing == ()


def test_a_change_is_named_and_nothing_else(shop: Workshop) -> None:
    shop.helmfile()
    shop.sync()
    shop.helmfile(f"{STEADY}, replicas: 3")
    plan = shop.plan()
    assert words(only(plan.releases)) == {f"changed Deployment {shop.namespace}/web"}
    assert "-   replicas: 2" in plan.output
    assert "+   replicas: 3" in plan.output
    shop.carry_out(plan)
    assert differences(plan, shop.again(plan)) == (f"release {shop.namespace}/web: its revision was 1 and is 2",)


def test_a_random_secret_is_known_by_name_and_never_shown(shop: Workshop) -> None:
    shop.helmfile("random: true")
    shop.sync()
    plan = shop.plan()
    release = only(plan.releases)
    assert {ref.name for ref in release.random} == {"random"}
    assert words(release) == {f"changed Secret {shop.namespace}/random"}
    assert "password" not in plan.output
    assert differences(plan, shop.again(plan)) == ()
    assert shop.carry_out(plan)[1][0].text == "revision 2: applied what you saw"


def test_what_was_deleted_or_changed_by_hand_is_seen_and_put_back(shop: Workshop) -> None:
    shop.helmfile()
    shop.sync()
    shop.rig.kubectl("delete", "daemonset", "agent", "-n", shop.namespace)
    shop.rig.kubectl("scale", "deployment", "web", "-n", shop.namespace, "--replicas=5")
    plan = shop.plan()
    assert words(only(plan.releases)) == {
        f"added DaemonSet {shop.namespace}/agent",
        f"changed Deployment {shop.namespace}/web",
    }
    shop.carry_out(plan)
    assert shop.plan().changing == ()
    assert "agent" in shop.rig.kubectl("get", "daemonsets", "-n", shop.namespace)


def test_a_crd_that_is_dropped_destroys(shop: Workshop) -> None:
    shop.helmfile()
    shop.sync()
    shop.helmfile(f"{STEADY}, extra: false")
    plan = shop.plan()
    crd = f"CustomResourceDefinition extras.{shop.namespace}.example.net"
    assert words(only(plan.releases)) == {f"removed {crd}"}
    assert what_it_destroys(plan) == (f"{crd} is removed",)
    assert [finding.subject for finding in against(plan, protected=True) if finding.closes] == [crd]


def test_a_role_with_colons_in_its_name_is_never_dropped(shop: Workshop) -> None:
    shop.helmfile()
    shop.sync()
    shop.rig.kubectl("delete", "clusterrole", f"{shop.namespace}:reader")
    assert words(only(shop.plan().releases)) == {f"added ClusterRole {shop.namespace}:reader"}


def test_an_uninstall_names_what_goes_and_what_is_kept(shop: Workshop) -> None:
    shop.helmfile()
    shop.sync()
    shop.helmfile(installed=False)
    plan = shop.plan()
    release = only(plan.releases)
    assert release.action is ReleaseAction.UNINSTALL
    assert f"removed StorageClass {shop.namespace}-fast" in words(release)
    assert f"removed ConfigMap {shop.namespace}/kept" not in words(release)
    assert release.count(Change.REMOVED) == 7
    said, findings = shop.carry_out(plan)
    assert said.code == 0
    assert findings[0].text == "is gone, as planned"
    assert "kept" in shop.rig.kubectl("get", "configmaps", "-n", shop.namespace)
    assert shop.plan().changing == ()


def test_an_operator_and_what_needs_it_are_installed_in_one_go(shop: Workshop) -> None:
    pair(shop)
    plan = shop.plan("comp/pair.yaml")
    assert [(release.name, release.compared, len(release.changes)) for release in plan.releases] == [
        ("op", Comparison.NEW, 1),
        ("ten", Comparison.NEW, 1),
    ]
    said, findings = shop.carry_out(plan)
    assert said.code == 0, said.stderr
    assert [finding.text for finding in findings] == ["revision 1: applied what you saw"] * 2


def test_an_installed_release_that_gets_a_kind_of_another_is_planned_too(shop: Workshop) -> None:
    pair(shop)
    shop.sync("comp/pair.yaml")
    group = f"new.{shop.namespace}.org"
    thing = {"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": "two"}}
    (shop.repo / "uses" / "templates" / "two.yaml").write_text(json.dumps(thing))
    (shop.repo / "brings" / "templates" / "two.yaml").write_text(json.dumps(crd(group)))
    plan = shop.plan("comp/pair.yaml")
    op, ten = plan.releases
    assert (op.compared, ten.compared) == (Comparison.LIVE, Comparison.RECORDED)
    assert words(ten) == {f"added Thing {shop.namespace}/two"}
    assert any("changes by hand don't show" in finding.text for finding in against(plan))
    said, findings = shop.carry_out(plan)
    assert said.code == 0, said.stderr
    assert [finding.text for finding in findings] == ["revision 2: applied what you saw"] * 2


def test_a_chart_of_a_repository_is_applied_in_the_version_that_was_shown(shop: Workshop, charts: ChartServer) -> None:
    charts.publish(shop.repo / "chart", "0.1.0")
    (shop.repo / "comp" / "helmfile.yaml").write_text(
        f"repositories: [{{name: {shop.namespace}, url: {charts.url}}}]\n"
        f"releases: [{{name: web, namespace: {shop.namespace}, chart: {shop.namespace}/web, values: [{{{STEADY}}}]}}]\n"
    )
    plan = shop.plan()
    assert only(plan.releases).action is ReleaseAction.INSTALL
    # A newer one comes out between yes and run: it is not what was said yes to.
    charts.publish(shop.repo / "chart", "0.2.0")
    assert shop.carry_out(plan)[1][0].severity is Severity.OK
    assert "web-0.1.0" in shop.rig.run("helm", "list", "-n", shop.namespace).stdout
    newer = only(shop.plan().releases)
    assert (newer.action, newer.installed_version, newer.version) == (ReleaseAction.UPGRADE, "0.1.0", "0.2.0")


def test_preapply_hooks_run_and_a_first_install_does_not_meet_the_trap(shop: Workshop) -> None:
    pair(shop)
    file = shop.repo / "comp" / "pair.yaml"
    hook = "\n  hooks:\n  - {events: [preapply, prepare], command: sh, args: [-c, 'echo ran >> hook.log']}"
    file.write_text(file.read_text().replace("\n- name: ten", f"{hook}\n- name: ten"))
    plan = shop.plan("comp/pair.yaml")
    assert plan.hooks == ("prepare", "preapply")
    log = shop.repo / "comp" / "hook.log"
    before = log.read_text().count("ran")
    assert before
    assert "apply" in carry_out(plan).argv
    said, findings = shop.carry_out(plan)
    assert said.code == 0, said.stderr
    assert [finding.severity for finding in findings] == [Severity.OK] * 2
    assert log.read_text().count("ran") == before + 2
    # And it repairs: plan and run compare in the same way.
    shop.rig.kubectl("delete", f"things.{shop.namespace}.org", "one", "-n", shop.namespace)
    repair = shop.plan("comp/pair.yaml")
    assert words(repair.changing[0]) == {f"added Thing {shop.namespace}/one"}
    assert shop.carry_out(repair)[1][0].severity is Severity.OK
    assert "one" in shop.rig.kubectl("get", f"things.{shop.namespace}.org", "-n", shop.namespace)


def test_one_component_of_a_helmfile_of_several_is_planned_and_carried_out_alone(shop: Workshop) -> None:
    other = f"- name: other\n  namespace: {shop.namespace}\n  chart: ../chart\n  values: [{{{STEADY}}}]\n"
    shop.helmfile(more=other)
    plan = shop.plan("comp/helmfile.yaml", f"{shop.namespace}/web")
    assert only(plan.releases).action is ReleaseAction.INSTALL
    assert differences(plan, shop.again(plan)) == ()
    said, findings = shop.carry_out(plan)
    assert (said.code, findings[0].severity) == (0, Severity.OK), said.stderr
    assert shop.rig.run("helm", "list", "-n", shop.namespace, "--short").stdout.split() == ["web"]
    with pytest.raises(PlanError, match=f"asks for no release {shop.namespace}/gone"):
        shop.plan("comp/helmfile.yaml", f"{shop.namespace}/gone")


def test_a_pending_release_closes_the_plan_and_fails_the_run(shop: Workshop) -> None:
    shop.helmfile()
    install = subprocess.Popen(
        ["helm", "install", "web", str(shop.repo / "chart"), "-n", shop.namespace, "--create-namespace", "--wait"],
        env=shop.rig.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    listing = ("helm", "list", "-n", shop.namespace, "--pending", "-q")
    try:
        until("the release was pending", lambda: "web" in shop.rig.run(*listing).stdout)
    finally:
        install.send_signal(signal.SIGKILL)
        install.wait()
    plan = shop.plan()
    assert only(plan.releases).status == "pending-install"
    closing = [finding for finding in against(plan) if finding.closes]
    assert [finding.overridable for finding in closing] == [False]
    said, findings = shop.carry_out(plan)
    assert said.code == 1
    assert findings[0].severity is Severity.BLOCKER


def test_a_helmfile_for_another_context_is_known(shop: Workshop) -> None:
    shop.helmfile(more="helmDefaults: {kubeContext: production}\n")
    assert shop.plan().foreign_contexts == ("production",)


@pytest.mark.parametrize(
    ("helmfile", "sentence"),
    [
        ("kubeContext: top\nreleases: [{name: a, namespace: b, chart: ../chart}]", "then refuses a pinned context"),
        ("releases: []", "the helmfile has no release in the environment default"),
        ("releases: [", "is not a valid helmfile: line 1"),
        ("releases: [{name: a, namespace: b, chart: ../nope}]", "a: the chart ../nope is not there"),
        ("releases: [{name: a, namespace: b, chart: gone/c, version: 1.2.3}]", "where the chart repository gone is"),
        ("releases: [{name: a, chart: ../chart}]", "the release a names no namespace"),
    ],
)
def test_a_helmfile_that_can_not_be_planned_says_why_in_one_line(shop: Workshop, helmfile: str, sentence: str) -> None:
    (shop.repo / "comp" / "helmfile.yaml").write_text(helmfile)
    with pytest.raises(ToolError) as error:
        shop.plan()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_context_that_is_not_there_is_said(shop: Workshop) -> None:
    shop.helmfile()
    elsewhere = replace(shop.identity, context="nope")
    with pytest.raises(ToolError, match="the kubeconfig has no context nope"):
        anyio.run(Planner(shop.bench).plan, "web", "comp/helmfile.yaml", "", elsewhere)


def test_the_rigs_tools_are_found_in_their_versions(shop: Workshop) -> None:
    box = find_tools(shop.bench.environ)
    versions = {name: box.version(name) for name in box.tools}
    assert versions.pop("git")  # the machine's own
    assert versions == {
        "helm": "3.22.0",
        "helmfile": "1.8.0",
        "helm-diff": "3.9.11",
        "flux": "2.9.5",
        "kubectl": "1.37.2",
    }
    assert [finding.severity for findings in box.findings.values() for finding in findings] == [Severity.WARNING]


def crd(group: str) -> dict[str, object]:
    """A definition of the kind Thing in a group."""
    return {**CRD, "metadata": {"name": f"things.{group}"}, "spec": {**CRD["spec"], "group": group}}  # type: ignore[dict-item]


def pair(shop: Workshop) -> None:
    """An operator that brings a kind, and a release that uses it."""
    group = f"{shop.namespace}.org"
    thing = {"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": "one"}}
    for chart, content in (("brings", crd(group)), ("uses", thing)):
        (shop.repo / chart / "templates").mkdir(parents=True)
        (shop.repo / chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: {chart}\nversion: 1.0.0\n")
        (shop.repo / chart / "templates" / "one.yaml").write_text(json.dumps(content))
    (shop.repo / "comp" / "pair.yaml").write_text(
        f"releases:\n- name: op\n  namespace: {shop.namespace}\n  chart: ../brings\n"
        f"- name: ten\n  namespace: {shop.namespace}\n  chart: ../uses\n  needs: [{shop.namespace}/op]\n"
    )
