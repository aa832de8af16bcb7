"""What helm is asked about releases, and its answers as data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runners.layers.jsons import integer, text
from runners.tools.calls import ToolError

Argv = tuple[str, ...]

_CHART = re.compile(r"(?P<name>.+?)-(?P<version>v?\d+\.\d+\.\d+\S*)")


@dataclass(frozen=True, slots=True)
class Installed:
    """One release as helm has it: its newest revision."""

    name: str
    namespace: str
    revision: int
    status: str
    """``deployed``, ``failed``, ``pending-install``, ``uninstalling``, ``uninstalled`` …"""
    chart: str
    version: str
    updated: str = ""


def list_argv(context: str, namespace: str = "") -> Argv:
    """Every release in any state, of one namespace or of all; helm's own limit of 256 is lifted."""
    where = ("-n", namespace) if namespace else ("-A",)
    return ("helm", "list", "--kube-context", context, *where, "-a", "--max", "0", "-o", "json")


def manifest_argv(context: str, name: str, namespace: str, revision: int = 0) -> Argv:
    """What helm holds for a release's objects, of one revision or the newest; the chart's hooks are not in it."""
    which = ("--revision", str(revision)) if revision else ()
    return ("helm", "get", "manifest", name, "--kube-context", context, "-n", namespace, *which)


def history_argv(context: str, name: str, namespace: str) -> Argv:
    """Every revision that helm keeps of a release."""
    return ("helm", "history", name, "--kube-context", context, "-n", namespace, "-o", "json")


def rollback_argv(context: str, name: str, namespace: str, revision: int) -> Argv:
    """Takes a release back to a revision; it becomes a new one."""
    return ("helm", "rollback", name, str(revision), "--kube-context", context, "-n", namespace)


def charts_of_revisions(stdout: str) -> Mapping[int, tuple[str, str]]:
    """Revision → name and version of its chart, of ``helm history -o json``.

    Raises:
        ToolError: it isn't that list.
    """
    found = _list(stdout, "helm history")
    return {integer(item, "revision"): split_chart(text(item, "chart")) for item in found}


def installed_releases(stdout: str) -> Mapping[tuple[str, str], Installed]:
    """The releases of ``helm list -o json`` by (namespace, name); a revision is a string there.

    Raises:
        ToolError: it isn't that list.
    """
    found = (_installed(item) for item in _list(stdout, "helm list"))
    return {(release.namespace, release.name): release for release in found}


def _installed(item: object) -> Installed:
    return Installed(
        text(item, "name"),
        text(item, "namespace"),
        integer(item, "revision"),
        text(item, "status"),
        *split_chart(text(item, "chart")),
        updated=text(item, "updated"),
    )


def split_chart(chart: str) -> tuple[str, str]:
    """Name and version of a chart as helm joins them: ``kube-prometheus-stack-75.3.0``."""
    found = _CHART.fullmatch(chart)
    if found is not None:
        return found["name"], found["version"]
    name, _, version = chart.rpartition("-")
    return (name, version) if name and version[:1].isdigit() else (chart, "")


def _list(stdout: str, call: str) -> Sequence[object]:
    try:
        items = json.loads(stdout)
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list):
        raise ToolError(f"{call} answered with something else than a list")
    return items
