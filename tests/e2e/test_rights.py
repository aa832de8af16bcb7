"""A right that is taken away is said in its own word: forbidden, and never absent, empty or healthy."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
import yaml

from tests.e2e.person import ROOT
from tests.e2e.place import Place

pytestmark = pytest.mark.rig

READER = "reader-of-all"


def checked(place: Place) -> tuple[int, dict[str, object]]:
    """What ``bedplate check --json`` ends with and says of the component."""
    argv = [sys.executable, str(ROOT / "bedplate.py"), "-C", str(place.repository), "check", "--json"]
    said = subprocess.run(argv, env=place.environ, cwd=ROOT, capture_output=True, text=True, timeout=60)
    found = {state["name"]: state for state in json.loads(said.stdout)["components"]}
    return said.returncode, dict(found["web"])


def test_a_right_that_is_taken_away_is_forbidden_and_not_absence(place: Place) -> None:
    place.sync()
    kubeconfig = yaml.safe_load(place.kubeconfig.read_text())
    kubeconfig["users"][0]["user"]["as"] = "ada"
    place.kubeconfig.write_text(yaml.safe_dump(kubeconfig))
    rules = ("--verb=get,list,watch", "--resource=*.*")
    place.rig.kubectl("create", "clusterrole", READER, *rules)
    place.rig.kubectl("create", "clusterrolebinding", READER, f"--clusterrole={READER}", "--user=ada")
    try:
        _code, state = checked(place)
        assert state["verdict"] == "healthy", state
        place.rig.kubectl("delete", "clusterrolebinding", READER)
        began = time.monotonic()
        code, state = checked(place)
        print(f"check said so {time.monotonic() - began:.1f} s after the right was gone")
        assert (code, state["verdict"]) == (3, "unknown")
        assert "forbidden: list secrets" in json.dumps(state["findings"])
    finally:
        place.rig.kubectl("delete", "clusterrolebinding", READER, "--ignore-not-found")
        place.rig.kubectl("delete", "clusterrole", READER)
