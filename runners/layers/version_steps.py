"""Steps from one version to the next, for what goes up one minor version at a time and never down."""

from __future__ import annotations

import re

from runners.layers.findings import Finding, Severity

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")


def version_step(subject: str, installed: str, asked: str) -> tuple[Finding, ...]:
    """What is wrong with going from one version to another, for what goes up one minor version at a time.

    Nothing for the same version, a later patch, or the next minor. A version that can't be read is unknown.
    """
    old, new = _VERSION.fullmatch(installed), _VERSION.fullmatch(asked)
    if old is None or new is None or old[1] != new[1]:
        words = f"{installed or 'an unknown version'} → {asked or 'an unknown version'}"
        remedy = "read the release notes; write the exact version into the helmfile"
        return (Finding(subject, Severity.UNKNOWN, f"{words}: whether that is allowed can't be told", remedy),)
    if _order(new) < _order(old):
        remedy = f"ask for {installed}; a newer manager has changed its data, and an older one can't read it"
        return (Finding(subject, Severity.BLOCKER, f"{installed} → {asked} is a downgrade", remedy, overridable=False),)
    if int(new[2]) > int(old[2]) + 1:
        step = f"{old[1]}.{int(old[2]) + 1}"
        text = f"{installed} → {asked} skips {step}: only one minor version at a time"
        return (Finding(subject, Severity.BLOCKER, text, f"ask for {step} first", overridable=False),)
    return ()


def _order(version: re.Match[str]) -> tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]:
    """Semantic versioning's order; a pre-release comes before its release."""
    parts = version[4].split(".") if version[4] else []
    before = tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)
    return int(version[1]), int(version[2]), int(version[3]), not parts, before
