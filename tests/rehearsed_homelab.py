"""A made-up homelab for rehearsals: remote charts, a helmfile that is a template, hooks, keys, a survival sheet."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from runners.layers.survival.sheet import (
    Sheet,
    SheetClaim,
    SheetCluster,
    SheetGitOps,
    SheetKey,
    SheetRelease,
    SheetSystemBackup,
    SheetTarget,
)
from runners.layers.survival.sheet_making import moment
from runners.layers.survival.sheet_text import sheet_text

SECRET = "hunter2-is-in-no-copy"
URL = "s3://backups@eu-central-1/"
UID = "41c7d0aa-0000"
NOW = time.time()

LONGHORN = """\
repositories:
  - {name: longhorn, url: https://charts.longhorn.io}
releases:
  - name: longhorn
    namespace: longhorn-system
    chart: longhorn/longhorn
    version: 1.12.1
    values: [values.yaml]
    hooks:
      - {events: [prepare, presync], command: touch, args: [../HOOK-RAN]}
"""
VALUES = """\
persistence: {defaultClass: true, defaultClassReplicaCount: 2}
defaultBackupStore: {backupTarget: "s3://backups@eu-central-1/", backupTargetCredentialSecret: backup-credentials}
"""
MINIO = """\
environments: {default: {}, home: {}}
---
releases:
  - name: minio-operator
    namespace: minio-operator
    chart: minio/operator
    version: {{ .Values | get "operator" "7.1.1" | quote }}
  - name: minio-tenant
    namespace: minio-tenant
    chart: minio/tenant
    version: 7.1.1
    needs: [minio-operator/minio-operator]
    values: [tenant.yaml]
"""
TENANT = """\
tenant:
  name: minio-tenant
  pools:
    - {name: pool-0, servers: 2, volumesPerServer: 1, size: 50Gi, storageClassName: longhorn}
"""
BEDPLATE = """\
version: 1
context: home
foundation:
  - component: longhorn
    helmfile: longhorn/helmfile.yaml
  - component: minio
    helmfile: minio/helmfile.yaml.gotmpl
    environment: home
    after: [longhorn]
    s3: {bucket: apps, endpoint: "https://s3.home.example", credentials: minio-tenant/minio-user}
  - component: reloader
    kind: workload
    helmfile: extras/helmfile.yaml
keys:
  - {secret: longhorn-system/backup-credentials, from: {file: keys/backup.sops.yaml}, before: longhorn}
  - {secret: flux-system/sops-age, from: {command: age-from-the-safe --identity}, before: flux}
gitops:
  bootstrap: github
  owner: me
  repository: infra
  path: clusters/home
  personal: true
  components: [metallb, cert-manager, photos]
survival:
  write: ../home.survival.yaml
"""


def homelab_files() -> dict[str, str]:
    """Path → text."""
    return {
        "bedplate.yaml": BEDPLATE,
        "longhorn/helmfile.yaml": LONGHORN,
        "longhorn/values.yaml": VALUES,
        "minio/helmfile.yaml.gotmpl": MINIO,
        "minio/tenant.yaml": TENANT,
        "extras/helmfile.yaml": "releases:\n  - {name: reloader, namespace: reloader, chart: ../charts/reloader}\n",
        "charts/reloader/Chart.yaml": "apiVersion: v2\nname: reloader\nversion: 2.2.3\n",
        "keys/backup.sops.yaml": f"password: {SECRET}\n",
        "clusters/home/metallb.yaml": _kustomization("metallb"),
        "clusters/home/cert-manager.yaml": _kustomization("cert-manager", "metallb"),
        "clusters/home/photos.yaml": _kustomization("photos", "cert-manager", decrypts=True),
        "apps/metallb/release.yaml": _helm_release("metallb", "metallb-system"),
        "apps/cert-manager/release.yaml": _helm_release("cert-manager", "cert-manager"),
        "apps/photos/release.yaml": _helm_release("immich", "photos"),
    }


def write_homelab(home: Path, files: Mapping[str, str] | None = None, sheet: Sheet | None = None) -> Path:
    """Writes the repository and the sheet beside it; the repository's folder."""
    root = home / "infra"
    for path, words in (homelab_files() if files is None else files).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(words)
    (home / "home.survival.yaml").write_text(sheet_text(sheet or homelab_sheet()))
    return root


def homelab_sheet() -> Sheet:
    """Of the cluster as it was an hour ago: four claims with a backup, and one without."""
    return Sheet(
        written=moment(NOW - 3600),
        cluster=SheetCluster("home", "https://10.0.0.10:6443", UID, "v1.34.1"),
        longhorn_minor="1.12",
        releases=(SheetRelease("longhorn", "longhorn-system", "longhorn", "1.12.1", 3),),
        gitops=SheetGitOps("v2.9.5", "https://github.com/me/infra.git", "main", "./clusters/home", "main@sha1:3d2789e"),
        backup_targets=(SheetTarget("default", URL, "backup-credentials"),),
        claims=(
            saved("minio-tenant", "data0-minio-tenant-pool-0-0", "50Gi"),
            saved("minio-tenant", "data0-minio-tenant-pool-0-1", "50Gi"),
            saved("photos", "data-postgres-0", "20Gi"),
            saved("photos", "library", "200Gi"),
            SheetClaim("photos", "cache", "longhorn", "5Gi", "pv-cache", "pv-cache", "gone", "no backup", "", "", 0),
        ),
        keys=(SheetKey("longhorn-system/backup-credentials", "longhorn", "keys/backup.sops.yaml", "", "ab", "cd"),),
        before_flux=("longhorn, healthy (longhorn/helmfile.yaml)",),
        nodes=("nuc-1", "nuc-2", "nuc-3", "nuc-4"),
        system_backups=(SheetSystemBackup("weekly", "v1.12.1", moment(NOW - 86_400)),),
    )


def saved(space: str, name: str, size: str) -> SheetClaim:
    """A claim with a backup."""
    volume = f"pvc-{space}-{name}"
    url = f"{URL}?backup=backup-{name}&volume={volume}"
    return SheetClaim(space, name, "longhorn", size, volume, volume, "returns", "", url, moment(NOW - 7200), 3 * 2**30)


def _kustomization(name: str, *needs: str, decrypts: bool = False) -> str:
    lines = "".join(f"    - name: {need}\n" for need in needs)
    after = f"  dependsOn:\n{lines}" if needs else ""
    keys = "  decryption: {provider: sops, secretRef: {name: sops-age}}\n" if decrypts else ""
    return f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  path: ./apps/{name}
  prune: true
  sourceRef: {{kind: GitRepository, name: flux-system}}
{after}{keys}"""


def _helm_release(name: str, space: str) -> str:
    source = f"{{kind: HelmRepository, name: {name}}}"
    return f"""\
apiVersion: v1
kind: Namespace
metadata: {{name: {space}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: {space}}}
spec:
  chart: {{spec: {{chart: {name}, sourceRef: {source}}}}}
"""
