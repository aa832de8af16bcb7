"""A repository as people keep theirs: a foundation by helmfile in ``longhorn/`` and ``minio/``, Flux in ``clusters/``.

The charts are small ones of the demo's own, which make what the real charts make as far as Bedplate looks at it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from runners.demo.homelab_gitops import gitops_files
from runners.demo.homelab_operator import ENTRIES, gitops, operator_files

CHARTS = Path(__file__).parent / "charts"
CLUSTER = "clusters/home"
URL = "https://git.example.com/you/homelab.git"
CONTEXT = "demo"

LONGHORN = """\
# The bottom layer: whatever wants storage waits for this release.
releases:
  - name: longhorn
    namespace: longhorn-system
    createNamespace: true
    chart: ../charts/longhorn
    # Longhorn is upgraded one minor version at a time, and never downgraded.
    version: {version}
    values: [longhorn-values.yaml]
"""

LONGHORN_VALUES = """\
persistence:
  # Claims that name no StorageClass get Longhorn's. Its manager makes the class, minutes after helm is done.
  defaultClass: true
  # Copies of each volume, on as many nodes: try 2, and look at the plan (i).
  defaultClassReplicaCount: 3
defaultBackupStore:
  # Off the cluster: a target that runs on it, say its own S3, would die with it.
  backupTarget: nfs://nas.example.com:/backups/longhorn
"""

MINIO = """\
releases:
  # The operator brings the kind Tenant, so it comes first.
  - name: minio-operator
    namespace: minio-operator
    createNamespace: true
    chart: ../charts/minio-operator
    version: 7.1.1
  - name: minio-tenant
    namespace: minio-tenant
    createNamespace: true
    chart: ../charts/minio-tenant
    version: 7.1.1
    needs: [minio-operator/minio-operator]
    values: [tenant-values.yaml]
"""

TENANT_VALUES = """\
tenant:
  name: minio-tenant
  pools:
    # Four servers with a Longhorn volume each: without the StorageClass they would wait for ever.
    - {name: pool-0, servers: 4, volumesPerServer: 1, size: 10Gi, storageClassName: longhorn}
"""

FOUNDATION = f"""\
version: 1
# Any other cluster is refused, whatever the kubeconfig's current context is.
context: {CONTEXT}
foundation:
  - component: longhorn
    helmfile: longhorn/helmfile.yaml
    namespaces: [longhorn-system]
  - component: minio
    helmfile: minio/helmfile.yaml
    namespaces: [minio-operator, minio-tenant]
    # Not to be changed while longhorn is not healthy.
    after: [longhorn]
"""

CONTROLLERS = ("source-controller", "kustomize-controller", "helm-controller")
"""Those of Flux's that a play has."""
GITOPS = f"""\
gitops:
  bootstrap: git
  url: {URL}
  username: you
  path: {CLUSTER}
  branch: main
  # The token itself comes from the environment (GIT_PASSWORD) and stands nowhere.
  token_auth: true
  controllers: [{", ".join(CONTROLLERS)}]
  components: [metallb, cert-manager, haproxy-ingress, monitoring]
"""

BUCKET = "homelab"
ACCESS_KEY = "minio"
"""As the tenant's chart has it; its secret is random."""

_S3 = f"""\
    # Where S3 is put to the test (p): an object is stored, read back and deleted. Here a stand-in answers.
    s3:
      bucket: {BUCKET}
      endpoint: {{url}}
      # The Secret is read when it is needed; what is in it stands nowhere.
      credentials: minio-tenant/minio-tenant-env-configuration
"""


SURVIVAL = """\
survival:
  # Off the cluster, and kept up to date: what the next recovery needs to know.
  write: ../demo.survival.yaml
"""


def write_homelab(
    folder: Path, *, longhorn: str = "1.12.1", s3: str = "", operator: bool = False, sheet: bool = False
) -> Path:
    """Writes the demo's repository, with its ``bedplate.yaml``, and returns the folder.

    Args:
        folder: where to.
        longhorn: the version that it asks for.
        s3: the URL where minio's S3 can be probed; empty where it can't.
        operator: Flux comes by the Flux Operator, and not by a bootstrap.
        sheet: it names a survival sheet.
    """
    foundation = FOUNDATION + _S3.format(url=s3) if s3 else FOUNDATION
    config = f"{foundation}{ENTRIES}{gitops(CLUSTER)}" if operator else f"{foundation}{GITOPS}"
    config += SURVIVAL if sheet else ""
    extra = {"bedplate.yaml": config, **(operator_files(URL, CLUSTER) if operator else {})}
    return write_files(folder, cluster=CLUSTER, longhorn=longhorn, extra=extra)


def write_files(folder: Path, *, cluster: str, longhorn: str, extra: Mapping[str, str] | None = None) -> Path:
    """Writes a repository's files and returns the folder; Git is someone else's.

    Args:
        folder: where to; made when it isn't there.
        cluster: the folder that Flux syncs.
        longhorn: version of Longhorn's chart.
        extra: files that are added or replaced, by path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(CHARTS, folder / "charts", dirs_exist_ok=True)
    files = {
        "longhorn/longhorn-values.yaml": LONGHORN_VALUES,
        "minio/helmfile.yaml": MINIO,
        "minio/tenant-values.yaml": TENANT_VALUES,
        ".gitignore": "*.log\n",
        **gitops_files(cluster),
        **(extra or {}),
    }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    set_longhorn(folder, longhorn)
    return folder


def set_longhorn(folder: Path, version: str) -> None:
    """Makes the repository ask for another version of Longhorn: in its helmfile and in the chart itself."""
    (folder / "longhorn" / "helmfile.yaml").write_text(LONGHORN.format(version=version))
    chart = folder / "charts" / "longhorn" / "Chart.yaml"
    text = re.sub(r"^version: .*$", f"version: {version}", chart.read_text(), flags=re.MULTILINE)
    chart.write_text(re.sub(r"^appVersion: .*$", f"appVersion: v{version}", text, flags=re.MULTILINE))
