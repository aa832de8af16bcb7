"""What Flux finds in the demo's repository: a Kustomization for each service, and the manifests that it applies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import yaml

from runners.demo.homelab_manifests import manifests

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
        files[f"infrastructure/{name}/{name}.yaml"] = _dump_all(manifests(name, namespace))
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


class _Plain(yaml.SafeDumper):
    """Writes every value where it stands: people don't write anchors, and parts that are alike are no hint to any."""

    def ignore_aliases(self, data: object) -> bool:
        """Always."""
        return True


def _dump_all(documents: Iterable[object]) -> str:
    return yaml.dump_all(documents, Dumper=_Plain, sort_keys=False)
