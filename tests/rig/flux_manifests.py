"""Makes the manifests that the flux CLI embeds, and that its Go module lacks.

Its own kustomize bases name two remote files for each controller (CRDs and deployment); here they are replaced by the
``config/crd`` and ``config/manager`` folders of the controllers' own modules, and ``kubectl kustomize`` does the rest.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.rig.recipes import FLUX_CONTROLLERS


def make_flux_manifests(source: Path, *, kubectl: Path, download: Callable[..., Path], scratch: Path) -> None:
    """Writes ``cmd/flux/manifests/*.yaml`` into a writable copy of flux's module."""
    target = source / "cmd" / "flux" / "manifests"
    target.mkdir(exist_ok=True)
    bases = source / "manifests" / "bases"
    for controller, (module, checksum) in FLUX_CONTROLLERS.items():
        base = bases / controller
        _localise(base, download(module, checksum))
        _kustomize(kubectl, base, target / f"{controller}.yaml")
    for name in ("rbac", "policies"):
        _kustomize(kubectl, source / "manifests" / name, target / f"{name}.yaml")


def _localise(base: Path, module: Path) -> None:
    """Replaces a base's two remote resources by copies of the module's own folders."""
    for part in ("crd", "manager"):
        shutil.copytree(module / "config" / part, base / part, copy_function=shutil.copyfile)
        subprocess.run(["chmod", "-R", "u+w", str(base / part)], check=True)
    path = base / "kustomization.yaml"
    kustomization = yaml.safe_load(path.read_text())
    local = [name for name in kustomization["resources"] if not name.startswith("https://")]
    kustomization["resources"] = ["crd", "manager", *local]
    path.write_text(yaml.safe_dump(kustomization))


def _kustomize(kubectl: Path, folder: Path, target: Path) -> None:
    done = subprocess.run([str(kubectl), "kustomize", str(folder)], capture_output=True, text=True, check=True)
    target.write_text(done.stdout)
