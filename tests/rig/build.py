"""Builds the rig's tools from their Go modules, once for each key of recipe and go.sum.

The cache lives outside the checkout (``$BEDPLATE_RIG_CACHE``, else ``$XDG_CACHE_HOME/bedplate-rig``). Binaries that
exist already are honoured: ``$KUBEBUILDER_ASSETS`` for etcd, kube-apiserver and kubectl, and PATH where the minor
version is the recipe's.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.rig.flux_manifests import make_flux_manifests
from tests.rig.recipes import FLUX_MODULE, MODULES, RECIPES, Recipe


class BuildError(Exception):
    """A tool of the rig can't be built or found; the text says which and why."""


def cache_root() -> Path:
    """The folder that holds every built family."""
    explicit = os.environ.get("BEDPLATE_RIG_CACHE")
    if explicit:
        return Path(explicit)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "bedplate-rig"


def tool(name: str) -> Path:
    """The path of one built or existing binary, built now if it has to be.

    Raises:
        BuildError: no recipe has it, or the build failed.
    """
    for recipe in RECIPES:
        if name in recipe.binaries:
            return existing(recipe, name) or ensure(recipe) / "bin" / name
    raise BuildError(f"no recipe builds {name}")


def kept(family: str, name: str) -> Path:
    """The path of a file that a family keeps beside its binaries (kwok's stages, helm-diff's plugin.yaml)."""
    recipe = next(recipe for recipe in RECIPES if recipe.family == family)
    return ensure(recipe) / name


def existing(recipe: Recipe, name: str) -> Path | None:
    """A binary that is there already and fits, or None."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets and (Path(assets) / name).exists():
        return Path(assets) / name
    found = shutil.which(name)
    if found is None or not _same_minor(found, recipe):
        return None
    return Path(found)


def _same_minor(binary: str, recipe: Recipe) -> bool:
    try:
        said = subprocess.run([binary, *recipe.version_args], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    minor = ".".join(recipe.version.split(".")[:2])
    return re.search(rf"(?<![\d.]){re.escape(minor)}\.\d", said.stdout + said.stderr) is not None


def ensure(recipe: Recipe) -> Path:
    """The folder of a built family; builds it under a lock when it is not there yet."""
    target = cache_root() / f"{recipe.family}-{recipe.version}-{recipe.key}"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target.with_suffix(".lock")):
        if not target.exists():
            _build(recipe, target)
    return target


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(recipe: Recipe, target: Path) -> None:
    if shutil.which("go") is None:
        raise BuildError(f"{recipe.family} {recipe.version} is not built yet, and go (1.26 or newer) is not on PATH")
    started = time.monotonic()
    print(f"rig: building {recipe.family} {recipe.version} …", file=sys.stderr, flush=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{recipe.family}-", dir=target.parent))
    try:
        source = _flux_source(scratch) if recipe.family == "flux" else _module_copy(recipe, scratch)
        out = scratch / "out"
        (out / "bin").mkdir(parents=True)
        for name, package in recipe.binaries.items():
            _go(
                source,
                "build",
                "-trimpath",
                "-ldflags",
                f"-s -w {recipe.ldflags}",
                "-o",
                str(out / "bin" / name),
                package,
            )
        for name, parts in recipe.keep.items():
            (out / name).write_text("\n---\n".join(_module_file(source, part) for part in parts))
        out.rename(target)
    finally:
        _remove(scratch)
    print(f"rig: built {recipe.family} in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _module_copy(recipe: Recipe, scratch: Path) -> Path:
    source = scratch / "src"
    shutil.copytree(MODULES / recipe.family, source)
    return source


def _flux_source(scratch: Path) -> Path:
    """A writable copy of flux's module with the manifests that it embeds."""
    source = scratch / "src"
    shutil.copytree(download(*FLUX_MODULE), source)
    subprocess.run(["chmod", "-R", "u+w", str(source)], check=True)
    make_flux_manifests(source, kubectl=tool("kubectl"), download=download, scratch=scratch)
    return source


def download(module: str, checksum: str = "") -> Path:
    """The folder of a module in Go's module cache, checked against its checksum."""
    with tempfile.TemporaryDirectory() as empty:
        answer = json.loads(_go(Path(empty), "mod", "download", "-json", module))
    if checksum and answer["Sum"] != checksum:
        raise BuildError(f"{module} has checksum {answer['Sum']}, and {checksum} was expected")
    return Path(answer["Dir"])


def _module_file(source: Path, part: str) -> str:
    module, _, path = part.partition("!")
    folder = _go(source, "list", "-m", "-f", "{{.Dir}}", module).strip()
    return (Path(folder) / path).read_text()


def _go(folder: Path, *args: str) -> str:
    environ = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod -buildvcs=false", "GOTOOLCHAIN": "local"}
    done = subprocess.run(["go", *args], cwd=folder, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"go {' '.join(args)} ended {done.returncode}:\n{done.stderr[-2000:]}{done.stdout[-500:]}")
    return done.stdout


def _remove(folder: Path) -> None:
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def build_all() -> None:
    """Builds every family that neither exists nor is cached."""
    for recipe in RECIPES:
        for name in recipe.binaries:
            print(f"{name:26}{tool(name)}", flush=True)
