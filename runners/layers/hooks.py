"""A helmfile's hooks as they are written: when they run, and what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runners.layers.jsons import mapping, sequence, strings, text
from runners.layers.outside_text import redact

EVENTS = ("prepare", "preapply", "presync", "preuninstall", "postuninstall", "postsync", "cleanup")
"""Events of hooks, in the order of an apply."""

READING_EVENTS = ("prepare", "cleanup")
"""Events that also come when helmfile only reads."""

_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook."""

    events: tuple[str, ...]
    command: str
    """With its arguments, in one line, without what looks like a credential; shortened where it is long."""
    of: str = ""
    """The release that it belongs to, ``namespace/name``; empty for the helmfile's own."""

    @property
    def on_reading(self) -> bool:
        """Does it run although helmfile only reads?"""
        return any(event in READING_EVENTS for event in self.events)

    def __str__(self) -> str:
        """``prepare: kubectl apply -f x (longhorn-system/longhorn)``."""
        whose = f" ({self.of})" if self.of else ""
        return f"{', '.join(self.events) or 'no event'}: {self.command or 'no command'}{whose}"


def hooks_of(owner: object, of: str = "") -> Iterator[Hook]:
    """The hooks that a helmfile, or a release in it, has under ``hooks``.

    Args:
        owner: the mapping that holds ``hooks``.
        of: the release's ``namespace/name``.
    """
    for item in sequence(owner, "hooks"):
        words = (text(item, "command"), *strings(item, "args"))
        if kubectl := mapping(item, "kubectlApply"):
            words = ("kubectl apply", *(f"{key} {text(kubectl, key)}" for key in kubectl))
        command = redact(" ".join(" ".join(words).split()))
        if len(command) > _LONGEST:
            command = f"{command[: _LONGEST - 1]}…"
        yield Hook(strings(item, "events"), command, of)


def hooks_for(hooks: Iterable[Hook], releases: Sequence[str]) -> tuple[Hook, ...]:
    """The hooks that matter to some releases of a helmfile: its own, and theirs; all of them without any releases."""
    return tuple(hook for hook in hooks if not releases or not hook.of or hook.of in releases)
