"""Would a release make Longhorn delete replicas that no volume knows, which may be the last copy of something? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runners.layers.components.longhorn_settings import orphan_deleter
from runners.layers.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class AtStake:
    """What a release meets on its cluster."""

    old_disks: str = ""
    """In words, the disks from before that the nodes may have, with replicas that this Longhorn does not know."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Longhorn's settings as they are."""


def replica_deletion(subject: str, sets: Mapping[str, str], stake: AtStake) -> Iterator[Finding]:
    """What speaks against a release that sets Longhorn's settings so, or that it leaves old disks alone.

    On a day like any other such replicas are rubbish, and what turns their deletion on is only said.
    """
    found, live = orphan_deleter(sets), orphan_deleter(stake.settings)
    if found is None:
        if stake.old_disks and live is not None:
            # Longhorn leaves a setting alone that its ConfigMap does not name any more.
            text = f"leaves {live.name} at {live.value}: Longhorn deletes replicas that no volume knows"
            yield Finding(subject, Severity.BLOCKER, f"{text}, those on {stake.old_disks}", f"{live.mending} now")
        elif stake.old_disks:
            text = f"sets no orphan deletion, which would delete what is on {stake.old_disks}"
            yield Finding(subject, Severity.NOTE, text)
        return
    text = f"sets {found.name} to {found.value}: Longhorn deletes replicas that no volume knows"
    mended = f"set {found.key} to {found.spared} in" if found.spared else f"take {found.key} out of"
    remedy = f"{mended} the values, and apply them{'; and mend the setting in Longhorn' if live is not None else ''}"
    if stake.old_disks:
        yield Finding(subject, Severity.BLOCKER, f"{text}, those on {stake.old_disks}", remedy)
    elif live is None:
        yield Finding(subject, Severity.WARNING, text, remedy)
