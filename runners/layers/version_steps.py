"""Steps from one version to the next, for what goes up one minor version at a time and never down."""

from __future__ import annotations

import re

from runners.layers.findings import Finding, Severity

Minor = tuple[int, int]

_MINOR = re.compile(r"v?(\d+)\.(\d+)")
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")


def version_step(subject: str, installed: str, asked: str) -> tuple[Finding, ...]:
    """What is wrong with going from one version to another, for what goes up one minor version at a time.

    Nothing for the same version, a later patch, or the next minor. A version that can't be read is unknown, and so is
    another major one; a downgrade is one whatever the versions leave out.
    """
    old, new = _VERSION.fullmatch(installed), _VERSION.fullmatch(asked)
    if old is not None and new is not None and _lower(new, old):
        remedy = f"ask for {installed}; a newer manager has changed its data, and an older one can't read it"
        return (Finding(subject, Severity.BLOCKER, f"{installed} → {asked} is a downgrade", remedy, overridable=False),)
    if old is None or new is None or old[1] != new[1] or None in (old[3], new[3]):
        words = f"{installed or 'an unknown version'} → {asked or 'an unknown version'}"
        remedy = "read the release notes; write the exact version into the helmfile"
        return (Finding(subject, Severity.UNKNOWN, f"{words}: whether that is allowed can't be told", remedy),)
    if int(new[2]) > int(old[2]) + 1:
        step = f"{old[1]}.{int(old[2]) + 1}"
        text = f"{installed} → {asked} skips {step}: only one minor version at a time"
        return (Finding(subject, Severity.BLOCKER, text, f"ask for {step} first", overridable=False),)
    return ()


def minor(version: str) -> Minor | None:
    """Major and minor number of a version, ``(1, 33)``; None where it does not begin with them."""
    found = _MINOR.match(version)
    return (int(found[1]), int(found[2])) if found else None


def minor_words(version: str) -> str:
    """``1.12`` of ``1.12.1`` and of ``v1.12.1``; empty where it is no version."""
    found = minor(version)
    return f"{found[0]}.{found[1]}" if found else ""


def not_a_version(typed: str) -> str:
    """Why what was typed names no minor version; empty where it does."""
    return "" if _VERSION.fullmatch(typed) else f"{typed} is no version: two numbers with a point between them, as 1.9"


def same_version(one: str, other: str) -> bool:
    """Are both surely the same version, with or without a leading ``v``?"""
    first, second = _VERSION.fullmatch(one), _VERSION.fullmatch(other)
    return first is not None and second is not None and first.groups() == second.groups()


def _lower(new: re.Match[str], old: re.Match[str]) -> bool:
    """Is it surely lower? Without a patch only major and minor can say so."""
    if new[3] is None or old[3] is None:
        return (int(new[1]), int(new[2])) < (int(old[1]), int(old[2]))
    return _order(new) < _order(old)


def _order(version: re.Match[str]) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]:
    """Semantic versioning's order; a pre-release comes before its release."""
    parts = version[4].split(".") if version[4] else []
    before = tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)
    return int(version[1]), int(version[2]), int(version[3]), not parts, before
