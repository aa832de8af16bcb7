"""Upward: does the foundation need anything that only GitOps provides? A static look at helmfiles and values.

What a file says in so many words is found; a template says it only when it is filled in, and then the plan shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from runners.layers.discovery.documents import Files, read
from runners.layers.discovery.paths import folder_of, matching
from runners.layers.discovery.releases import Release
from runners.layers.findings import Finding, Severity
from runners.layers.jsons import mapping, text, truth
from runners.layers.plans import ObjectRef

PROVIDERS: Mapping[str, str] = {
    "monitoring.coreos.com": "monitoring",
    "cert-manager.io": "cert-manager",
    "acme.cert-manager.io": "cert-manager",
    "external-secrets.io": "External Secrets",
    "bitnami.com": "Sealed Secrets",
    "metallb.io": "MetalLB",
    "gateway.networking.k8s.io": "a gateway",
    "traefik.io": "Traefik",
}
"""API group → what serves it, usually from GitOps."""

_SWITCHES: Mapping[str, str] = {
    "servicemonitor": "monitoring.coreos.com",
    "podmonitor": "monitoring.coreos.com",
    "prometheusrule": "monitoring.coreos.com",
    "prometheusrules": "monitoring.coreos.com",
    "certmanager": "cert-manager.io",
    "externalsecret": "external-secrets.io",
    "externalsecrets": "external-secrets.io",
    "httproute": "gateway.networking.k8s.io",
}
"""A section of a chart's values that, switched on, makes an object of a group."""

_IN_CLUSTER = re.compile(r"(?:^|[/@.])[\w-]+\.[\w-]+\.svc(?:\.[\w.-]+)?(?::\d+)?(?:/|$)|\.svc\.cluster\.local\b")
_PULLED = frozenset({"registry", "repository", "image", "hub", "imageregistry", "systemdefaultregistry"})
"""Keys of values that say where an image is pulled from."""
_FETCHED = frozenset({("repositories", "url"), ("releases", "chart"), ("releases", "values"), ("helmfiles", "path")})
"""First and last key of what a helmfile fetches."""
_DEEPEST = 40


def upward(component: str, releases: Sequence[Release], files: Files) -> tuple[Finding, ...]:
    """What the files of a component ask of GitOps: its helmfiles, and every file of values that its releases name."""
    found: dict[Finding, None] = {}
    for path in dict.fromkeys(release.file for release in releases):
        for document in read(files.get(path, "")).documents:
            # What a release says of itself is asked below, with what is laid over it.
            whole = {key: value for key, value in document.items() if key != "releases"}
            found |= dict.fromkeys(_asked(path, whole, waits=False))
    for release in releases:
        found |= dict.fromkeys(_of_release(component, release, files))
    return tuple(found)


def _of_release(component: str, release: Release, files: Files) -> Iterator[Finding]:
    own = {"releases": [{"chart": release.chart, "values": list(release.values)}]}
    yield from _asked(f"{release.file}:{release.line}", own, waits=release.wait)
    for values in release.inline:
        yield from _asked(f"{release.file}:{release.line}", values, waits=release.wait)
    for name in release.values:
        for path in matching(files, folder_of(release.file), name):
            reading = read(files[path])
            if reading.mistake or reading.conditional:
                yield _unclear(path, component)
            for document in reading.documents:
                yield from _asked(path, document, waits=release.wait)


def upward_refs(refs: Mapping[ObjectRef, str]) -> Iterator[Finding]:
    """The objects of a rendering that somebody has to serve who comes with GitOps."""
    for group, provider in PROVIDERS.items():
        mine = sorted(ref for ref in refs if ref.group == group)
        if mine:
            more = f" and {len(mine) - 1} more" if len(mine) > 1 else ""
            words = f"needs {provider}{more}: on an empty cluster it comes later, and helm can't make this"
            yield Finding(str(mine[0]), Severity.WARNING, words, "switch it off here, and let GitOps bring it")


def _unclear(path: str, component: str) -> Finding:
    remedy = f"plan {component} (i): a plan names what it needs"
    return Finding(path, Severity.UNKNOWN, "what it needs of GitOps can't be told from the file", remedy)


def _asked(path: str, document: object, *, waits: bool) -> Iterator[Finding]:
    for keys, value in _walk((), document):
        last = keys[-1].casefold() if keys else ""
        where = f"{path}: {'.'.join(keys)}"
        if last in _SWITCHES and truth(value, "enabled"):
            yield _needs(where, PROVIDERS[_SWITCHES[last]])
        elif last == "ingress" and truth(value, "enabled"):
            yield from _ingress(where, value)
        elif last == "type" and value == "LoadBalancer":
            yield _balancer(where, waits=waits)
        elif isinstance(value, str) and _is_source(keys) and _IN_CLUSTER.search(value):
            yield _pulled(where)
        elif isinstance(value, Mapping) and text(value, "kind") and _group(value) in PROVIDERS:
            yield _needs(f"{path}: {text(value, 'kind')} {text(value, 'metadata', 'name')}", PROVIDERS[_group(value)])


def _is_source(keys: tuple[str, ...]) -> bool:
    """Do these keys lead to where something is fetched from?"""
    return bool(keys) and (keys[-1].casefold() in _PULLED or (keys[0], keys[-1]) in _FETCHED)


def _group(obj: object) -> str:
    return text(obj, "apiVersion").rpartition("/")[0]


def _needs(where: str, provider: str) -> Finding:
    words = f"needs {provider}, which comes with GitOps: on an empty cluster helm can't make this"
    return Finding(where, Severity.WARNING, words, "switch it off here, and let GitOps bring it")


def _ingress(where: str, value: object) -> Iterator[Finding]:
    """An Ingress without its controller does no harm; only nobody answers."""
    name = text(value, "ingressClassName") or text(value, "className")
    of = f" of class {name}" if name else ""
    yield Finding(
        where, Severity.NOTE, f"makes an Ingress{of}, which answers only once GitOps has brought a controller"
    )


def _balancer(where: str, *, waits: bool) -> Finding:
    if waits:
        words = "is a LoadBalancer, and helm waits for its address, which only MetalLB gives: it comes with GitOps"
        return Finding(where, Severity.BLOCKER, words, "take wait out of the helmfile, or use a ClusterIP")
    return Finding(where, Severity.NOTE, "is a LoadBalancer, which has no address before GitOps has brought MetalLB")


def _pulled(where: str) -> Finding:
    words = "is pulled from a registry in the cluster itself: when the cluster is gone, so is what builds it"
    return Finding(where, Severity.BLOCKER, words, "pull it from a registry off the cluster")


def _walk(keys: tuple[str, ...], node: object) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every value with the keys that lead to it; a list's items have the list's."""
    if len(keys) > _DEEPEST:
        return
    yield keys, node
    if isinstance(node, list):
        for item in node:
            yield from _walk((*keys, ""), item) if isinstance(item, list) else _walk(keys, item)
    for name, value in mapping(node).items():
        yield from _walk((*keys, str(name)), value)
