"""One real cluster on loopback: etcd and kube-apiserver, and on the level ``pods`` what makes pods run.

    with Rig(level="pods") as rig:
        rig.kubectl("get", "nodes")

A rig owns a temporary folder, free ports and its processes; several can live side by side. Whatever way the process
that opened it ends, its guardians end the cluster and remove the folder (``BEDPLATE_RIG_KEEP=1`` keeps the folder).
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.rig.build import kept, tool
from tests.rig.certs import Authority, Pair
from tests.rig.kubeconfig import write_kubeconfig
from tests.rig.processes import Processes, free_port
from tests.rig.toolbox import tool_environ

Level = Literal["api", "pods"]
NODES = ("node-1", "node-2", "node-3")
_KEEPS = os.environ.get("BEDPLATE_RIG_KEEP") == "1"


class Rig:
    """A real cluster that starts on entering and ends on leaving.

    The level ``api`` is etcd and kube-apiserver alone: objects live, nothing acts on them. ``pods`` adds
    controller-manager, scheduler and kwok with three nodes: workloads become ready by themselves.
    """

    def __init__(self, level: Level = "api", *, etcd: Path | None = None) -> None:
        """Takes the level; starts nothing yet.

        ``etcd`` is where etcd keeps its data, which stays there: a cluster that begins with what another one left
        there is that one, restored. Without it the data goes with the rig.
        """
        self.level: Level = level
        self.folder = Path(tempfile.mkdtemp(prefix="bedplate-rig-"))
        self._etcd = etcd or self.folder / "etcd"
        self.port = free_port()
        self.server = f"https://127.0.0.1:{self.port}"
        self.processes = Processes(self.folder)

    def __enter__(self) -> Self:
        """Starts the cluster and waits until it is ready.

        Raises:
            BuildError: a binary can't be had.
            RigError: a part did not come up; the text has the end of its log.
        """
        try:
            self._start_api()
            if self.level == "pods":
                self._start_pods()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends everything and removes the folder."""
        self.close()

    def close(self) -> None:
        """Ends every process and removes the folder; a second call does nothing."""
        self.processes.close()
        if not _KEEPS:
            shutil.rmtree(self.folder, ignore_errors=True)

    @cached_property
    def authority(self) -> Authority:
        """The cluster's certificate authority."""
        return Authority(self.folder / "pki")

    @cached_property
    def kubeconfig(self) -> Path:
        """A kubeconfig of a cluster administrator, context ``rig``."""
        return self._kubeconfig("admin", self._admin)

    def kubeconfig_for(self, user: str, *groups: str) -> Path:
        """A kubeconfig for a user who may do only what RBAC gives them or their groups; context ``rig``."""
        return self._kubeconfig(user.replace(":", "-"), self.authority.client(user, *groups))

    def _kubeconfig(self, name: str, user: Pair) -> Path:
        path = self.folder / f"kubeconfig-{name}"
        return write_kubeconfig(path, server=self.server, ca=self.authority.pair.cert, user=user)

    @cached_property
    def _admin(self) -> Pair:
        return self.authority.client("rig-admin", "system:masters")

    @cached_property
    def environ(self) -> dict[str, str]:
        """The environment for helm, helmfile, flux and kubectl on this rig (built now when they aren't yet)."""
        return tool_environ(self.folder, self.kubeconfig)

    def kubectl(self, *args: str, stdin: str | None = None) -> str:
        """Runs kubectl as administrator and returns its standard output.

        Raises:
            AssertionError: it failed; the text has what it said.
        """
        argv = [
            str(tool("kubectl")),
            "--kubeconfig",
            str(self.kubeconfig),
            "--cache-dir",
            str(self.folder / "discovery"),
        ]
        done = subprocess.run([*argv, *args], input=stdin, capture_output=True, text=True)
        assert done.returncode == 0, f"kubectl {' '.join(args)} ended {done.returncode}: {done.stderr}"
        return done.stdout

    def apply(self, *objects: Mapping[str, object]) -> None:
        """Applies objects server-side; a kind whose definition was made a moment ago may not be known yet."""
        documents = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        deadline = time.monotonic() + 30
        while True:
            try:
                self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=documents)
            except AssertionError as error:
                if "no matches for kind" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def run(self, *argv: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        """Runs a tool in the rig's environment; never raises for its exit code."""
        return subprocess.run(argv, cwd=cwd, env=self.environ | environ, capture_output=True, text=True)

    def serves(self, path: str) -> bool:
        """Does the API server answer a path (of a kind that a CRD brings, say)?"""
        try:
            return self._get(path)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def _start_api(self) -> None:
        client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self.processes.start(
            "etcd",
            [
                tool("etcd"), "--unsafe-no-fsync", "--data-dir", self._etcd, "--log-level", "warn",
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", f"default={peer}",
            ],
            folder=None if _KEEPS else self.folder,
        )  # fmt: skip
        server, key = self.authority.server("kube-apiserver"), self._service_account_key
        # Without a controller-manager there are no service accounts, and a pod could not be created.
        admission = ["--disable-admission-plugins", "ServiceAccount"] if self.level == "api" else []
        self.processes.start(
            "kube-apiserver",
            [
                tool("kube-apiserver"), "--etcd-servers", client, "--secure-port", str(self.port),
                "--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--endpoint-reconciler-type", "none",
                "--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.0.0.0/16", "--allow-privileged",
                "--client-ca-file", self.authority.pair.cert, "--cert-dir", self.folder / "pki",
                "--tls-cert-file", server.cert, "--tls-private-key-file", server.key,
                "--service-account-issuer", "https://kubernetes.default.svc",
                "--service-account-key-file", key, "--service-account-signing-key-file", key, *admission,
            ],
        )  # fmt: skip
        self.processes.wait("kube-apiserver was ready", lambda: self.serves("/readyz"))

    def _start_pods(self) -> None:
        config, ca = str(self.kubeconfig), self.authority.pair.cert
        self.processes.start(
            "kube-controller-manager",
            [
                tool("kube-controller-manager"), "--kubeconfig", config, "--secure-port", "0", "--leader-elect=false",
                "--controllers", "*,-node-ipam-controller", "--use-service-account-credentials=false",
                "--root-ca-file", ca, "--service-account-private-key-file", self._service_account_key,
            ],
        )  # fmt: skip
        self.processes.start(
            "kube-scheduler",
            [tool("kube-scheduler"), "--kubeconfig", config, "--secure-port", "0", "--leader-elect=false"],
        )
        self.processes.start(
            "kwok",
            [
                tool("kwok"), "--kubeconfig", config, "--config", kept("kwok", "stages.yaml"), "--manage-all-nodes",
                "--node-lease-duration-seconds", "40", "--node-ip", "127.0.0.1",
            ],
            environ={**os.environ, "HOME": str(self.folder)},
        )  # fmt: skip
        nodes = {"apiVersion": "v1", "kind": "List", "items": [_node(name) for name in NODES]}
        if not json.loads(self._get("/api/v1/nodes")[1])["items"]:
            self.kubectl("create", "--validate=false", "-f", "-", stdin=json.dumps(nodes))
        self.processes.wait("every node was ready", self._nodes_are_ready)

    @cached_property
    def _service_account_key(self) -> Path:
        return self.authority.signing_key("service-accounts")

    def _nodes_are_ready(self) -> bool:
        try:
            return self._nodes_ready()
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return False  # it is too busy to answer

    def _nodes_ready(self) -> bool:
        nodes = json.loads(self._get("/api/v1/nodes")[1])["items"]
        conditions = [condition for node in nodes for condition in node["status"].get("conditions", [])]
        ready = sum(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
        # A node is ready a moment before its taint goes, and until then nothing is scheduled there.
        tainted = any(node["spec"].get("taints") for node in nodes)
        return ready == len(NODES) and not tainted and self.serves("/api/v1/namespaces/default/serviceaccounts/default")

    def _get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self._tls, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority.pair.cert))
        context.load_cert_chain(self._admin.cert, self._admin.key)
        return context


def _node(name: str) -> dict[str, object]:
    """A node that kwok plays, with room for a whole homelab."""
    room = {"cpu": "16", "memory": "64Gi", "pods": "250", "ephemeral-storage": "500Gi"}
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"allocatable": room, "capacity": room, "nodeInfo": {"kubeletVersion": "v1.37.2"}},
    }
