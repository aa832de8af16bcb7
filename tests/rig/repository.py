"""Writes a repository as people keep theirs: a foundation by helmfile in ``longhorn/`` and ``minio/``, Flux below
``clusters/``, and the rig's own small charts beside them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.rig.git_server import git

CHARTS = Path(__file__).parent / "charts"
CLUSTER = "clusters/rig"

LONGHORN = """\
releases:
  - name: longhorn
    namespace: longhorn-system
    createNamespace: true
    chart: ../charts/longhorn
    version: {version}
    values: [longhorn-values.yaml]
"""

LONGHORN_VALUES = """\
persistence:
  defaultClass: true
  defaultClassReplicaCount: 3
"""

MINIO = """\
releases:
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
    - {name: pool-0, servers: 4, volumesPerServer: 1, size: 10Gi, storageClassName: longhorn}
"""

_SERVICES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("metallb", "metallb-system", ()),
    ("cert-manager", "cert-manager", ("metallb",)),
    ("monitoring", "monitoring", ("cert-manager",)),
)
"""Name, namespace, and what it depends on."""


def write_repository(
    folder: Path, *, longhorn: str = "1.12.1", extra: Mapping[str, str] | None = None, commit: bool = True
) -> Path:
    """Writes the repository into a folder, commits it on ``main`` and returns the folder.

    ``longhorn`` is the chart's version; ``extra`` adds or replaces files, by path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(CHARTS, folder / "charts", dirs_exist_ok=True)
    files = {
        "longhorn/longhorn-values.yaml": LONGHORN_VALUES,
        "minio/helmfile.yaml": MINIO,
        "minio/tenant-values.yaml": TENANT_VALUES,
        ".gitignore": "*.log\n",
        **_gitops(),
        **(extra or {}),
    }
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    set_longhorn(folder, longhorn)
    if commit:
        git("init", "--quiet", "--initial-branch=main", ".", cwd=folder)
        commit_all(folder, "Lay the foundation")
    return folder


def set_longhorn(folder: Path, version: str) -> None:
    """Makes the repository ask for another version of Longhorn: in its helmfile and in the chart itself."""
    (folder / "longhorn" / "helmfile.yaml").write_text(LONGHORN.format(version=version))
    chart = folder / "charts" / "longhorn" / "Chart.yaml"
    text = re.sub(r"^version: .*$", f"version: {version}", chart.read_text(), flags=re.MULTILINE)
    chart.write_text(re.sub(r"^appVersion: .*$", f"appVersion: v{version}", text, flags=re.MULTILINE))


def commit_all(folder: Path, message: str) -> str:
    """Commits whatever changed and returns the commit."""
    git("add", "--all", cwd=folder)
    who = ("-c", "user.name=Rig", "-c", "user.email=rig@localhost", "-c", "commit.gpgsign=false")
    git(*who, "commit", "--quiet", "--message", message, cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder).strip()


def _gitops() -> dict[str, str]:
    """A Flux Kustomization for each service below ``clusters/rig``, and its manifests below ``infrastructure``."""
    files = {}
    for name, namespace, needs in _SERVICES:
        files[f"{CLUSTER}/{name}.yaml"] = yaml.safe_dump(_kustomization(name, needs), sort_keys=False)
        manifests: list[dict[str, object]] = [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        ]
        manifests += [_claim(namespace)] if name == "monitoring" else []
        manifests += [_deployment(name, namespace, mounts=name == "monitoring")]
        files[f"infrastructure/{name}/{name}.yaml"] = yaml.safe_dump_all(manifests, sort_keys=False)
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


def _claim(namespace: str) -> dict[str, object]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}
    metadata = {"name": "metrics", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


def _deployment(name: str, namespace: str, *, mounts: bool) -> dict[str, object]:
    pod: dict[str, object] = {"containers": [{"name": name, "image": f"example/{name}:1"}]}
    if mounts:
        pod["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "metrics"}}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
        },
    }
