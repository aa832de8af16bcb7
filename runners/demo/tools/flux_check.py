"""What ``flux check`` looks at: the server's version, the controllers, the CRDs."""

from __future__ import annotations

import re

from runners.demo.actors.api import Requests
from runners.demo.actors.resources import DEPLOYMENTS
from runners.demo.tools.edge import say
from runners.demo.tools.flux_objects import KINDS, NAMESPACE, PART_OF
from runners.demo.tools.flux_state import FluxError, Object, is_rolled_out
from runners.layers.jsons import Json, mapping, sequence, text

_OLDEST = (1, 33)
_KUSTOMIZATION = next(kind for kind in KINDS if kind.kind == "Kustomization")
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def check(requests: Requests, *, pre: bool = False) -> None:
    """Says how the cluster is for Flux, and how Flux itself is.

    Raises:
        FluxError: something is not as it should be.
    """
    say("► checking prerequisites")
    fine = _server(requests)
    if pre:
        if not fine:
            raise FluxError("check failed")
        say("✔ prerequisites checks passed")
        return
    say("► checking version in cluster")
    controllers = _listed(requests, DEPLOYMENTS.path(NAMESPACE))
    fine = _distribution(requests, controllers) and fine
    say("► checking controllers")
    fine = _controllers(controllers) and fine
    say("► checking crds")
    fine = _crds(_listed(requests, _CRDS)) and fine
    if not fine:
        raise FluxError("check failed")
    say("✔ all checks passed")


def _server(requests: Requests) -> bool:
    version = text(requests.request("GET", "/version"), "gitVersion").removeprefix("v")
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    fine = numbers >= _OLDEST
    say(f"{'✔' if fine else '✗'} Kubernetes {version} {'' if fine else 'is not '}>={_OLDEST[0]}.{_OLDEST[1]}.0-0")
    return fine


def _listed(requests: Requests, path: str) -> list[Json]:
    answer = requests.request("GET", path, query={"labelSelector": f"{PART_OF}=flux"})
    return sorted(map(mapping, sequence(answer, "items")), key=lambda item: text(item, "metadata", "name"))


def _distribution(requests: Requests, controllers: list[Json]) -> bool:
    versions = [text(mapping(item, "metadata", "labels"), "app.kubernetes.io/version") for item in controllers]
    if not versions:
        say(f"✗ no deployments found in {NAMESPACE} namespace")
        return False
    say(f"✔ distribution: flux-{versions[0]}")
    try:
        Object(requests, _KUSTOMIZATION, NAMESPACE, NAMESPACE).get()
    except FluxError:
        say("✔ bootstrapped: false")
    else:
        say("✔ bootstrapped: true")
    return True


def _controllers(controllers: list[Json]) -> bool:
    for item in controllers:
        ready = is_rolled_out(item)
        say(f"{'✔' if ready else '✗'} {text(item, 'metadata', 'name')}: deployment {'ready' if ready else 'not ready'}")
        containers = sequence(item, "spec", "template", "spec", "containers")
        say(*(f"► {text(container, 'image')}" for container in containers))
    if not controllers:
        say(f"✗ no controllers found in the '{NAMESPACE}' namespace with the label selector '{PART_OF}=flux'")
    return bool(controllers) and all(map(is_rolled_out, controllers))


def _crds(crds: list[Json]) -> bool:
    for crd in crds:
        stored = (text(version, "name") for version in sequence(crd, "spec", "versions"))
        say(f"✔ {text(crd, 'metadata', 'name')}/{next(stored, '')}")
    if not crds:
        say(f"✗ no crds found with the label selector '{PART_OF}=flux'")
    return bool(crds)
