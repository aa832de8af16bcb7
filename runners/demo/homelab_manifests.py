"""What the demo's services are made of, as far as Bedplate looks at the real ones: plain manifests, by service."""

from __future__ import annotations

from collections.abc import Sequence

Manifest = dict[str, object]


def manifests(name: str, namespace: str) -> list[Manifest]:
    """The manifests of one of the demo's services."""
    parts = {
        "metallb": _metallb,
        "cert-manager": _cert_manager,
        "haproxy-ingress": _haproxy,
        "monitoring": _monitoring,
    }
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}, *parts[name](namespace)]


def _metallb(namespace: str) -> Sequence[Manifest]:
    return (
        _crd("metallb.io", "v1beta1", "IPAddressPool"),
        _crd("metallb.io", "v1beta1", "L2Advertisement"),
        _workload("Deployment", "metallb-controller", namespace),
        _workload("DaemonSet", "metallb-speaker", namespace),
        _object("metallb.io/v1beta1", "IPAddressPool", "home", namespace, addresses=["192.168.1.240-192.168.1.250"]),
        _object("metallb.io/v1beta1", "L2Advertisement", "home", namespace, ipAddressPools=["home"]),
    )


def _cert_manager(namespace: str) -> Sequence[Manifest]:
    return (
        _crd("cert-manager.io", "v1", "Issuer"),
        _crd("cert-manager.io", "v1", "ClusterIssuer", scope="Cluster"),
        _crd("cert-manager.io", "v1", "Certificate"),
        *(_workload("Deployment", f"cert-manager{part}", namespace) for part in ("", "-cainjector", "-webhook")),
    )


def _haproxy(namespace: str) -> Sequence[Manifest]:
    ports = [{"name": "https", "port": 443, "targetPort": 443}]
    return (
        _object("networking.k8s.io/v1", "IngressClass", "haproxy", controller="haproxy-ingress.github.io/controller"),
        _object(
            "v1", "Service", "haproxy-ingress", namespace,
            type="LoadBalancer", selector={"app": "haproxy-ingress"}, ports=ports,
        ),
        _workload("Deployment", "haproxy-ingress", namespace),
    )  # fmt: skip


def _monitoring(namespace: str) -> Sequence[Manifest]:
    return (
        _object(
            "v1", "PersistentVolumeClaim", "metrics", namespace,
            accessModes=["ReadWriteOnce"], resources={"requests": {"storage": "20Gi"}},
        ),
        _workload("Deployment", "monitoring", namespace, claim="metrics"),
    )  # fmt: skip


def _object(api_version: str, kind: str, name: str, namespace: str = "", **spec: object) -> Manifest:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def _crd(group: str, version: str, kind: str, *, scope: str = "Namespaced") -> Manifest:
    """A definition that takes whatever is in spec and status."""
    plural, anything = f"{kind.lower()}s", {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {
        "name": version,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": anything, "status": anything}}},
    }
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "names": names, "scope": scope, "versions": [served]},
    }


def _workload(kind: str, name: str, namespace: str, *, claim: str = "") -> Manifest:
    pod: dict[str, object] = {"containers": [{"name": name, "image": f"example/{name}:1"}]}
    if claim:
        pod["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
    spec: dict[str, object] = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
    }
    if kind == "Deployment":
        spec = {"replicas": 1, **spec}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec}
