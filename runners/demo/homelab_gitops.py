"""What Flux finds in the demo's repository: a Kustomization for each service, and the manifests that it applies."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

_SERVICES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("metallb", "metallb-system", ()),
    ("cert-manager", "cert-manager", ("metallb",)),
    ("haproxy-ingress", "haproxy-ingress", ("metallb",)),
    ("monitoring", "monitoring", ("cert-manager", "haproxy-ingress")),
)
"""Name, namespace, and what it depends on."""

_ABOUT: Mapping[str, str] = {
    "metallb": "Gives addresses to the Services of everything that follows.",
    "cert-manager": "Certificates for what haproxy-ingress serves.",
    "haproxy-ingress": "Its Service gets its address from metallb.",
    "monitoring": "Keeps what it measured on a volume of Longhorn: the foundation has to carry it.",
}


def gitops_files(cluster: str) -> dict[str, str]:
    """A Flux Kustomization for each service below the cluster's folder, and its manifests below ``infrastructure``."""
    files = {}
    for name, namespace, needs in _SERVICES:
        kustomization = yaml.safe_dump(_kustomization(name, needs), sort_keys=False)
        files[f"{cluster}/{name}.yaml"] = f"# {_ABOUT[name]}\n{kustomization}"
        manifests: list[dict[str, object]] = [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        ]
        manifests += [_claim(namespace)] if name == "monitoring" else []
        manifests += [_deployment(name, namespace, mounts=name == "monitoring")]
        files[f"infrastructure/{name}/{name}.yaml"] = yaml.safe_dump_all(manifests, sort_keys=False)
    return files


def _kustomization(name: str, needs: tuple[str, ...]) -> dict[str, object]:
    spec: dict[str, object] = {
        "interval": "1m",
        "path": f"./infrastructure/{name}",
        "prune": True,
        "wait": True,
        "timeout": "1m",
        "sourceRef": {"kind": "GitRepository", "name": "flux-system"},
    }
    if needs:
        spec["dependsOn"] = [{"name": need} for need in needs]
    metadata = {"name": name, "namespace": "flux-system"}
    return {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": metadata, "spec": spec}


def _claim(namespace: str) -> dict[str, object]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}
    metadata = {"name": "metrics", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


def _deployment(name: str, namespace: str, *, mounts: bool) -> dict[str, object]:
    pod: dict[str, object] = {"containers": [{"name": name, "image": f"example/{name}:1"}]}
    if mounts:
        pod["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "metrics"}}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
        },
    }
