"""Which tools there are, in which versions, and what is to be said of them.

A missing tool closes the commands that need it, and nothing else. A version below the oldest that can work closes them
too; one below what is recommended only warns, since combinations are judged by what they do and not by what their
makers recommend (helmfile asks for a newer helm-diff than one that works).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import anyio

from runners.layers.findings import Finding, Severity
from runners.layers.jsons import text
from runners.tools.calls import Capture
from runners.tools.capture import ToolMissing, ToolTimeout, capture
from runners.tools.tool_errors import one_line

PATIENCE = 20.0
"""Seconds that a tool may take to say its version."""

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a tool is needed in."""

    name: str
    argv: tuple[str, ...]
    """Asks for the version."""
    minimum: Version
    recommended: Version
    why: str
    """Why not older: what is missing there."""
    remedy: str
    """How to get it."""
    optional: bool = False
    """Only few commands need it: that it is missing is said where it matters."""


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "helm",
        ("helm", "version", "--template", "{{.Version}}"),
        minimum=(3, 18, 6),
        recommended=(3, 18, 6),
        why="helmfile 1.8 refuses to work with it",
        remedy="https://helm.sh/docs/intro/install",
    ),
    Requirement(
        "helmfile",
        ("helmfile", "version", "-o", "json"),
        minimum=(1, 0, 0),
        recommended=(1, 8, 0),
        why="before 1.0 every helmfile.yaml was a template, so that what is read of it would be wrong",
        remedy="https://github.com/helmfile/helmfile/releases",
    ),
    Requirement(
        "helm-diff",
        ("helm", "plugin", "list"),
        minimum=(3, 9, 11),
        recommended=(3, 15, 11),
        why="plans were not tried with it",
        remedy="helm plugin install https://github.com/databus23/helm-diff",
    ),
    Requirement(
        "flux",
        ("flux", "version", "--client", "-o", "json"),
        minimum=(2, 3, 0),
        recommended=(2, 7, 0),
        why="HelmRelease v2 came with 2.3",
        remedy="https://fluxcd.io/flux/installation",
    ),
    Requirement(
        "git",
        ("git", "version"),
        minimum=(1, 8, 5),
        recommended=(2, 0, 0),
        why="git -C came with 1.8.5",
        remedy="https://git-scm.com/downloads",
        optional=True,
    ),
    Requirement(
        "kubectl",
        ("kubectl", "version", "--client", "-o", "json"),
        minimum=(1, 25, 0),
        recommended=(1, 30, 0),
        why="it is as old as the oldest Kubernetes that Longhorn runs on",
        remedy="https://kubernetes.io/docs/tasks/tools",
        optional=True,
    ),
)

NOT_LOOKED_FOR = {
    tool.name: (Finding(tool.name, Severity.UNKNOWN, "was not looked for yet", "wait a moment", False),)
    for tool in REQUIREMENTS
}
"""What is to be said of each tool before anybody looked."""
"""Helm's and helm-diff's recommended versions are helmfile 1.8's own; Flux supports its three newest minors."""

_NUMBERS = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class ToolState:
    """One tool on this machine."""

    name: str
    path: str = ""
    """Empty when it isn't on PATH; a plugin's is that of its host."""
    version: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools on this machine."""

    tools: Mapping[str, ToolState] = field(default_factory=dict)

    @property
    def findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """What is to be said of each tool; empty for one that is fine."""
        return {name: state.findings for name, state in self.tools.items()}

    @property
    def needed(self) -> tuple[Finding, ...]:
        """The same of the tools that most commands can't do without."""
        optional = {wanted.name for wanted in REQUIREMENTS if wanted.optional}
        return tuple(finding for name, found in self.findings.items() if name not in optional for finding in found)

    def version(self, name: str) -> str:
        """A tool's version; empty when it isn't there or didn't say."""
        return self.tools[name].version if name in self.tools else ""


def find_tools(environ: Mapping[str, str], call: Capture = capture) -> Toolbox:
    """Looks for every tool on the PATH of an environment and asks each for its version (a quarter of a second)."""
    return anyio.run(partial(look_for_tools, environ, call))


async def look_for_tools(environ: Mapping[str, str], call: Capture = capture) -> Toolbox:
    """``find_tools`` for those who run an event loop already."""
    states: dict[str, ToolState] = {}

    async def look(wanted: Requirement) -> None:
        states[wanted.name] = await _state(wanted, environ, call)

    async with anyio.create_task_group() as group:
        for wanted in REQUIREMENTS:
            group.start_soon(look, wanted)
    in_order = {wanted.name: states[wanted.name] for wanted in REQUIREMENTS}
    return Toolbox(in_order | _together(in_order))


async def _state(wanted: Requirement, environ: Mapping[str, str], call: Capture) -> ToolState:
    binary = wanted.argv[0]
    path = shutil.which(binary, path=environ.get("PATH", "")) or ""
    if not path:
        return ToolState(wanted.name, findings=(_missing(wanted, f"{binary} is not on PATH"),))
    try:
        said = await call(wanted.argv, environ=environ, cwd="/", kubeconfig=None, timeout=PATIENCE)
    except (ToolMissing, ToolTimeout) as error:
        return ToolState(wanted.name, path, findings=(_silent(wanted, str(error)),))
    version = read_version(wanted.name, said.stdout)
    if version:
        return ToolState(wanted.name, path, version, judged(wanted, version))
    if wanted.name == "helm-diff" and said.code == 0:
        return ToolState(wanted.name, path, findings=(_missing(wanted, "helm has no diff plugin"),))
    return ToolState(wanted.name, path, findings=(_silent(wanted, one_line(said.stderr, said.stdout)),))


def read_version(name: str, stdout: str) -> str:
    """The version in what a tool answered, without a leading ``v``; empty when there is none."""
    if name == "helm-diff":
        rows = (line.split() for line in stdout.splitlines())
        return next((row[1].removeprefix("v") for row in rows if row[:1] == ["diff"] and len(row) > 1), "")
    if name == "helm":
        return stdout.strip().removeprefix("v") if _NUMBERS.match(stdout.strip()) else ""
    if name == "git":
        return stdout.strip().removeprefix("git version ").partition(" ")[0]
    try:
        said = json.loads(stdout)
    except (json.JSONDecodeError, RecursionError):
        return ""
    version = text(said, "version") or text(said, "flux") or text(said, "clientVersion", "gitVersion")
    return version.removeprefix("v")


def judged(wanted: Requirement, version: str) -> tuple[Finding, ...]:
    """What is to be said of a tool in one version."""
    found = _NUMBERS.match(version)
    if found is None:
        return (_silent(wanted, f"its version is {version}"),)
    numbers = (int(found[1]), int(found[2]), int(found[3]))
    if numbers < wanted.minimum:
        words = f"is {version}, and {_words(wanted.minimum)} is the oldest that will do: {wanted.why}"
        return (Finding(wanted.name, Severity.BLOCKER, words, wanted.remedy, overridable=False),)
    if numbers < wanted.recommended:
        words = f"is {version}; {_words(wanted.recommended)} or newer is recommended"
        return (Finding(wanted.name, Severity.WARNING, words, wanted.remedy),)
    return ()


def _together(tools: Mapping[str, ToolState]) -> dict[str, ToolState]:
    """A pair of versions of which each would do and which don't work together."""
    helm, diff = tools["helm"], tools["helm-diff"]
    found = _NUMBERS.match(diff.version)
    if not helm.version.startswith("4.") or found is None:
        return {}
    if (int(found[1]), int(found[2]), int(found[3])) >= (3, 15, 11):
        return {}
    words = f"{diff.version} is known not to work with helm {helm.version}: every diff fails"
    warning = Finding("helm-diff", Severity.WARNING, words, "update the diff plugin, or use helm 3")
    return {"helm-diff": ToolState(diff.name, diff.path, diff.version, (*diff.findings, warning))}


def _missing(wanted: Requirement, words: str) -> Finding:
    return Finding(wanted.name, Severity.BLOCKER, words, f"get it: {wanted.remedy}", overridable=False)


def _silent(wanted: Requirement, said: str) -> Finding:
    words = f"does not say its version{f': {said}' if said else ''}"
    return Finding(wanted.name, Severity.UNKNOWN, words, wanted.remedy)


def _words(version: Version) -> str:
    return ".".join(map(str, version))
