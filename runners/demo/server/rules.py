"""Who may do what: everything, but for what was forbidden, so that a refusal can be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that someone may, or may not, do; in a rule ``*`` stands for any."""

    verb: str
    group: str
    resource: str
    """The plural, with a subresource after a slash."""
    namespace: str = ""
    """Empty for all namespaces, or cluster scope."""


class Rules:
    """What is forbidden to everyone who comes through the door; the cluster's own hands may do everything."""

    def __init__(self) -> None:
        """Nothing is."""
        self._forbidden: list[Deed] = []

    def forbid(self, deed: Deed) -> Callable[[], None]:
        """Forbids something from now on; calling what is returned allows it again."""
        self._forbidden.append(deed)
        return lambda: self._forbidden.remove(deed)

    def allows(self, deed: Deed) -> bool:
        """May it be done? Who may not see one namespace may not see all of them either."""
        return not any(_covers(rule, deed) for rule in list(self._forbidden))

    @property
    def forbidden(self) -> tuple[Deed, ...]:
        """What is forbidden now."""
        return tuple(self._forbidden)


def _covers(rule: Deed, deed: Deed) -> bool:
    pairs = ((rule.verb, deed.verb), (rule.group, deed.group), (rule.resource, deed.resource))
    everywhere = rule.namespace == "*" or not deed.namespace
    return all(wanted in ("*", have) for wanted, have in pairs) and (everywhere or rule.namespace == deed.namespace)
