"""Tools that answer as they are told: what a planner meets without a cluster."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runners.tools.capture import ToolMissing


@dataclass(frozen=True)
class Answer:
    """What a tool says."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0


@dataclass
class ScriptedTools:
    """Answers each call by what it is about: ``list``, ``build``, ``diff``, ``template``, ``helm list`` …"""

    answers: dict[str, list[Answer]]
    """By verb; each call takes the next, and the last one stays."""
    calls: list[tuple[tuple[str, ...], Mapping[str, str]]] = field(default_factory=list)
    missing: frozenset[str] = frozenset()

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        environ: Mapping[str, str],
        cwd: str,
        kubeconfig: str | None,
        timeout: float,  # noqa: ASYNC109  as the real one
    ) -> Answer:
        if argv[0] in self.missing:
            raise ToolMissing(argv[0], f"{argv[0]} is not on PATH")
        self.calls.append((tuple(argv), environ))
        waiting = self.answers[verb(argv)]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def of(self, name: str) -> list[tuple[str, ...]]:
        """The calls of one verb."""
        return [argv for argv, _ in self.calls if verb(argv) == name]


def verb(argv: Sequence[str]) -> str:
    """What a call is about."""
    if argv[0] in ("helm", "git"):
        return " ".join(argv[:2])
    return next(word for word in argv if word in ("list", "build", "diff", "template", "sync", "apply"))


def listed(*releases: str, installed: bool = True, chart: str = "../chart") -> Answer:
    """``helmfile list`` with releases ``namespace/name``."""
    places = [release.split("/") for release in releases]
    items = [
        {"namespace": where, "name": name, "enabled": True, "installed": installed, "chart": chart, "version": ""}
        for where, name in places
    ]
    return Answer(json.dumps(items))


def present(*releases: str, revision: int = 7, status: str = "deployed", chart: str = "chart-1.0.0") -> Answer:
    """``helm list`` with releases ``namespace/name``."""
    places = [release.split("/") for release in releases]
    return Answer(
        json.dumps(
            [
                {"namespace": where, "name": name, "revision": str(revision), "status": status, "chart": chart}
                for where, name in places
            ]
        )
    )


def config_map(name: str, value: str = "x") -> str:
    """A rendered ConfigMap."""
    return f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: {value}}}\n"


def diffed(*lines: str) -> Answer:
    """``helmfile diff --output simple``: ``name added``, ``name changed`` or ``name removed``, each a ConfigMap."""
    said = [f"w, {line.split()[0]}, ConfigMap (v1) to be {line.split()[1]}." for line in lines]
    count = [sum(line.endswith(word) for line in lines) for word in ("added", "changed", "removed")]
    said.append("Plan: {} to add, {} to change, {} to destroy.".format(*count))
    return Answer("\n".join(said), code=2) if lines else Answer("Comparing release=a")
