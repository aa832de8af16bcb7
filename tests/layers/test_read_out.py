"""The commands for old replicas: what a shell would do with them, as far as it needs no node."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runners.layers.walkthroughs.read_out import put_back_commands, read_out_commands
from runners.layers.walkthroughs.restore_rules import Restorable

PHOTOS = Restorable("apps", "photos", "pvc-1", "", 10 * 2**30)
ALL = (read_out_commands("1.12.1", "it's home"), put_back_commands((PHOTOS, PHOTOS), "", "home"))


def pods(commands: str) -> list[Any]:
    return [json.loads(shlex.split(line)[-1]) for line in commands.splitlines() if "<<<" in line]


@pytest.mark.parametrize("commands", ALL)
def test_a_shell_can_read_them_and_the_script_of_each_pod(commands: str) -> None:
    scripts = [pod["spec"]["containers"][0]["command"][2] for pod in pods(commands)]
    assert scripts
    for text in (commands, *scripts):
        subprocess.run(["bash", "-n"], input=text, text=True, check=True)


def test_nothing_is_applied_by_mistake_with_a_name_that_nobody_put_in() -> None:
    """A node of that name is none, and a directory of that name is not there: it has to be one."""
    for pod in (*pods(ALL[0]), *pods(ALL[1])):
        assert pod["spec"]["nodeName"] == "NODE"
        (replica,) = (each for each in pod["spec"]["volumes"] if each["name"] == "replica")
        assert replica["hostPath"]["type"] == "Directory"
        assert replica["hostPath"]["path"].endswith("-SUFFIX")


def test_a_pod_serves_the_replica_by_its_own_size_and_shows_it(tmp_path: Path) -> None:
    """Its script, with the tools that only a node has played by others, which write down how they were called."""
    (pod,) = pods(ALL[0])
    meta = '{"Size":10737418240,"Head":"volume-head-000.img","Dirty":true,"Rebuilding":false}'
    (tmp_path / "volume").mkdir()
    (tmp_path / "volume" / "volume.meta").write_text(meta)
    (tmp_path / "host").mkdir()
    device = tmp_path / "host/dev/longhorn/pvc-1-ab"
    play = {
        "launch-simple-longhorn": f"mkdir -p {shlex.quote(str(device.parent))}; : > {shlex.quote(str(device))}",
        "mount": 'case "$*" in *nouuid*) exit 0;; esac; exit 32',
        "sleep": "",
    }
    (tmp_path / "bin").mkdir()
    for name, body in play.items():
        tool = tmp_path / "bin" / name
        tool.write_text(f'#!/bin/bash\necho {name} "$@" >> {shlex.quote(str(tmp_path / "calls"))}\n{body}\n')
        tool.chmod(0o755)
    script = pod["spec"]["containers"][0]["command"][2]
    for place in ("/host/", "/volume/", "/old"):
        script = script.replace(place, f"{tmp_path}{place}")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    subprocess.run(["bash", "-c", script], check=True, timeout=20, env={"PATH": path, "REPLICA": "pvc-1-ab"})
    calls = (tmp_path / "calls").read_text().splitlines()
    assert "launch-simple-longhorn pvc-1-ab 10737418240" in calls
    assert [call for call in calls if not call.startswith(("launch", "sleep 1"))] == [
        f"mount -o ro {device} {tmp_path}/old",
        f"mount -o ro,nouuid {device} {tmp_path}/old",
        "sleep infinity",
    ]
