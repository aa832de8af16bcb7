"""From a request's path to what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from runners.demo.server.kinds_served import ServedKind
from runners.demo.server.problems import method_not_allowed, unknown_path
from runners.demo.server.registry import Registry

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "GET": "get", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Route:
    """A resource's collection, object or subresource, and what is to be done with it."""

    kind: ServedKind
    verb: str
    """RBAC's word."""
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def route(registry: Registry, method: str, path: str, query: Mapping[str, str]) -> Route:
    """What a request is about.

    Raises:
        Refused: nothing is served at the path, or not with this method.
    """
    group, version, rest = _group_version(path)
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    kind = registry.find(group, version, rest[0])
    name, subresource = (*rest[1:], "", "")[:2]
    if kind is None or len(rest) > 3 or (namespace and not kind.namespaced) or not _has(kind, subresource):
        raise unknown_path()
    if name and kind.namespaced and not namespace:
        raise unknown_path()
    verb = _VERBS.get(method, "")
    if not name:
        watching = query.get("watch") in ("1", "true")
        verb = {"get": "watch" if watching else "list", "delete": "deletecollection", "create": "create"}.get(verb, "")
    if not verb or (name and verb == "create") or (verb not in kind.verbs):
        raise method_not_allowed()
    if kind.namespaced and not namespace and verb in ("create", "deletecollection") and "list" in kind.verbs:
        raise method_not_allowed()
    return Route(kind, verb, namespace, name, subresource)


def _group_version(path: str) -> tuple[str, str, list[str]]:
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[0] == "api" and len(parts) > 2:
        return "", parts[1], parts[2:]
    if parts[0] == "apis" and len(parts) > 3:
        return parts[1], parts[2], parts[3:]
    raise unknown_path()


def _has(kind: ServedKind, subresource: str) -> bool:
    return (
        not subresource
        or (subresource == "status" and kind.has_status)
        or (subresource == "scale" and kind.has_scale)
        or (subresource == "log" and kind.resource == "pods")
        or (subresource == "finalize" and kind.resource == "namespaces")
    )
