"""Which tools there are, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.findings import Severity
from runners.tools.capture import ToolTimeout
from runners.tools.versions import REQUIREMENTS, Toolbox, find_tools, judged, read_version
from tests.tools.scripted_tools import Answer

PLUGINS = "NAME\tVERSION\tDESCRIPTION\ndiff\t{}\tPreview helm upgrade changes as a diff\nsecrets\t4.7.4\tx\n"
GOOD = {
    "helm": Answer("v3.22.0"),
    "helmfile": Answer('{\n  "gitCommit": "N/A",\n  "version": "v1.8.0"\n}\n', code=3),
    "helm-diff": Answer(PLUGINS.format("3.15.11")),
    "flux": Answer('{"flux": "v2.9.5"}'),
    "git": Answer("git version 2.43.0 (Apple Git-146)\n"),
    "kubectl": Answer('{"clientVersion": {"gitVersion": "v1.37.2"}}'),
}


def look(folder: Path, answers: Mapping[str, Answer | Exception], *, without: str = "") -> Toolbox:
    for name in ("helm", "helmfile", "flux", "git", "kubectl"):
        if name != without:
            (folder / name).write_text("#!/bin/sh\n")
            (folder / name).chmod(0o700)

    async def call(argv: Sequence[str], **_: object) -> Answer:
        answer = answers["helm-diff" if "plugin" in argv else argv[0]]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return find_tools({"PATH": str(folder)}, call)


def test_good_tools_need_no_words(tmp_path: Path) -> None:
    box = look(tmp_path, GOOD)
    assert {name: state.version for name, state in box.tools.items()} == {
        "helm": "3.22.0",
        "helmfile": "1.8.0",
        "helm-diff": "3.15.11",
        "flux": "2.9.5",
        "git": "2.43.0",
        "kubectl": "1.37.2",
    }
    assert not any(box.findings.values())
    assert box.tools["flux"].path == str(tmp_path / "flux")


def test_a_tool_that_is_missing_closes_only_what_needs_it(tmp_path: Path) -> None:
    box = look(tmp_path, GOOD, without="flux")
    (finding,) = box.findings["flux"]
    assert (finding.severity, finding.text) == (Severity.BLOCKER, "flux is not on PATH")
    assert finding.remedy == "get it: https://fluxcd.io/flux/installation"
    assert [name for name, findings in box.findings.items() if findings] == ["flux"]


def test_what_only_few_commands_need_closes_those_and_is_said_nowhere_else(tmp_path: Path) -> None:
    box = look(tmp_path, GOOD, without="kubectl")
    (finding,) = box.findings["kubectl"]
    assert (finding.severity, finding.overridable) == (Severity.BLOCKER, False)
    assert box.needed == ()
    assert look(tmp_path, {**GOOD, "flux": Answer("")}).needed


def test_without_helm_there_is_no_diff_plugin_either(tmp_path: Path) -> None:
    box = look(tmp_path, GOOD, without="helm")
    assert [name for name, findings in box.findings.items() if findings] == ["helm", "helm-diff"]


def test_a_helm_without_the_diff_plugin_says_how_to_get_it(tmp_path: Path) -> None:
    box = look(tmp_path, {**GOOD, "helm-diff": Answer("NAME\tVERSION\tDESCRIPTION\n")})
    (finding,) = box.findings["helm-diff"]
    assert finding.text == "helm has no diff plugin"
    assert "helm plugin install" in finding.remedy


@pytest.mark.parametrize(
    ("tool", "answer", "severity", "words"),
    [
        ("helm", Answer("v3.18.5"), Severity.BLOCKER, "is 3.18.5, and 3.18.6 is the oldest that will do"),
        ("helmfile", Answer('{"version": "0.171.0"}'), Severity.BLOCKER, "1.0.0 is the oldest"),
        ("helmfile", Answer('{"version": "1.1.9"}'), Severity.WARNING, "1.8.0 or newer is recommended"),
        ("helm-diff", Answer(PLUGINS.format("3.9.11")), Severity.WARNING, "3.15.11 or newer is recommended"),
        ("helm-diff", Answer(PLUGINS.format("3.9.4")), Severity.BLOCKER, "3.9.11 is the oldest"),
        ("flux", Answer('{"flux": "v2.2.3"}'), Severity.BLOCKER, "2.3.0 is the oldest"),
        ("flux", Answer("", "✗ broken\n", 1), Severity.UNKNOWN, "does not say its version: broken"),
        ("helm", ToolTimeout("helm was not done after 20 s"), Severity.UNKNOWN, "was not done after 20 s"),
    ],
)
def test_a_version_is_judged(
    tmp_path: Path, tool: str, answer: Answer | Exception, severity: Severity, words: str
) -> None:
    (finding,) = look(tmp_path, {**GOOD, tool: answer}).findings[tool]
    assert (finding.subject, finding.severity) == (tool, severity)
    assert words in finding.text


def test_helm_4_with_an_old_diff_plugin_is_known_not_to_work(tmp_path: Path) -> None:
    old = look(tmp_path, {**GOOD, "helm": Answer("v4.3.1"), "helm-diff": Answer(PLUGINS.format("3.9.11"))})
    assert "every diff fails" in old.findings["helm-diff"][-1].text
    assert old.findings["helm-diff"][-1].severity is Severity.WARNING
    new = look(tmp_path, {**GOOD, "helm": Answer("v4.3.1")})
    assert not new.findings["helm-diff"]


@given(st.text())
def test_no_answer_breaks_the_readers(said: str) -> None:
    for wanted in REQUIREMENTS:
        judged(wanted, read_version(wanted.name, said))
