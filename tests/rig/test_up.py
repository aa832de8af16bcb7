from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.rig

ROOT = Path(__file__).parents[2]


def test_a_person_gets_a_cluster_until_ctrl_c() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.rig", "up"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as rig:
        assert rig.stdout is not None
        said = ""
        for line in rig.stdout:
            said += line
            if "ctrl-c" in line:
                break
        asked = f"{said}\ncd $(dirname $KUBECONFIG)/repository && git pull -q origin main && kubectl get nodes"
        done = subprocess.run(["bash", "-euc", asked], capture_output=True, text=True, env=os.environ)
        rig.send_signal(signal.SIGINT)
        assert rig.wait(timeout=30) == 0
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" Ready ") == 3
    (kubeconfig,) = [line.partition("=")[2] for line in said.splitlines() if line.startswith("export KUBECONFIG=")]
    assert not Path(kubeconfig).parent.exists()
