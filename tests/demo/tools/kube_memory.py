"""The API server in memory, with what the stand-ins ask beyond the actors: which kinds there are."""

from __future__ import annotations

from collections.abc import Mapping

from runners.cluster.errors import NotFound
from runners.layers.jsons import Json, mapping, sequence, text
from tests.demo.memory_api import MemoryApi

_KINDS = {
    "v1": "Namespace namespaces, Secret secrets n, ConfigMap configmaps n, Service services n, Pod pods n, "
    "ServiceAccount serviceaccounts n, ResourceQuota resourcequotas n, PersistentVolumeClaim persistentvolumeclaims n",
    "apps/v1": "Deployment deployments n, DaemonSet daemonsets n, StatefulSet statefulsets n",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition customresourcedefinitions",
    "networking.k8s.io/v1": "NetworkPolicy networkpolicies n",
    "rbac.authorization.k8s.io/v1": "ClusterRole clusterroles, ClusterRoleBinding clusterrolebindings",
}
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class KubeMemory(MemoryApi):
    """Serves built-in kinds, and those of the CRDs that it has."""

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        content_type: str = "",
        accept: str = "",
    ) -> Json:
        parts = path.strip("/").split("/")
        if path == "/version":
            return {"gitVersion": "v1.37.2"}
        if len(parts) == (2 if parts[0] == "api" else 3) and parts[0] in ("api", "apis"):
            return {"resources": self._resources("/".join(parts[1:]))}
        return super().request(method, path, query=query, body=body)

    def _resources(self, version: str) -> list[Json]:
        found: list[Json] = []
        for words in filter(None, _KINDS.get(version, "").split(", ")):
            kind, plural, *namespaced = words.split()
            found.append({"kind": kind, "name": plural, "namespaced": bool(namespaced)})
        for crd in self.under(CRDS):
            if any(
                f"{text(crd, 'spec', 'group')}/{text(v, 'name')}" == version for v in sequence(crd, "spec", "versions")
            ):
                names = mapping(crd, "spec", "names")
                found.append({"kind": text(names, "kind"), "name": text(names, "plural"), "namespaced": True})
        if not found:
            raise NotFound(f"no {version}")
        return found
