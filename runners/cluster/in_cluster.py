"""Access by the service account of the pod that this runs in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runners.cluster.access import Access

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def in_cluster(environ: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> Access | None:
    """The access of this pod's service account, or None outside of a pod."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST", ""), environ.get("KUBERNETES_SERVICE_PORT", "")
    token, authority, namespace = folder / "token", folder / "ca.crt", folder / "namespace"
    if not (host and port and token.is_file()):
        return None
    address = f"[{host}]" if ":" in host else host
    return Access(
        context="in-cluster",
        server=f"https://{address}:{port}",
        cluster={"certificate-authority": str(authority)} if authority.is_file() else {},
        user={"tokenFile": str(token)},
        cluster_name="in-cluster",
        user_name="service-account",
        namespace=namespace.read_text().strip() if namespace.is_file() else "default",
        source=str(folder),
        environ=dict(environ),
    )
