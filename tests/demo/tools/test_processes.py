"""The stand-ins as processes: started with nothing around them, interrupted, and asked by the unchanged planner."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import anyio
import pytest
import yaml

from runners.demo.homelab import CONTEXT
from runners.demo.tools import start as start_module
from runners.demo.tools.records import Records
from runners.layers.findings import Severity
from runners.layers.identity import Identity
from runners.layers.plan_rules import differences
from runners.layers.plans import Change, Plan, ReleaseAction, Served
from runners.tools.applied import applied
from runners.tools.calls import Bench
from runners.tools.capture import capture
from runners.tools.environ import tool_environ
from runners.tools.planner import Planner, carry_out
from runners.tools.versions import find_tools
from tests.demo.tools.place import Place

SYNC = "helmfile --no-color -f longhorn/helmfile.yaml sync"
TOOLS = ("helm", "helmfile", "helm-diff", "flux", "git", "kubectl")


def test_every_tool_is_found_and_nothing_is_to_be_said_of_its_version(place: Place) -> None:
    found = find_tools(tool_environ(place.environ))
    assert found.findings == dict.fromkeys(TOOLS, ())
    assert all(found.version(name) for name in TOOLS)


def test_they_are_commands_of_their_own(place: Place) -> None:
    for tool in ("helmfile", "helm", "flux", "git", "kubectl"):
        words = (place.bin / tool).read_text().splitlines()
        assert words[0] == "#!/bin/sh"
        assert words[1].startswith(f"exec {sys.executable} -I -S ")


def test_they_load_nothing_that_would_make_a_person_wait(place: Place) -> None:
    start = Path(start_module.__file__)
    code = (
        f"import sys; sys.argv = ['', '', {str(Path(yaml.__file__).parents[1])!r}]; sys.path[:0] = [sys.argv[2]]\n"
        f"import runpy; runpy.run_path({str(start)!r}, run_name='loaded')\n"
        "from runners.demo.tools import flux, git, helm, helmfile\n"
        "print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(said.stdout.split())
    assert {"runners", "yaml"} <= loaded
    assert not loaded & {"kubernetes", "anyio", "asyncio", "textual", "rich", "http", "email", "ssl", "subprocess"}


def test_an_interrupt_stops_a_sync_and_marks_the_release(place: Place) -> None:
    process = place.process(SYNC, BEDPLATE_DEMO_PACE="100")
    with process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any(line.startswith("Upgrading release=longhorn") for line in lines)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert rest.startswith(
        'Release "longhorn" does not exist. Installing it now.\nRelease longhorn has been cancelled.\n'
    )
    assert "=== Failed Releases ===" in rest


def test_an_interrupt_between_two_objects_leaves_a_failed_revision(place: Place) -> None:
    records = Records(place.server.requests())
    with place.process(SYNC, BEDPLATE_DEMO_PACE="2") as process:
        deadline = time.monotonic() + 20
        while not records.newest():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert records.newest()[0].status == "pending-install"
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    (release,) = records.newest()
    assert (release.status, release.revision) == ("failed", 1)
    # It can be applied again, as revision 2.
    assert place.call(SYNC).code == 0
    assert [(one.revision, one.status) for one in records.revisions()] == [(1, "failed"), (2, "deployed")]


class Planning:
    """The planner as the program has it, on one place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        environ = tool_environ(place.environ) | {"BEDPLATE_DEMO_PACE": "0"}
        config = place.server.kubeconfig(CONTEXT)
        self.bench = Bench(capture, place.homelab, Served("v1.34.1", ("v1", "apps/v1")), config, environ)
        self.identity = Identity(CONTEXT, place.server.url, "uid")

    def plan(self, component: str) -> Plan:
        return anyio.run(Planner(self.bench).plan, component, f"{component}/helmfile.yaml", "", self.identity)

    def carry_out(self, plan: Plan) -> str:
        """Looks at it again, runs it, and says what the cluster has to say of it."""
        now = anyio.run(Planner(self.bench).again, plan, self.identity)
        assert differences(plan, now) == ()
        call = carry_out(plan)
        said = anyio.run(partial(self.bench.ask, call.argv, call.environ, about=plan.component))
        assert said.code == 0
        findings = anyio.run(applied, self.bench, plan)
        assert {finding.severity for finding in findings} == {Severity.OK}
        return "; ".join(finding.text for finding in findings)


@pytest.fixture
def planning(place: Place) -> Planning:
    return Planning(place)


@pytest.mark.long
def test_plan_apply_and_repair(planning: Planning) -> None:
    """Planned and carried out by what the program has for real clusters."""
    plan = planning.plan("longhorn")
    (release,) = plan.releases
    assert (release.action, release.version, len(release.changes)) == (ReleaseAction.INSTALL, "1.12.1", 24)
    assert len(plan.commit) == 40
    assert planning.carry_out(plan) == "revision 1: applied what you saw"

    api = planning.place.server.requests()
    api.request("DELETE", "/apis/apps/v1/namespaces/longhorn-system/daemonsets/longhorn-manager")
    values = planning.place.homelab / "longhorn" / "longhorn-values.yaml"
    values.write_text(values.read_text().replace("ReplicaCount: 3", "ReplicaCount: 2"))
    plan = planning.plan("longhorn")
    (release,) = plan.changing
    assert {(item.ref.kind, item.change) for item in release.changes} == {
        ("DaemonSet", Change.ADDED),
        ("ConfigMap", Change.CHANGED),
    }
    assert plan.commit.endswith(" + changes")
    assert '+       numberOfReplicas: "2"\n' in plan.output


@pytest.mark.long
def test_a_pair_of_which_one_brings_the_others_kind(planning: Planning) -> None:
    plan = planning.plan("minio")
    operator, tenant = plan.changing
    assert (operator.action, tenant.action) == (ReleaseAction.INSTALL, ReleaseAction.INSTALL)
    # The tenant's password is a new one each time, which a plan has to know.
    assert [ref.name for ref in tenant.random] == ["minio-tenant-env-configuration"]
    assert not operator.random
