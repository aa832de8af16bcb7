"""The rights that a change can't do without, and what is said where this user lacks one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.settings import Settings


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """To do one thing with one kind of resource, in a namespace or everywhere."""

    user: str
    """What needs it: a component, ``flux``, or ``Bedplate``."""
    verb: str
    group: str
    resource: str
    namespace: str = ""

    def __str__(self) -> str:
        """As a person would say it."""
        where = f" in {self.namespace}" if self.namespace else ""
        return f"{self.verb} {self.resource}{where}"


def about_rights(user: str) -> str:
    """The subject of what is found on the rights for a component, ``flux`` or Bedplate itself."""
    return f"rights for {user}"


_RBAC = "rbac.authorization.k8s.io"
_CRDS = ("apiextensions.k8s.io", "customresourcedefinitions")


def wanted_rights(settings: Settings) -> tuple[Right, ...]:
    """What the next changes need, a few telling ones for each: the first that are missed when rights are narrow."""
    wanted = [Right("Bedplate", "update", "coordination.k8s.io", "leases", "kube-system")]
    for entry in settings.foundation:
        for namespace in entry.namespaces:
            # Helm's record of a release is a Secret; and what no record can be kept of can't be applied.
            wanted.append(Right(entry.component, "create", "", "secrets", namespace))
            wanted.append(Right(entry.component, "patch", "apps", "deployments", namespace))
        wanted += [Right(entry.component, "create", *_CRDS), Right(entry.component, "create", _RBAC, "clusterroles")]
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
            # Without its Lease Bedplate goes on, and says so.
            severity = Severity.WARNING if user == "Bedplate" else Severity.BLOCKER
            yield Finding(about_rights(user), severity, words, "ask for them, or use another user")
        elif unclear:
            words = "the server does not say what you may do, so a change may stop in the middle"
            yield Finding(about_rights(user), Severity.UNKNOWN, words, "ask whoever runs the cluster")
