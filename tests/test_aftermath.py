"""How a run ended, in the words that stand below its log, and what its folder keeps for whoever looks later."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from runners.aftermath import CONFIRMED, conclude, concluded, confirmation, outcome
from runners.layers.findings import Finding, Severity
from runners.layers.plans import Served
from runners.layers.runs import RunRecord, RunState
from runners.tools.calls import Bench, ToolError
from runners.tools.runs import Runs
from tests.layers.plan_examples import HOME, plan, release
from tests.tools.run_helpers import asked, shell_tool
from tests.tools.scripted_tools import Answer, ScriptedTools, config_map, present

RUN = RunRecord("20261123-140211-7f3a", "apply web", ("helmfile",), "/", "", 0.0, RunState.SUCCEEDED, 1.0, 0)
WITHOUT = Finding("Lease kube-system/bedplate", Severity.NOTE, "can't be taken: forbidden")


@pytest.mark.parametrize(
    ("run", "severity", "text"),
    [
        (RUN, Severity.OK, "ended 0"),
        (replace(RUN, state=RunState.FAILED, exit_code=1), Severity.BLOCKER, "failed, exit code 1"),
        (replace(RUN, state=RunState.INTERRUPTED, exit_code=130), Severity.BLOCKER, "interrupted, exit code 130"),
        (
            replace(RUN, state=RunState.FAILED, exit_code=None, error="helmfile is not on PATH"),
            Severity.BLOCKER,
            "failed, helmfile is not on PATH",
        ),
        (replace(RUN, state=RunState.LOST, exit_code=None), Severity.UNKNOWN, "nobody saw how it ended"),
    ],
)
def test_the_outcome_is_said_in_words(run: RunRecord, severity: Severity, text: str) -> None:
    assert outcome(run) == Finding("apply web", severity, text)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def ended(runs: Runs) -> RunRecord:
    """A run that was confirmed with a plan of one release, without a Lease."""
    shown = plan(replace(release("web", action="install"), namespace="w", hashes={}))
    request = replace(asked(shell_tool("exit 0")), notes={CONFIRMED: confirmation(shown, WITHOUT)})
    return runs.wait(runs.start(request).id, 10)


def ask(runs: Runs, run: RunRecord, helm_list: Answer) -> tuple[Finding, ...]:
    tools = ScriptedTools({"helm list": [helm_list], "helm get": [Answer(config_map("a"))]})
    bench = Bench(tools, runs.root, Served("v1.37.2"), "", {})

    async def main() -> tuple[Finding, ...]:
        return await conclude(runs, run, bench, HOME)

    return anyio.run(main)


def test_what_was_confirmed_is_there_before_the_run_and_judged_after_it(runs: Runs) -> None:
    run = ended(runs)
    assert concluded(runs, run.id) is None
    findings = ask(runs, run, present("w/web", revision=1))
    assert [finding.severity for finding in findings] == [Severity.OK, Severity.NOTE, Severity.WARNING]
    assert findings[1] == WITHOUT
    assert "differs from what you saw: ConfigMap w/a" in findings[2].text
    assert concluded(runs, run.id) == tuple(replace(finding, remedy="") for finding in findings)
    kept = json.loads((runs.log_path(run.id).with_name(CONFIRMED)).read_text())
    assert [item["name"] for item in kept["releases"]] == ["web"]


def test_what_could_not_be_asked_is_asked_again_later(runs: Runs) -> None:
    run = ended(runs)
    with pytest.raises(ToolError):
        ask(runs, run, Answer(code=1, stderr="Error: Kubernetes cluster unreachable"))
    assert concluded(runs, run.id) is None
    assert ask(runs, run, Answer("[]"))[-1].text == "is not there"
    assert concluded(runs, run.id) is not None


def test_a_run_without_a_plan_is_judged_by_its_outcome(runs: Runs) -> None:
    run = runs.wait(runs.start(asked(shell_tool("exit 3"))).id, 10)
    (finding,) = ask(runs, run, Answer("[]"))
    assert finding.text == "failed, exit code 3"


def test_of_a_run_whose_folder_is_gone_nothing_is_asked(runs: Runs) -> None:
    (found,) = concluded(runs, RUN.id) or ()
    assert (found.severity, found.remedy) == (Severity.UNKNOWN, "see what the cluster has")
