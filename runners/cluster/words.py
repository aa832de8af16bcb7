"""Words for people: what a request asks for, and text from outside made safe for one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runners.layers.outside_text import harmless

_VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


def one_line(text: str, limit: int = 500) -> str:
    """Text from a server or tool as one line without escape sequences and control characters."""
    plain = " ".join(harmless(text, " ").split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asks of the API."""

    verb: str
    """RBAC's word: get, list, watch, create, update, patch, delete, deletecollection."""
    resource: str
    """The plural, with a subresource after a slash: ``pods``, ``pods/log``; a path where it is none."""
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        """``list pods``, ``patch deployments longhorn-system/longhorn-ui``."""
        target = "/".join(part for part in (self.namespace, self.name) if part) if self.name else ""
        place = f" in {self.namespace}" if self.namespace and not self.name else ""
        return f"{self.verb} {self.resource}" + (f" {target}" if target else place)


def asked(method: str, path: str, query: Mapping[str, str] | None = None) -> Asked:
    """What a method and path ask for, in the words that RBAC uses."""
    verb = _VERBS.get(method.upper(), method.lower())
    parts = [part for part in path.split("?")[0].split("/") if part]
    rest = parts[2:] if parts[:1] == ["api"] else parts[3:] if parts[:1] == ["apis"] else []
    if not rest:
        return Asked(verb, path)
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    resource, name = rest[0], rest[1] if len(rest) > 1 else ""
    if len(rest) > 2:
        resource = f"{resource}/{'/'.join(rest[2:])}"
    if not name and verb in ("get", "delete"):
        watching = verb == "get" and (query or {}).get("watch") in ("1", "true")
        verb = "deletecollection" if verb == "delete" else "watch" if watching else "list"
    return Asked(verb, resource, namespace, name)
