"""The stand-ins against the real helmfile and helm: the same objects, and the same words on the same streams."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from runners.demo.homelab import CONTEXT
from tests.demo.tools.place import Place, Said
from tests.rig.build import tool
from tests.rig.cluster import Rig

pytestmark = pytest.mark.rig

_PASSWORD = re.compile(r'PASSWORD="\w+"')
_VARYING = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.?\d* \+0000 UTC *", "TIME"),
    (r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}", "TIME"),
    (r"UPDATED\s+", "UPDATED "),
    (r" +\d+s$", " SECONDS"),
)
_HELMFILE = f"helmfile --no-color --kube-context {CONTEXT} -f longhorn/helmfile.yaml -e default"
_DIFF = f"{_HELMFILE} diff --detailed-exitcode --suppress-secrets --no-hooks"


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
    # The real one looks after several charts at once, in whatever order.
    assert sorted(real.stderr.split("\n")) == sorted(ours.stderr.split("\n"))


def steady(said: Said) -> Said:
    """Without times."""
    texts = [said.stdout, said.stderr]
    for pattern, instead in _VARYING:
        texts = [re.sub(pattern, instead, text, flags=re.MULTILINE) for text in texts]
    return Said(said.code, *texts)


class Both:
    """The same repository on a real cluster and on the demo's."""

    def __init__(self, rig: Rig, place: Place) -> None:
        self.rig, self.place = rig, place

    def say_the_same(self, line: str, **environ: str) -> None:
        words = line.replace(f"--kube-context {CONTEXT}", "--kube-context rig").split()
        real = subprocess.run(
            words, cwd=self.place.homelab, env={**self.rig.environ, **environ}, capture_output=True, text=True
        )
        assert steady(self.place.call(line, **environ)) == steady(Said(real.returncode, real.stdout, real.stderr)), line

    def delete(self, plural: str, name: str) -> None:
        self.rig.kubectl("delete", "-n", "longhorn-system", plural, name)
        path = f"/apis/apps/v1/namespaces/longhorn-system/{plural}/{name}"
        self.place.server.requests().request("DELETE", path)


def test_the_life_of_a_release_in_the_same_words(api_rig: Rig, place: Place) -> None:
    both, live = Both(api_rig, place), {"HELM_DIFF_THREE_WAY_MERGE": "true"}
    both.say_the_same(f"{_HELMFILE} list --output json --skip-charts")
    both.say_the_same(f"{_DIFF} --output simple", **live)
    both.say_the_same(f"{_HELMFILE} sync --skip-refresh")
    both.say_the_same(f"{_DIFF} --output simple", **live)
    values = place.homelab / "longhorn" / "longhorn-values.yaml"
    values.write_text(values.read_text().replace("ReplicaCount: 3", "ReplicaCount: 2"))
    both.delete("daemonsets", "longhorn-manager")
    both.say_the_same(f"{_DIFF} --output simple", **live)
    both.say_the_same(f"{_DIFF} --context 3", **live)
    both.say_the_same(f"{_HELMFILE} apply")
    both.say_the_same(f"helm list --kube-context {CONTEXT} -n longhorn-system")
    both.say_the_same("helm history longhorn -n longhorn-system")
    both.say_the_same("helm status longhorn -n longhorn-system")
    both.say_the_same("helm rollback longhorn -n longhorn-system")
    both.say_the_same("helm rollback longhorn 9 -n longhorn-system")
    both.say_the_same("helm get manifest longhorn -n longhorn-system --revision 1")
    both.say_the_same(f"{_HELMFILE} destroy")
    both.say_the_same("helm uninstall longhorn -n longhorn-system")
    both.say_the_same(f"{_HELMFILE} -e nope diff")
    both.say_the_same(f"{_HELMFILE} -l name=nope diff")
