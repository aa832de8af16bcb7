"""What the server says of itself: its version, its groups, versions and resources, and which patches it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runners.demo.server.kinds_served import ServedKind
from runners.layers.jsons import Json

VERSION: Json = {
    "major": "1",
    "minor": "34",
    "gitVersion": "v1.34.1+demo",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "linux/amd64",
}

_PARTS = {
    "status": ("get", "patch", "update"),
    "scale": ("get", "patch", "update"),
    "log": ("get",),
}


def described(path: Sequence[str], kinds: Sequence[ServedKind]) -> Json | None:
    """The document at a path, taken apart, of ``/api``, ``/apis`` and ``/openapi``; None where there is none."""
    match path:
        case ["api"]:
            addresses = [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}]
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses}
        case ["api", version]:
            return _resources("", version, kinds)
        case ["apis"]:
            names = _unique(kind.group for kind in kinds if kind.group)
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name, kinds) for name in names]}
        case ["apis", name]:
            found = any(kind.group == name for kind in kinds if name)
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, kinds)} if found else None
        case ["apis", name, version]:
            return _resources(name, version, kinds)
        case ["openapi", "v3"]:
            return _openapi_index(kinds)
        case ["openapi", "v3", *root]:
            return _openapi("/".join(root), kinds)
    return None


def aggregated(kinds: Sequence[ServedKind], *, core: bool) -> Json:
    """Everything at once: ``/api`` or ``/apis``, asked for as APIGroupDiscoveryList."""
    names = [""] if core else _unique(kind.group for kind in kinds if kind.group)
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": [_discovered(name, kinds) for name in names],
    }


def _openapi_index(kinds: Sequence[ServedKind]) -> Json:
    """``/openapi/v3``: where each version is described."""
    roots = _unique(_root(kind).lstrip("/") for kind in kinds)
    return {"paths": {root: {"serverRelativeURL": f"/openapi/v3/{root}"} for root in roots}}


def _openapi(root: str, kinds: Sequence[ServedKind]) -> Json | None:
    """``/openapi/v3/…``: no schemas, only that every kind can be patched, and that fields are validated by the server.

    kubectl asks for it before it applies anything.
    """
    found = [kind for kind in kinds if _root(kind).lstrip("/") == root]
    if not found:
        return None
    parameters = [{"name": name, "in": "query"} for name in ("dryRun", "fieldManager", "fieldValidation", "force")]
    paths = {
        f"{_root(kind)}/{'namespaces/{namespace}/' if kind.namespaced else ''}{kind.plural}/{{name}}": {
            "patch": {
                "parameters": parameters,
                "x-kubernetes-action": "patch",
                "x-kubernetes-group-version-kind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
                "responses": {},
            }
        }
        for kind in found
    }
    info = {"title": "Kubernetes", "version": VERSION["gitVersion"]}
    return {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": {}}}


def _resources(group: str, version: str, kinds: Sequence[ServedKind]) -> Json | None:
    found = [kind for kind in kinds if (kind.group, kind.version) == (group, version)]
    if not found:
        return None
    listed = [entry for kind in found for entry in _entries(kind)]
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": found[0].api_version}
    return {**head, "resources": listed}


def _root(kind: ServedKind) -> str:
    return f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.version}"


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _versions(name: str, kinds: Iterable[ServedKind]) -> list[str]:
    return _unique(kind.version for kind in kinds if kind.group == name)


def _group(name: str, kinds: Sequence[ServedKind]) -> Json:
    versions = [{"groupVersion": f"{name}/{version}", "version": version} for version in _versions(name, kinds)]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _entries(kind: ServedKind) -> list[Json]:
    entry: dict[str, object] = {
        "name": kind.plural,
        "singularName": kind.one,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
    }
    if kind.short_names:
        entry["shortNames"] = list(kind.short_names)
    if kind.categories:
        entry["categories"] = list(kind.categories)
    head = {"singularName": "", "namespaced": kind.namespaced, "kind": kind.kind}
    return [entry, *({"name": f"{kind.plural}/{part}", **head, "verbs": list(_PARTS[part])} for part in _parts(kind))]


def _parts(kind: ServedKind) -> list[str]:
    has = {"status": kind.has_status, "scale": kind.has_scale, "log": kind.resource == "pods"}
    return [part for part, there in has.items() if there]


def _discovered(name: str, kinds: Sequence[ServedKind]) -> Json:
    versions = [
        {
            "version": version,
            "resources": [_resource(kind) for kind in kinds if (kind.group, kind.version) == (name, version)],
            "freshness": "Current",
        }
        for version in _versions(name, kinds)
    ]
    return {"metadata": {"name": name, "creationTimestamp": None}, "versions": versions}


def _resource(kind: ServedKind) -> Json:
    response = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    return {
        "resource": kind.plural,
        "responseKind": response,
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.one,
        "verbs": list(kind.verbs),
        "shortNames": list(kind.short_names),
        "categories": list(kind.categories),
        "subresources": [
            {"subresource": part, "responseKind": response, "verbs": list(_PARTS[part])} for part in _parts(kind)
        ],
    }
