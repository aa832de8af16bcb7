"""The stand-in renders each of the demo's charts as the real helmfile and helm do."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.demo.tools.place import Place
from tests.rig.build import tool

pytestmark = pytest.mark.rig

_PASSWORD = re.compile(r'PASSWORD="\w+"')


def objects(said: str) -> list[object]:
    """The objects in the order in which they were printed, what is random left out."""
    return [obj for obj in yaml.safe_load_all(_PASSWORD.sub('PASSWORD=""', said)) if obj]


@pytest.mark.parametrize("component", ["longhorn", "minio"])
def test_every_object_is_the_same(place: Place, component: str, tmp_path: Path) -> None:
    path = os.pathsep.join(str(tool(name).parent) for name in ("helm", "helmfile"))
    line = f"helmfile --no-color -f {component}/helmfile.yaml template"
    real = subprocess.run(
        line.split(),
        cwd=place.homelab,
        env={"PATH": path, "HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    ours = place.call(line)
    assert ours.code == 0
    assert objects(ours.stdout) == objects(real.stdout)
    sources = [re.findall(r"^# Source: .*$", said, re.MULTILINE) for said in (ours.stdout, real.stdout)]
    assert sources[0] == sources[1]
    assert re.findall(r"^Building .*$|^Templating .*$", real.stderr, re.MULTILINE) == ours.stderr.splitlines()
