"""The rights that a change can't do without, and what is said where this user lacks one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runners.layers import commands as c
from runners.layers.claim_probe.objects import NAMESPACE as PROBES
from runners.layers.components.longhorn import LONGHORN
from runners.layers.findings import Finding, Severity
from runners.layers.settings import Settings


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """To do one thing with one kind of resource, in a namespace or everywhere."""

    user: str
    """What needs it: a component, ``flux``, ``Bedplate``, or a command that is work of its own."""
    verb: str
    group: str
    resource: str
    namespace: str = ""

    def __str__(self) -> str:
        """As a person would say it."""
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.verb} {self.resource}{where}"


def about_rights(user: str) -> str:
    """The subject of what is found on the rights for a component, ``flux``, a command, or Bedplate itself."""
    return f"rights for {user}"


_RBAC = "rbac.authorization.k8s.io"
_CRDS = ("apiextensions.k8s.io", "customresourcedefinitions")
_SPACE = LONGHORN.namespaces[0]
_JOBS = (("patch", "longhorn.io", "recurringjobs", _SPACE), ("patch", "longhorn.io", "volumes", _SPACE))
_OWN_WORK: Mapping[c.Command, tuple[tuple[str, str, str, str], ...]] = {
    c.HOLD_JOBS: _JOBS,
    c.RELEASE_JOBS: _JOBS,
    c.RESTORE: (
        ("create", "longhorn.io", "volumes", _SPACE),
        ("create", "longhorn.io", "systemrestores", _SPACE),
        ("patch", "longhorn.io", "settings", _SPACE),
        ("create", "", "persistentvolumes", ""),
        ("create", "", "persistentvolumeclaims", ""),
    ),
    c.SYSTEM_BACKUP: (("create", "longhorn.io", "systembackups", _SPACE),),
    c.UPGRADE_ENGINES: (("patch", "longhorn.io", "settings", _SPACE),),
    c.PROBE_CLAIM: (
        ("create", "", "namespaces", ""),
        ("create", "", "persistentvolumeclaims", PROBES),
        ("create", "", "pods", PROBES),
    ),
}
"""Longhorn's acts and its probe: verb, group, resource and namespace of what each writes."""
_OWN_NAMES = frozenset(command.name for command in _OWN_WORK)


def wanted_rights(settings: Settings) -> tuple[Right, ...]:
    """What the next changes need, a few telling ones for each: the first that are missed when rights are narrow."""
    wanted = [Right("Bedplate", "update", "coordination.k8s.io", "leases", "kube-system")]
    for entry in settings.foundation:
        for namespace in entry.namespaces:
            # Helm's record of a release is a Secret; and what no record can be kept of can't be applied.
            wanted.append(Right(entry.component, "create", "", "secrets", namespace))
            wanted.append(Right(entry.component, "patch", "apps", "deployments", namespace))
        wanted += [Right(entry.component, "create", *_CRDS), Right(entry.component, "create", _RBAC, "clusterroles")]
    if settings.entry(LONGHORN.name) is not None:
        wanted += [Right(command.name, *each) for command, rights in _OWN_WORK.items() for each in rights]
    if settings.bootstrap is not None:
        wanted += [
            Right("flux", "create", "", "namespaces"),
            Right("flux", "create", "", "secrets", "flux-system"),
            Right("flux", "create", *_CRDS),
            Right("flux", "create", _RBAC, "clusterrolebindings"),
        ]
    return tuple(dict.fromkeys(wanted))


def rights_findings(found: Mapping[Right, bool | None]) -> Iterator[Finding]:
    """One finding for each that lacks something."""
    for user in dict.fromkeys(right.user for right in found):
        mine = {right: allowed for right, allowed in found.items() if right.user == user}
        lacking = [str(right) for right, allowed in mine.items() if allowed is False]
        unclear = [right for right, allowed in mine.items() if allowed is None]
        if lacking:
            words = f"{user} needs rights that you have not: {', '.join(lacking)}"
            # Without its Lease Bedplate goes on, and says so; what is work of its own closes no gate but its own.
            spares = user == "Bedplate" or user in _OWN_NAMES
            severity = Severity.WARNING if spares else Severity.BLOCKER
            yield Finding(about_rights(user), severity, words, "ask for them, or use another user")
        elif unclear and user not in _OWN_NAMES:  # such work ends by itself at what it may not do
            words = "the server does not say what you may do, so a change may stop in the middle"
            yield Finding(about_rights(user), Severity.UNKNOWN, words, "ask whoever runs the cluster")
