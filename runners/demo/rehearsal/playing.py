"""A rehearsal on its stage: an empty cluster after the disaster, the translated repository, what backups are left."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runners.demo.actors import resources as res
from runners.demo.homelab import CHARTS
from runners.demo.place import Place
from runners.demo.rehearsal.setting import Setting
from runners.demo.stage import Stage, StageError
from runners.demo.tools.install import TOOLS

_VERSION = re.compile(r"^(version|appVersion): (v?).*$", re.MULTILINE)
_NAMESPACES = res.Resource("v1", "namespaces", "Namespace")
_IDLE = "#!/bin/sh\necho 'this stands in for your program: in a rehearsal it does nothing' >&2\nexit 1\n"


@contextmanager
def rehearsed(place: Place, setting: Setting) -> Iterator[Stage]:
    """The stage, set up as the setting says."""
    kept = {"backups": setting.backups, "systems": setting.systems}
    (place.folder / "backup-target.json").write_text(json.dumps(kept))
    with Stage(place, context=setting.context, nodes=setting.nodes) as stage:
        _write_files(place, setting)
        stage.commit(setting.remote)
        for secret in setting.secrets:
            _put_secret(stage, *secret.split("/", 1))
        stage.s3.buckets = {setting.bucket: {}} if setting.bucket else {}
        stage.s3.is_up = lambda: True
        place.s3.write_text(stage.s3.url)
        yield stage


def _write_files(place: Place, setting: Setting) -> None:
    root = place.repository
    for folder, (chart, version) in setting.charts.items():
        place_of_chart = _inside(root, folder)
        shutil.copytree(CHARTS / chart, place_of_chart, dirs_exist_ok=True)
        about = place_of_chart / "Chart.yaml"
        about.write_text(_VERSION.sub(rf"\1: \g<2>{version.removeprefix('v')}", about.read_text()))
    for path, words in setting.files.items():
        _write(_inside(root, path), words)
    for path, words in setting.at_home.items():
        _write(_inside(place.folder, path), words)
    for name in setting.programs:
        program = place.folder / "bin" / Path(name).name
        if program.name not in TOOLS:
            _write(program, _IDLE)
            program.chmod(0o755)


def _inside(folder: Path, path: str) -> Path:
    """Where a file stands in: never outside of the play's own folder, whatever bedplate.yaml or a helmfile says.

    Raises:
        StageError: it would lie outside.
    """
    found = (folder / path).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise StageError(f"{path} lies outside of the repository, so it can't be rehearsed")
    return found


def _write(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words)


def _put_secret(stage: Stage, namespace: str, name: str) -> None:
    """An empty one: it is there, and that is all that is looked at."""
    stage.api.ensure(_NAMESPACES, {"metadata": {"name": namespace}}, None)
    stage.api.ensure(res.SECRETS, {"metadata": {"name": name, "namespace": namespace}, "type": "Opaque"}, None)
