"""Plays helmfile: reads a helmfile, says what would change, and carries it out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml

from runners.demo.tools import helm, helmfile_state
from runners.demo.tools.client import connect
from runners.demo.tools.edge import out
from runners.demo.tools.flags import Grammar, Line, Unknown
from runners.demo.tools.helmfile_hooks import run_hooks
from runners.demo.tools.helmfile_reads import Reading
from runners.demo.tools.helmfile_runs import Running
from runners.demo.tools.helmfile_state import State, Wanted

VERSION = "v1.8.0"

_GRAMMAR = Grammar(
    valued=(
        *("kube-context", "file", "environment", "selector", "output", "diff-args", "template-args", "args"),
        *("kube-version", "context", "set", "concurrency"),
    ),
    switches=(
        *("color", "no-color", "detailed-exitcode", "suppress-secrets", "no-hooks", "skip-refresh", "skip-deps"),
        *("include-crds", "validate", "suppress-diff", "skip-diff-on-install", "skip-charts", "show-secrets"),
        *("skip-diff-validation-on-install", "skip-needs", "quiet"),
    ),
    short={"f": "file", "e": "environment", "l": "selector", "o": "output", "q": "quiet"},
)


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns the exit code."""
    line = _GRAMMAR.read(argv)
    name = " ".join(line.words)
    if name == "version":
        return _version(line)
    if name not in _COMMANDS:
        raise Unknown(name or "an empty command line")
    path = line.value("file") or next(
        filter(os.path.exists, ("helmfile.yaml", "helmfile.yaml.gotmpl")), "helmfile.yaml"
    )
    state = helmfile_state.load(path, line.value("environment", "default"))
    return _COMMANDS[name](state, state.selected(line.all("selector")), line)


def _version(line: Line) -> int:
    facts = {
        "buildDate": "N/A",
        "commitDate": "N/A",
        "compiler": "gc",
        "gitCommit": "N/A",
        "goVersion": "go1.26.8",
        "platform": "linux/amd64",
        "version": VERSION,
    }
    if line.value("output") == "json":
        out(json.dumps(facts, indent=2))
    else:
        out("", "▓▓▓ helmfile", "", f"  Version            {VERSION.removeprefix('v')}", "")
    return 0


def _list(state: State, selected: Sequence[Wanted], line: Line) -> int:
    rows = [
        {
            "name": one.name,
            "namespace": one.namespace,
            "enabled": True,
            "installed": one.installed,
            "labels": ",".join(f"{key}:{value}" for key, value in sorted(one.labels.items())),
            "chart": one.chart,
            "version": one.said.get("version", ""),
        }
        for one in selected
    ]
    if line.value("output") == "json":
        out(json.dumps(rows, separators=(",", ":")))
    else:
        cells = [
            tuple(str(cell).lower() if cell in (True, False) else str(cell) for cell in row.values()) for row in rows
        ]
        out(*helm.columns([tuple(name.upper() for name in rows[0])], cells))
    return 0


def _build(state: State, selected: Sequence[Wanted], line: Line) -> int:
    """The helmfile with what is filled in; a pinned context is written over every other, as helmfile does it."""
    run_hooks("prepare", state.said, state.folder)
    pinned = {"kubeContext": line.value("kube-context")} if line.value("kube-context") else {}
    said = {
        "filepath": Path(state.path).name,
        **state.said,
        "helmDefaults": {**dict(selected[0].defaults), **pinned},
        "releases": [dict(one.said) for one in state.releases],
        "templates": {},
        "renderedvalues": {},
    }
    out("---", f"#  Source: {Path(state.path).resolve()}", "", yaml.safe_dump(said, sort_keys=True))
    return 0


def _reading(state: State, selected: Sequence[Wanted], line: Line) -> Reading:
    return Reading(state, selected, line, connect(line.value("kube-context")))


def _running(state: State, selected: Sequence[Wanted], line: Line) -> Running:
    return Running(_reading(state, selected, line))


_COMMANDS: Mapping[str, Callable[[State, Sequence[Wanted], Line], int]] = {
    "list": _list,
    "build": _build,
    "diff": lambda state, selected, line: _reading(state, selected, line).diff(),
    "template": lambda state, selected, line: _reading(state, selected, line).template(),
    "sync": lambda state, selected, line: _running(state, selected, line).sync(),
    "apply": lambda state, selected, line: _running(state, selected, line).apply(),
    "destroy": lambda state, selected, line: _running(state, selected, line).destroy(),
}
