"""What the demo's repository has instead of a bootstrap where the Flux Operator puts Flux there."""

from __future__ import annotations

FOLDER = "flux"

HELMFILE = """\
releases:
  # The operator brings the kind FluxInstance, so it comes first. Neither ever pushes to Git.
  - name: flux-operator
    namespace: flux-system
    createNamespace: true
    chart: ../charts/flux-operator
    version: 0.58.1
  - name: flux-instance
    namespace: flux-system
    chart: ../charts/flux-instance
    version: 0.58.1
    needs: [flux-system/flux-operator]
    values: [instance-values.yaml]
"""

_INSTANCE = """\
instance:
  components: [source-controller, kustomize-controller, helm-controller]
  # What flux bootstrap would have committed as gotk-sync.yaml. A private repository needs a pullSecret too.
  sync:
    kind: GitRepository
    url: {url}
    ref: refs/heads/main
    path: {cluster}
"""

ENTRIES = """\
  # Flux itself comes last, once its keys are there and everything that it builds on.
  - component: flux-operator
    helmfile: flux/helmfile.yaml
    releases: [flux-system/flux-operator]
    after: [longhorn, minio]
  - component: flux-instance
    helmfile: flux/helmfile.yaml
    releases: [flux-system/flux-instance]
    after: [flux-operator]
"""

_GITOPS = """\
gitops:
  bootstrap: operator
  path: {cluster}
  components: [metallb, cert-manager, haproxy-ingress, monitoring]
"""


def gitops(cluster: str) -> str:
    """The part of bedplate.yaml that says how Flux comes."""
    return _GITOPS.format(cluster=cluster)


def operator_files(url: str, cluster: str) -> dict[str, str]:
    """The helmfile of the operator and of the FluxInstance, with the values of that."""
    return {
        f"{FOLDER}/helmfile.yaml": HELMFILE,
        f"{FOLDER}/instance-values.yaml": _INSTANCE.format(url=url, cluster=cluster),
    }
