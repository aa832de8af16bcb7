"""A probe's process on a scripted cluster: an S3 server as the pod behind a Service, its credentials in a Secret."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

from runners.layers.probes import Prospect
from runners.probes.base import argv
from tests.cluster.fake_api import FakeApi
from tests.cluster.pod_forward import forward_to
from tests.cluster.support import access

STORE = "/api/v1/namespaces/minio"
SERVICE = {
    "metadata": {"namespace": "minio", "name": "minio"},
    "spec": {"ports": [{"name": "http-minio", "port": 80}], "clusterIP": "10.0.0.1"},
}
_SLICE = {
    "ports": [{"name": "http-minio", "port": 9000}],
    "endpoints": [{"targetRef": {"kind": "Pod", "name": "minio-0"}}],
}


def serve_store(api: FakeApi, port: int, key: str, secret: str) -> None:
    """Scripts the cluster; the pod's port leads to one of this machine."""
    encoded = {"rootUser": base64.b64encode(key.encode()), "rootPassword": base64.b64encode(secret.encode())}
    data = {name: value.decode() for name, value in encoded.items()}
    api.script("/version", lambda exchange: exchange.json({"gitVersion": "v1.37.2"}))
    api.script("/api/v1/namespaces/kube-system", lambda exchange: exchange.json({"metadata": {"uid": "u-1"}}))
    api.script("/apis", lambda exchange: exchange.json({"kind": "APIGroupList", "groups": []}))
    api.script(f"{STORE}/secrets/keys", lambda exchange: exchange.json({"data": data}))
    api.script(f"{STORE}/services/minio", lambda exchange: exchange.json(SERVICE))
    slices = "/apis/discovery.k8s.io/v1/namespaces/minio/endpointslices"
    api.script(slices, lambda exchange: exchange.json({"items": [_SLICE]}))
    api.script(f"{STORE}/pods/minio-0/portforward", forward_to(port))


def start(folder: Path, api: FakeApi, bucket: str) -> subprocess.CompletedProcess[bytes]:
    """Makes the probe through the API server, and waits for its end."""
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(access(api.url, user={"token": "t"}).private_kubeconfig())
    words = f"--service minio/minio --port 80 --scheme http --bucket {bucket} --region us-east-1"
    call = argv("s3", Prospect((*words.split(), "--credentials", "minio/keys")))
    # What the person has set for their own buckets must lead nowhere.
    environ = {"KUBECONFIG": str(kubeconfig), "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_SESSION_TOKEN": "theirs"}
    return subprocess.run(call, env=environ, cwd=folder, capture_output=True, timeout=60)
