from __future__ import annotations

import subprocess
import sys


def test_nothing_slow_is_loaded_before_the_first_request() -> None:
    code = """
import sys
from runners.cluster import identity, kubeconfig, objects, watches
from runners.cluster.access import Access
from runners.cluster.connection import Connection
Connection(Access("c", "https://one", {}, {"token": "t"}))
print([name for name in ("kubernetes", "urllib3", "yaml", "textual", "rich") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
