"""What the rig builds: one recipe for each family of real tools, as plain data.

A family is a folder under ``modules/`` with a resolved go.mod and go.sum; the exception is flux, which is built in a
copy of its own module because its embedded manifests have to be made first (see ``flux_manifests``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

MODULES = Path(__file__).parent / "modules"


@dataclass(frozen=True)
class Recipe:
    """How one family is built, and what of its modules is kept beside its binaries."""

    family: str
    version: str
    binaries: dict[str, str]
    """Name of the binary → package to build."""
    ldflags: str = ""
    version_args: tuple[str, ...] = ("--version",)
    """How a binary of this family found on PATH is asked for its version."""
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Name of a kept file → the files ``module!path`` it is put together from, as YAML documents."""

    @property
    def key(self) -> str:
        """Twelve hexadecimal digits that change when the modules or the recipe change."""
        digest = hashlib.sha256(repr(self).encode())
        for name in ("go.mod", "go.sum"):
            path = MODULES / self.family / name
            digest.update(path.read_bytes() if path.exists() else b"")
        return digest.hexdigest()[:12]


KUBERNETES = Recipe(
    family="k8s",
    version="1.37.2",
    binaries={
        name: f"k8s.io/kubernetes/cmd/{name}"
        for name in ("kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
    },
    ldflags=" ".join(
        f"-X k8s.io/component-base/version.{name}={value}"
        for name, value in (("gitVersion", "v1.37.2"), ("gitMajor", "1"), ("gitMinor", "37"))
    ),
)

_STAGES = ("node/fast/node-initialize.yaml", "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml")
_POD_STAGES = ("pod/fast/pod-ready.yaml", "pod/fast/pod-complete.yaml", "pod/fast/pod-delete.yaml")

RECIPES: tuple[Recipe, ...] = (
    Recipe("etcd", "3.7.3", {"etcd": "go.etcd.io/etcd/server/v3"}),
    KUBERNETES,
    Recipe(
        "kwok",
        "0.8.0",
        {"kwok": "sigs.k8s.io/kwok/cmd/kwok"},
        keep={
            "stages.yaml": tuple(f"sigs.k8s.io/kwok!kustomize/stage/{path}" for path in _STAGES + _POD_STAGES),
        },
    ),
    Recipe(
        "helm3",
        "3.22.0",
        {"helm": "helm.sh/helm/v3/cmd/helm"},
        ldflags="-X helm.sh/helm/v3/internal/version.version=v3.22.0",
        version_args=("version", "--template", "{{.Version}}"),
    ),
    Recipe(
        "helmdiff",
        "3.9.11",
        {"helm-diff": "github.com/databus23/helm-diff/v3"},
        keep={"plugin.yaml": ("github.com/databus23/helm-diff/v3!plugin.yaml",)},
    ),
    Recipe(
        "helmfile",
        "1.8.0",
        {"helmfile": "github.com/helmfile/helmfile"},
        ldflags="-X go.szostok.io/version.version=v1.8.0",
    ),
    Recipe(
        "kustomize-controller",
        "1.9.5",
        {"kustomize-controller": "github.com/fluxcd/kustomize-controller"},
    ),
    Recipe("minio", "2026.2.12", {"minio": "github.com/minio/minio"}),
    Recipe("flux", "2.9.5", {"flux": "./cmd/flux"}, ldflags="-X main.VERSION=2.9.5"),
)

FLUX_MODULE = ("github.com/fluxcd/flux2/v2@v2.9.5", "h1:jwCccxvkD+2QnsjN+pl5QqM8KnFUwA8pIoQ1Lf0avkA=")

FLUX_CONTROLLERS: dict[str, tuple[str, str]] = {
    "source-controller": (
        "github.com/fluxcd/source-controller@v1.9.5",
        "h1:MFPyCodUi9hZIMaKDsC/rYbNoyzpvrAdrPVixj7W9F0=",
    ),
    "kustomize-controller": ("github.com/fluxcd/kustomize-controller@v1.9.5", ""),
    "helm-controller": (
        "github.com/fluxcd/helm-controller@v1.4.0",
        "h1:rkm8rmB6Na7eNc4pJOnvtXEaJ19iKluRtayHKjBxcUM=",
    ),
}
"""Controller → its module and checksum. The rig's controllers are the ones whose modules can be had; the checksum of
kustomize-controller stands in its family's go.sum already."""
