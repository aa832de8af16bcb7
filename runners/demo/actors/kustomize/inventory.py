"""What a Kustomization has applied, as its status lists it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runners.layers.jsons import Json, sequence, text


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of an inventory."""

    namespace: str
    name: str
    group: str
    kind: str
    version: str

    @property
    def api_version(self) -> str:
        """Group and version, as a manifest has them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def said(self) -> str:
        """As messages name it: ``Deployment/monitoring/prometheus``."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)

    @property
    def written(self) -> Json:
        """As the status has it; names of RBAC may hold a colon, which an id must not."""
        name = self.name.replace(":", "__")
        return {"id": f"{self.namespace}_{name}_{self.group}_{self.kind}", "v": self.version}


def entry_of(obj: Json) -> Entry:
    """The entry of a manifest."""
    group, _, version = text(obj, "apiVersion").rpartition("/")
    return Entry(text(obj, "metadata", "namespace"), text(obj, "metadata", "name"), group, text(obj, "kind"), version)


def entries_of(kustomization: Json) -> Sequence[Entry]:
    """The inventory of a Kustomization's status."""
    return [
        entry
        for item in sequence(kustomization, "status", "inventory", "entries")
        if (entry := _read(text(item, "id"), text(item, "v")))
    ]


def _read(written: str, version: str) -> Entry | None:
    namespace, _, rest = written.partition("_")
    rest, _, kind = rest.rpartition("_")
    name, _, group = rest.rpartition("_")
    return Entry(namespace, name.replace("__", ":"), group, kind, version) if name and kind else None
