"""A backup that goes on a real API server is seen within a second, on the picture and by ``bedplate check --json``."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runners.layers.picture import Picture
from runners.session import Session
from tests.rig.cluster import Rig
from tests.rig.waiting import until
from tests.tui.json_schema import mistakes
from tui.check_data import schema_text
from tui.sessions import make_session

pytestmark = pytest.mark.rig

ROOT = Path(__file__).parents[2]
SPACE = "longhorn-system"
PATIENCE = 15.0
"""Seconds that a busy machine may take from a change of the cluster to a picture that says it; how many is printed."""


def crd(plural: str, kind: str) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.longhorn.io"},
        "spec": {
            "group": "longhorn.io",
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
            "versions": [{"name": "v1beta2", "served": True, "storage": True, "schema": schema}],
        },
    }


def longhorn(kind: str, name: str, **parts: object) -> dict[str, Any]:
    head = {"apiVersion": "longhorn.io/v1beta2", "kind": kind, "metadata": {"name": name, "namespace": SPACE}}
    return {**head, **parts}


def backup(name: str, state: str = "Completed", error: str = "") -> dict[str, Any]:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3 * 3600))
    status = {"volumeName": "lh-data", "state": state, "error": error, "snapshotCreatedAt": at, "size": "1024"}
    url = f"s3://backups@home/?backup={name}" if state == "Completed" else ""
    return longhorn("Backup", name, status={**status, "url": url, "backupTargetName": "default"})


CLAIM: tuple[dict[str, Any], ...] = (
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}},
    {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "pv-data"},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "csi": {"driver": "driver.longhorn.io", "volumeHandle": "lh-data"},
        },
    },
    {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "default"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "volumeName": "pv-data",
            "storageClassName": "longhorn",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    },
)


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig("api") as rig:
        rig.apply(crd("volumes", "Volume"), crd("backups", "Backup"), crd("backuptargets", "BackupTarget"))
        until("Longhorn's API", lambda: rig.serves("/apis/longhorn.io/v1beta2/backups"))
        rig.apply(*CLAIM)
        target = {"spec": {"backupTargetURL": "nfs://nas.example.com:/backups"}, "status": {"available": True}}
        rig.apply(longhorn("BackupTarget", "default", **target), backup("first"))
        yield rig


class Watched:
    """A session, and what its newest picture says of survival."""

    def __init__(self, session: Session) -> None:
        self.words = ""
        self._changed = threading.Condition()
        session.subscribe(self._heard)

    def _heard(self, picture: Picture) -> None:
        with self._changed:
            claims = picture.survival.claims
            self.words = f"{picture.survival.words(time.time())}: {''.join(fate.why for fate in claims.fates)}"
            self._changed.notify_all()

    def becomes(self, words: str, seconds: float = PATIENCE) -> None:
        began = time.monotonic()
        with self._changed:
            assert self._changed.wait_for(lambda: words in self.words, seconds), f"“{words}” is not in “{self.words}”"
        print(f"“{words}”: {(time.monotonic() - began) * 1000:.0f} ms after the call")


@pytest.fixture
def watched(rig: Rig, tmp_path: Path) -> Iterator[Watched]:
    session = make_session(rig.environ, tmp_path, rig.kubeconfig, None, read_only=True)
    watched = Watched(session)
    session.start()
    yield watched
    session.stop()


def test_a_backup_that_fails_or_goes_is_seen_at_once(rig: Rig, watched: Watched) -> None:
    watched.becomes("1 of 1 claim returns, oldest loss 3 h", seconds=30)
    rig.apply(backup("first", "Error", "timed out"))
    watched.becomes("0 of 1 claim returns · 1 would not: its only backup failed: timed out")
    rig.apply(backup("second"))
    watched.becomes("1 of 1 claim returns")
    rig.kubectl("-n", SPACE, "delete", "backups.longhorn.io", "second", "first")
    watched.becomes("1 would not: has no backup")
    rig.apply(backup("first"))
    watched.becomes("1 of 1 claim returns")


def checked(rig: Rig, folder: Path) -> Any:
    argv = [sys.executable, str(ROOT / "bedplate.py"), "check", "--json", "--kubeconfig", str(rig.kubeconfig)]
    said = subprocess.run([*argv, "-C", str(folder)], env=rig.environ, capture_output=True, text=True, timeout=60)
    assert said.returncode in (1, 3), said.stderr
    data = json.loads(said.stdout)
    assert data["exit"] == said.returncode
    assert list(mistakes(data, json.loads(schema_text()))) == []
    return data["survival"]


def test_check_says_so_on_a_pipe(rig: Rig, tmp_path: Path) -> None:
    found = checked(rig, tmp_path)
    assert (found["returning"], found["gone"]) == (1, 0)
    assert found["fates"][0]["backup"]["url"] == "s3://backups@home/?backup=first"
    rig.apply(backup("first", "Error", "timed out"))
    found = checked(rig, tmp_path)
    assert (found["returning"], found["gone"]) == (0, 1)
    assert found["findings"][0]["about"] == {"kind": "PersistentVolumeClaim", "namespace": "default", "name": "data"}
