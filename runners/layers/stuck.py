"""When a release that Helm left in the middle of a change is stuck, and which ways lead out of it.

``pending-*`` and ``uninstalling`` are normal while Helm works. Only a release that is older than its timeout, with no
living holder of the Lease, and of whose objects none has moved lately, is stuck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.kinds.releases import Revision, current, in_the_middle
from runners.layers.version_steps import same_version

HELM_TIMEOUT = 300.0
"""Seconds that Helm waits where a helmfile names no timeout."""
QUIET = 30.0
"""Seconds without a change among its objects after which nobody seems to be at it."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for somebody being at work on a release."""

    holder: str | None = ""
    """Who holds the Lease and is alive; empty where nobody does, None where that can't be told."""
    moved: float = 0.0
    """Seconds since the epoch at which something in its namespace changed last, as far as anybody watched."""
    timeout: float = HELM_TIMEOUT
    """Seconds that its change may take."""


def about(row: Revision) -> str:
    """The release as a finding names it."""
    return f"release {row.namespace}/{row.release}"


def late_releases(
    rows: Iterable[Revision], timeout: Callable[[Revision], float], signs: Callable[[Revision], Signs], now: float
) -> Mapping[str, str]:
    """``namespace/name`` of each release left in the middle for too long → why it can't be called stuck; else empty.

    Who holds the Lease is asked for only where a release is late; that it can't be read speaks for nobody.
    """
    pending = (row for row in current(rows).values() if in_the_middle(row.status))
    late = (row for row in pending if now - max(row.modified, row.created) > timeout(row))
    return {f"{row.namespace}/{row.release}": _why_not(row, signs(row), now) for row in late}


def _why_not(row: Revision, signs: Signs, now: float) -> str:
    held, still = _unheld(signs), _still(row, signs, now)
    against = [each for each in (held, still) if each.closes and not (each is held and signs.holder is None)]
    return "; ".join(f"{each.subject}: {each.text}" for each in against)


def stuck_findings(row: Revision, signs: Signs, now: float) -> tuple[Finding, ...]:
    """Why a release is stuck, three notes; what closes among them says why it can't be called that yet."""
    return (_late(row, signs, now), _unheld(signs), _still(row, signs, now))


def _late(row: Revision, signs: Signs, now: float) -> Finding:
    lasts = now - max(row.modified, row.created)
    allowed = age(signs.timeout)
    text = f"revision {row.revision} is {row.status} for {age(lasts)}"
    if lasts > signs.timeout:
        text = f"{text}, and its timeout is {allowed}: helm would have ended it by itself"
        return Finding(about(row), Severity.NOTE, text, about=row.key)
    text = f"{text} of the {allowed} that it may take: that is normal while helm works"
    remedy = f"wait {age(signs.timeout - lasts + 1)} more"
    return Finding(about(row), Severity.BLOCKER, text, remedy, overridable=False, about=row.key)


def _unheld(signs: Signs) -> Finding:
    lease = "Lease kube-system/bedplate"
    if signs.holder is None:
        return Finding(lease, Severity.UNKNOWN, "can't be read: somebody may be at work", "ask whoever else works here")
    if signs.holder:
        text = f"is held by {signs.holder}: they are changing this cluster now"
        return Finding(lease, Severity.BLOCKER, text, "wait, or talk to them", overridable=False)
    return Finding(lease, Severity.NOTE, "nobody alive holds it")


def _still(row: Revision, signs: Signs, now: float) -> Finding:
    place = f"objects in {row.namespace}"
    if now - signs.moved < QUIET:
        text = f"something moved less than {age(QUIET)} ago, or was not watched for longer than that"
        return Finding(place, Severity.UNKNOWN, text, "wait a moment, and ask again")
    return Finding(place, Severity.NOTE, f"none has moved for {age(QUIET)} and longer")


def way_back(row: Revision, revisions: Iterable[Revision]) -> int:
    """The revision that a rollback goes to: the newest that was whole; 0 where there is none.

    An uninstall that was stopped is taken back by rolling back to the very revision that it was to take away.
    """
    if row.status == "uninstalling":
        return row.revision
    whole = (
        each.revision
        for each in revisions
        if (each.namespace, each.release) == (row.namespace, row.release)
        and each.status in ("deployed", "superseded")
        and each.revision < row.revision
    )
    return max(whole, default=0)


def rollback_findings(row: Revision, target: int, *, manager: str | None, target_version: str) -> Iterator[Finding]:
    """What speaks against rolling back.

    Args:
        row: the release's newest revision.
        target: the revision that it would go to, ``way_back``.
        manager: the version of Longhorn's manager as it is in the cluster, where the release is Longhorn's (empty
            where that can't be seen); None for every other release.
        target_version: the version of the target's chart; empty where it isn't known.
    """
    if not target:
        text = "has no earlier revision that was whole, so there is nothing to roll back to"
        yield Finding(about(row), Severity.BLOCKER, text, "delete its pending record (x), then apply", False, row.key)
    elif manager is not None and not same_version(manager, target_version):
        running = f"its manager is at {manager}" if manager else "the version of its manager can't be seen"
        text = (
            f"{running}, and revision {target} is {target_version or 'of an unknown version'}: Longhorn never goes back"
        )
        remedy = "delete its pending record (x) and apply again: that goes forward"
        yield Finding(about(row), Severity.BLOCKER, text, remedy, False, row.key)


def record_findings(row: Revision) -> Iterator[Finding]:
    """What speaks against deleting the record of a release's newest revision."""
    if row.status == "uninstalling":
        text = "is uninstalling: without its record nobody would know what is left of it"
        yield Finding(
            about(row), Severity.BLOCKER, text, "roll it back (u): that takes the uninstall back", False, row.key
        )


def not_stuck(row: Revision | None, name: str) -> Finding | None:
    """Why a release needs no recovery; None where it may."""
    if row is None:
        return Finding(f"release {name}", Severity.BLOCKER, "is not there any more", "", overridable=False)
    if in_the_middle(row.status):
        return None
    text = f"revision {row.revision} is {row.status}: helm left nothing unfinished"
    return Finding(
        about(row), Severity.BLOCKER, text, "to go back, apply the files of an earlier commit", False, row.key
    )
