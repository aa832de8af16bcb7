"""Plays helm: releases listed, shown, rolled back and uninstalled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from runners.demo.tools.client import connect
from runners.demo.tools.edge import Failed, out
from runners.demo.tools.flags import Grammar, Line, Unknown
from runners.demo.tools.pace import Interrupted, Pace
from runners.demo.tools.records import Records, Release
from runners.demo.tools.releases import HelmError, rollback, uninstall

VERSION = "v3.22.0"
PLUGINS = "NAME\tVERSION\tDESCRIPTION                           \ndiff\t3.15.11\tPreview helm upgrade changes as a diff"

_GRAMMAR = Grammar(
    valued=("kube-context", "namespace", "output", "max", "filter", "revision", "template", "timeout"),
    switches=("all-namespaces", "all", "deployed", "failed", "pending", "short", "wait", "no-color"),
    short={"n": "namespace", "o": "output", "m": "max", "f": "filter", "A": "all-namespaces", "a": "all"},
)
_LISTED = ("deployed", "failed")
"""What ``helm list`` shows without ``-a``."""


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns the exit code."""
    line = _GRAMMAR.read(argv)
    for length in (2, 1):
        command = _COMMANDS.get(" ".join(line.words[:length]))
        if command is not None:
            try:
                command(line, line.words[length:])
            except HelmError as error:
                raise Failed(f"Error: {error}") from None
            return 0
    raise Unknown(" ".join(line.words) or "an empty command line")


def _version(line: Line, names: Sequence[str]) -> None:
    template = line.value("template", "")
    if template not in ("", "{{.Version}}"):
        raise Unknown(f"the template {template}")
    if template:
        print(VERSION, end="")
    else:
        out(f'version.BuildInfo{{Version:"{VERSION}", GitCommit:"", GitTreeState:"", GoVersion:"go1.26.8"}}')


def _plugins(line: Line, names: Sequence[str]) -> None:
    out(PLUGINS)


def _list(line: Line, names: Sequence[str]) -> None:
    namespace = "" if line.on("all-namespaces") else _namespace(line)
    shown = [
        release for release in Records(connect(line.value("kube-context"))).newest(namespace) if _fits(release, line)
    ]
    if line.value("output") == "json":
        out(json.dumps([listed(release) for release in shown], separators=(",", ":")))
    elif line.on("short"):
        out(*(release.name for release in shown))
    else:
        out(*table(shown))


def _fits(release: Release, line: Line) -> bool:
    wanted = [word for word in ("deployed", "failed") if line.on(word)]
    wanted += ["pending-install", "pending-upgrade", "pending-rollback"] if line.on("pending") else []
    in_state = line.on("all") or release.status in (wanted or _LISTED)
    return in_state and re.search(line.value("filter"), release.name) is not None


def _manifest(line: Line, names: Sequence[str]) -> None:
    out(_one(line, names).manifest)


def _status(line: Line, names: Sequence[str]) -> None:
    release = _one(line, names)
    if line.value("output") == "json":
        whole = {"name": release.name, "info": release.info, "config": release.config, "manifest": release.manifest}
        out(json.dumps({**whole, "version": release.revision, "namespace": release.namespace}, separators=(",", ":")))
    else:
        out(*described(release))


def _history(line: Line, names: Sequence[str]) -> None:
    found = _records(line).revisions(_namespace(line), _name(names))
    if not found:
        raise HelmError("release: not found")
    as_json = line.value("output") == "json"
    rows = [
        {
            "revision": release.revision,
            "updated": release.last_deployed if as_json else day_and_time(release),
            "status": release.status,
            "chart": release.chart_name,
            "app_version": release.app_version,
            "description": release.description,
        }
        for release in found
    ]
    if as_json:
        out(json.dumps(rows, separators=(",", ":")))
    else:
        out(
            *columns(
                [tuple(name.upper().replace("_", " ") for name in rows[0])], [tuple(map(str, r.values())) for r in rows]
            )
        )


def _rollback(line: Line, names: Sequence[str]) -> None:
    revision = int(names[1]) if len(names) > 1 and names[1].isdecimal() else 0
    pace = Pace()
    with pace.watching():
        try:
            rollback(connect(line.value("kube-context")), _name(names), _namespace(line), revision, pause=pace.pause)
        except Interrupted:
            raise Failed(f"Release {_name(names)} has been cancelled.", 130) from None
    out("Rollback was a success! Happy Helming!")


def _uninstall(line: Line, names: Sequence[str]) -> None:
    kept = uninstall(connect(line.value("kube-context")), _name(names), _namespace(line), pause=Pace().pause)
    out(*uninstalled(_name(names), kept))


_COMMANDS: Mapping[str, Callable[[Line, Sequence[str]], None]] = {
    "version": _version,
    "plugin list": _plugins,
    "list": _list,
    "ls": _list,
    "get manifest": _manifest,
    "status": _status,
    "history": _history,
    "rollback": _rollback,
    "uninstall": _uninstall,
}


def uninstalled(name: str, kept: Sequence[str]) -> list[str]:
    """What helm says when a release is gone."""
    head = ["These resources were kept due to the resource policy:", *kept, ""] if kept else []
    return [*head, f'release "{name}" uninstalled']


def described(release: Release) -> list[str]:
    """What helm says of a release after it has changed it."""
    lines = [
        f"NAME: {release.name}",
        f"LAST DEPLOYED: {day_and_time(release)}",
        f"NAMESPACE: {release.namespace}",
        f"STATUS: {release.status}",
        f"REVISION: {release.revision}",
        "TEST SUITE: None",
    ]
    return [*lines, "NOTES:", release.notes.strip()] if release.notes else lines


def day_and_time(release: Release) -> str:
    """When it was changed last, as Go's ``time.ANSIC``."""
    second = datetime.fromisoformat(f"{release.last_deployed[:19]}+00:00")
    return f"{second:%a %b} {second.day:2} {second:%H:%M:%S %Y}"


def listed(release: Release) -> dict[str, str]:
    """A release as ``helm list`` has it."""
    return {
        "name": release.name,
        "namespace": release.namespace,
        "revision": str(release.revision),
        "updated": release.updated,
        "status": release.status,
        "chart": release.chart_name,
        "app_version": release.app_version,
    }


def table(releases: Sequence[Release]) -> list[str]:
    """The table of ``helm list``."""
    head = ("NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION")
    return columns([head], [tuple(listed(release).values()) for release in releases])


def columns(head: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> list[str]:
    """Helm's tables: each column as wide as its widest cell, and tabs between."""
    lines = [*head, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    return ["\t".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]


def _records(line: Line) -> Records:
    return Records(connect(line.value("kube-context")))


def _namespace(line: Line) -> str:
    return line.value("namespace", "default")


def _name(names: Sequence[str]) -> str:
    if not names:
        raise HelmError("a release's name is missing")
    return names[0]


def _one(line: Line, names: Sequence[str]) -> Release:
    """The newest revision of the named release, or the one that ``--revision`` asks for."""
    found = {release.revision: release for release in _records(line).revisions(_namespace(line), _name(names))}
    wanted = int(line.value("revision", "0") or 0) or max(found, default=0)
    if wanted not in found:
        raise HelmError("release: not found")
    return found[wanted]
