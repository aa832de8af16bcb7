"""Preflight: what stands in the way of the next change although nothing is wrong now. Pure, over facts gathered before.

Tools and how they go together, the server's version, this user's rights, the repository's files, nodes as far as they
can be seen, and what decrypts secrets where nobody can type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runners.layers.components.longhorn import LONGHORN
from runners.layers.findings import Finding, Severity
from runners.layers.git_facts import GitFacts, git_findings
from runners.layers.kinds.nodes import NODES
from runners.layers.kinds.releases import RELEASES
from runners.layers.kinds.storage import STORAGECLASSES
from runners.layers.rights import Right, rights_findings
from runners.layers.rows import Rows
from runners.layers.settings import Settings
from runners.layers.version_steps import Minor, minor

FLUX_NEEDS: tuple[tuple[Minor, Minor], ...] = (((2, 8), (1, 33)), ((2, 7), (1, 32)), ((2, 6), (1, 31)))
"""From which Flux on which Kubernetes is the oldest that ``flux check --pre`` accepts; newest first."""
COMPONENTS_NEED: Mapping[str, Minor] = {"longhorn": (1, 25), "minio": (1, 30)}
"""The oldest Kubernetes of a component's chart."""
_SKEW = 3
"""Minor versions that a kubelet may be behind its server."""


@dataclass(frozen=True)
class PreflightFacts:
    """What was gathered for a preflight."""

    looked: bool = False
    """Did anybody look? Before that nothing can be said."""
    tools: Mapping[str, str] = field(default_factory=dict)
    """Tool → version, as far as it says one."""
    tool_findings: tuple[Finding, ...] = ()
    rights: Mapping[Right, bool | None] = field(default_factory=dict)
    """What this user was found to be allowed; None where the server would not say."""
    git: GitFacts = field(default_factory=GitFacts)
    """What the repository's files say."""


def preflight(
    facts: PreflightFacts, rows: Rows, settings: Settings, server: str, flux_running: str
) -> tuple[Finding, ...]:
    """Everything that a person should know before the next change, worst first.

    Args:
        facts: what was gathered.
        rows: what the cluster has.
        settings: the two layers.
        server: the API server's version; empty where it isn't known.
        flux_running: the Flux that is installed; empty when none is.
    """
    if not facts.looked:
        return (Finding("preflight", Severity.UNKNOWN, "was not looked for yet", "wait a moment"),)
    cli = facts.tools.get("flux", "")
    found = (
        *facts.tool_findings,
        *_server(server, cli, settings),
        *_flux_versions(cli, flux_running),
        *rights_findings(facts.rights),
        *_classes(rows),
        *_nodes(rows, server),
        *_prerequisites(rows, settings),
        *git_findings(facts.git, rows, flux_running or cli),
    )
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def _words(needed: Minor) -> str:
    return f"{needed[0]}.{needed[1]}"


def _server(server: str, cli: str, settings: Settings) -> Iterator[Finding]:
    """Is Kubernetes new enough for what is to be put on it?"""
    has = minor(server)
    if has is None:
        return
    flux = minor(cli)
    needed = next((needs for since, needs in FLUX_NEEDS if flux is not None and flux >= since), None)
    if needed is not None and has < needed:
        words = f"is {server}, and flux {cli} needs {_words(needed)} or newer"
        yield Finding("Kubernetes", Severity.BLOCKER, words, "update the cluster, or use an older flux")
    for entry in settings.foundation:
        oldest = COMPONENTS_NEED.get(entry.component)
        if oldest is not None and has < oldest:
            words = f"is {server}, and {entry.component} needs {_words(oldest)} or newer"
            yield Finding("Kubernetes", Severity.BLOCKER, words, "update the cluster first")


def _flux_versions(cli: str, running: str) -> Iterator[Finding]:
    """A bootstrap installs the CLI's own version, whatever runs."""
    ours, theirs = _numbers(cli), _numbers(running)
    if not ours or not theirs or ours == theirs:
        return
    step = f"is {cli}, and {running.removeprefix('v')} runs here"
    if ours > theirs:
        words, severity = f"{step}: a bootstrap would update the controllers", Severity.NOTE
    else:
        words, severity = f"{step}: a bootstrap would take the controllers back", Severity.WARNING
    yield Finding("flux", severity, words, "flux install --export shows what a bootstrap would put there")


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else ()


def _classes(rows: Rows) -> Iterator[Finding]:
    defaults = sorted((row for row in rows.all(STORAGECLASSES) if row.default), key=lambda row: row.created)
    if len(defaults) > 1:
        names = ", ".join(row.name for row in defaults)
        words = f"{len(defaults)} are default ({names}): a claim without a class gets the newest, {defaults[-1].name}"
        remedy = f"kubectl annotate sc {defaults[0].name} storageclass.kubernetes.io/is-default-class=false --overwrite"
        yield Finding("StorageClasses", Severity.WARNING, words, remedy, about=defaults[0].key)


def _nodes(rows: Rows, server: str) -> Iterator[Finding]:
    has = minor(server)
    for row in sorted(rows.all(NODES), key=lambda row: row.name):
        kubelet = minor(row.version)
        if not row.ready:
            yield Finding(f"node {row.name}", Severity.WARNING, "is not ready", about=row.key)
        elif has and kubelet and (kubelet > has or has[1] - kubelet[1] > _SKEW):
            words = f"its kubelet is {row.version}, and the server {server}: that pair is not supported"
            yield Finding(f"node {row.name}", Severity.WARNING, words, "update it", about=row.key)


def _prerequisites(rows: Rows, settings: Settings) -> Iterator[Finding]:
    """What Longhorn's own nodes say once they are there; before, the API has no word on it."""
    entry = settings.entry(LONGHORN.name)
    if entry is not None and not rows.within(RELEASES, entry.namespaces) and rows.freshness(RELEASES).trusted:
        words = "whether they have iscsid and an NFSv4 client can't be seen before Longhorn runs"
        yield Finding("nodes", Severity.NOTE, words, "longhornctl check preflight")
