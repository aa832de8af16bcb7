"""Conditions as Kubernetes' own kinds and most operators write them: a list, one entry for each type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runners.layers.jsons import Json, sequence, text


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; all of it empty where an object has none of its type."""

    status: str = ""
    """``True``, ``False``, ``Unknown``, or an operator's own word (``Degraded``)."""
    reason: str = ""
    message: str = ""

    @property
    def words(self) -> str:
        """Why, in one line."""
        return f"{self.reason}: {self.message}" if self.message else self.reason or "no reason given"


NO_CONDITION = Condition()


def conditions(obj: Json) -> Mapping[str, Condition]:
    """The conditions in an object's status, by type."""
    return {
        text(item, "type"): Condition(
            text(item, "status"), text(item, "reason"), " ".join(text(item, "message").split())
        )
        for item in sequence(obj, "status", "conditions")
    }
