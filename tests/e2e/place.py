"""A person's repository with one component, and the shell in which they start Bedplate on it."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.e2e.desk import Desk
from tests.e2e.leases import lease_holder
from tests.rig.cluster import Rig
from tests.rig.git_server import git
from tests.rig.repository import commit_all

_CHART = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: {{ .Values.colour | quote }}}
{{- if .Values.claim }}
---
# Where nothing acts on objects, helm waits for it until the test binds it.
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
{{- end }}
{{- if .Values.things }}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: "things.{{ .Release.Namespace }}.example.net"}
spec:
  group: "{{ .Release.Namespace }}.example.net"
  scope: Namespaced
  names: {kind: Thing, plural: things, singular: thing, listKind: ThingList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
{{- end }}
"""


class Place(Desk):
    """One component named ``web``: its helmfile, its values, its chart, and a namespace of its own."""

    def __init__(self, rig: Rig, folder: Path, namespace: str) -> None:
        """Writes the repository into a folder and commits it."""
        self.kubeconfig = folder / "kubeconfig.yaml"
        super().__init__(folder, folder / "repository", {**rig.environ, "KUBECONFIG": str(self.kubeconfig)})
        self.rig = rig
        self.namespace = namespace
        folder.mkdir(parents=True, exist_ok=True)
        self.kubeconfig.write_text(rig.kubeconfig.read_text())
        entry = {"component": "web", "kind": "workload", "helmfile": "web/helmfile.yaml", "namespaces": [namespace]}
        self.write("bedplate.yaml", yaml.safe_dump({"version": 1, "foundation": [entry]}))
        self.write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        self.write("charts/web/values.yaml", "colour: none\nclaim: false\nthings: false\n")
        self.write("charts/web/templates/all.yaml", _CHART)
        self.values(colour="red")
        self.helmfile()
        git("init", "--quiet", "--initial-branch=main", ".", cwd=self.repository)
        self.commit("Begin")

    def write(self, path: str, content: str) -> None:
        file = self.repository / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    def values(self, **values: object) -> None:
        self.write("web/values.yaml", yaml.safe_dump(values))

    def helmfile(self, **more: object) -> None:
        """Writes the helmfile, with more keys for its one release."""
        release = {"name": "web", "namespace": self.namespace, "chart": "../charts/web", "values": ["values.yaml"]}
        self.write("web/helmfile.yaml", yaml.safe_dump({"releases": [{**release, **more}]}, sort_keys=False))

    def commit(self, message: str) -> str:
        return commit_all(self.repository, message)

    def sync(self, helmfile: str = "web/helmfile.yaml") -> None:
        """Applies it by hand, as anybody may."""
        said = self.rig.run("helmfile", "--kube-context", "rig", "-f", helmfile, "sync", cwd=self.repository)
        assert said.returncode == 0, said.stderr

    def release(self, name: str = "web", namespace: str = "") -> tuple[int, str]:
        """Revision and status of a release; (0, "") when there is none."""
        listing = ("helm", "list", "-a", "-n", namespace or self.namespace, "-o", "json")
        found = {item["name"]: item for item in json.loads(self.rig.run(*listing).stdout)}
        return (int(found[name]["revision"]), found[name]["status"]) if name in found else (0, "")

    def lease_holder(self) -> str:
        """Who holds the Lease; empty when nobody does."""
        return lease_holder(self.rig)

    def bind_claim(self) -> None:
        """Lets helm's wait for the chart's claim end: on this cluster nobody else binds it."""
        bound = '{"status": {"phase": "Bound"}}'
        self.rig.kubectl("patch", "pvc", "data", "-n", self.namespace, "--subresource=status", "-p", bound)
