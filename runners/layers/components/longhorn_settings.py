"""Longhorn's settings that can cost data, and how a rule reads any of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.longhorn_settings import Setting

Settings = Mapping[str, Setting]
"""Longhorn's settings by name."""

_DELETING = "deleting-confirmation-flag"
_ORPHANS = ("orphan-resource-auto-deletion", "orphan-auto-deletion")
"""By its name of today and the one before Longhorn 1.9, which was a flag for replica data alone."""
_VALUES = dict(zip(_ORPHANS, ("orphanResourceAutoDeletion", "orphanAutoDeletion"), strict=True))
_TRUE = ("true", "t", "1")
"""As Longhorn reads a flag (Go's ``strconv.ParseBool``)."""
_REPLICAS = ("replica-data", "replicaData")
"""How a list of what is deleted may name replicas."""


def setting_findings(settings: Settings) -> Iterator[Finding]:
    """Settings that open a way to lose data."""
    row = settings.get(_DELETING)
    if row is not None:
        yield from _flag(
            row, "is true: nothing would stop an uninstall from deleting every volume", "set it to false in Longhorn"
        )
    text = "deletes replica data that no volume knows: what could be salvaged"
    new, old = (settings.get(name) for name in _ORPHANS)
    if new is None and old is not None:
        yield from _flag(old, text, "set it to false")
    elif (deleter := orphan_deleter(setting_values(settings.values()))) is not None:
        row = settings[deleter.name]
        yield Finding(_subject(row), Severity.WARNING, text, "leave replica-data out of it", about=row.key)


class Deleter(NamedTuple):
    """A setting by which Longhorn deletes replica data that no volume knows."""

    name: str
    value: str
    spared: str
    """The value with which it deletes no replica data, and whatever else it deletes as before."""

    @property
    def key(self) -> str:
        """Where the chart's values have it."""
        return f"defaultSettings.{_VALUES[self.name]}"

    @property
    def mending(self) -> str:
        """What is to be done with the setting, in words."""
        return f"set it to {self.spared}" if self.spared else "empty it"


def setting_values(settings: Iterable[Setting]) -> Mapping[str, str]:
    """What ``orphan_deleter`` asks for, of the settings of a cluster."""
    return {row.name: row.value for row in settings}


def orphan_deleter(values: Mapping[str, str]) -> Deleter | None:
    """The setting by which Longhorn deletes replica data that no volume knows; None where it deletes none.

    Where today's setting is there, the one from before Longhorn 1.9 counts for nothing.

    Args:
        values: Longhorn's settings by name, as they are or would be.
    """
    new, old = _ORPHANS
    if new in values:
        kept = ";".join(part for part in values[new].split(";") if part.strip() not in _REPLICAS)
        return Deleter(new, values[new], kept) if kept != values[new] else None
    value = values.get(old, "")
    return Deleter(old, value, "false") if value.strip().lower() in _TRUE else None


def _flag(row: Setting, text: str, remedy: str) -> Iterator[Finding]:
    value = row.value.strip().lower()
    if value == "true":
        yield Finding(_subject(row), Severity.WARNING, text, remedy, about=row.key)
    elif value != "false":
        yield Finding(_subject(row), Severity.UNKNOWN, f"is neither true nor false: {row.value!r}", about=row.key)


def _subject(row: Setting) -> str:
    return f"Longhorn setting {row.name}"


def setting_value(settings: Settings, name: str) -> str:
    """A setting's value, for volumes of data engine v1 where it has one for each; empty when it isn't there."""
    row = settings.get(name)
    value = row.value.strip() if row is not None else ""
    if not value.startswith("{"):
        return value
    try:
        decoded = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return str(decoded.get("v1", "")) if isinstance(decoded, dict) else value
