from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.rig.cluster import NODES, Rig
from tests.rig.processes import Processes, RigError

pytestmark = pytest.mark.rig


def test_a_deployment_becomes_available_by_itself(pods_rig: Rig) -> None:
    pods_rig.kubectl("create", "deployment", "web", "--image=example/web", "--replicas=3")
    pods_rig.kubectl("wait", "--for=condition=Available", "--timeout=30s", "deployment/web")
    pods = json.loads(pods_rig.kubectl("get", "pods", "-l", "app=web", "-o", "json"))["items"]
    assert {pod["spec"]["nodeName"] for pod in pods} == set(NODES)


def test_two_rigs_live_side_by_side(api_rig: Rig) -> None:
    with Rig("api") as other:
        other.kubectl("create", "namespace", "only-here")
        assert "only-here" in other.kubectl("get", "namespaces")
        assert "only-here" not in api_rig.kubectl("get", "namespaces")


def test_a_user_may_do_only_what_rbac_gives(api_rig: Rig) -> None:
    weak = api_rig.kubeconfig_for("visitor", "visitors")
    with pytest.raises(AssertionError, match='"visitor" cannot list'):
        api_rig.kubectl("--kubeconfig", str(weak), "get", "pods")


def test_nothing_survives_a_killed_owner() -> None:
    script = "from tests.rig.cluster import Rig\nwith Rig('api') as rig: print(rig.folder, flush=True); input()"
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        assert len(_processes_naming(folder)) >= 2
        os.kill(owner.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while (_processes_naming(folder) or folder.exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _processes_naming(folder) == []
    assert not folder.exists()


def test_a_process_that_dies_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("etcd", ["sh", "-c", "echo no room for it; exit 3"])
    with pytest.raises(RigError, match=r"etcd ended with 3 before it was ready:\nno room for it"):
        processes.wait("it was ready", lambda: False)
    processes.close()


def _processes_naming(folder: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line]
