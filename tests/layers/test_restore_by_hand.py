"""A person with a shell and the sheet can do what the act does."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs.recover import recover
from runners.layers.walkthroughs.restore_by_hand import restore_commands
from tests.layers import recover_world as r


def with_backup() -> Sheet:
    sheet = r.sheet("photos")
    claim = replace(sheet.claims[0], backup="s3://b@home/?backup=it's&volume=lh-photos")
    return replace(sheet, claims=(claim, *r.sheet("cache").claims))


def test_each_claim_with_a_backup_has_its_commands_in_order() -> None:
    every = restore_commands(with_backup(), "home").splitlines()
    assert [line for line in every if line.startswith("#")] == [
        "# apps/photos: its volume from its backup, and when that is whole, the claim on it",
        "# or all from a system backup: put its name for NAME",
        "# it brings settings back in the middle: for kept disks, orphan deletion is put off all the while",
    ]
    *lines, spares, system, _until = (line for line in every if not line.startswith("#"))
    objects = [json.loads(shlex.split(line)[-1]) for line in lines if "<<<" in line]
    assert [obj["kind"] for obj in objects] == ["Volume", "Namespace", "PersistentVolume", "PersistentVolumeClaim"]
    assert objects[0]["spec"]["fromBackup"] == "s3://b@home/?backup=it's&volume=lh-photos"
    assert objects[0]["spec"]["size"] == str(10 * 2**30)
    assert "wait volumes.longhorn.io/lh-photos" in lines[1]
    assert lines[1].index("restoreInitiated}'=true &&") < lines[1].index("restoreRequired}'=false")
    assert all(line.startswith("kubectl --context home ") for line in (*lines, system))
    assert '"kind":"SystemRestore"' in system
    assert spares.startswith("spare() { ")
    subprocess.run(["bash", "-n"], input="\n".join(every), text=True, check=True)


def test_settings_are_spared_until_a_system_restore_is_over(tmp_path: Path) -> None:
    """The printed lines, with a kubectl that says Completed at its third answer, and an older Longhorn's settings."""
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(
        '#!/bin/bash\necho "$@" >> calls\n'
        'case "$*" in *orphan-resource*) exit 1;; *get*) [ $(grep -c get calls) -lt 3 ] || echo Completed;; esac\n'
    )
    kubectl.chmod(0o755)
    sleep = tmp_path / "sleep"
    sleep.write_text("#!/bin/bash\n")
    sleep.chmod(0o755)
    _about, *lines = restore_commands(r.sheet(), "home").splitlines()[-4:]
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-c", "\n".join(lines)], cwd=tmp_path, env=path, check=True, timeout=20)
    calls = (tmp_path / "calls").read_text().splitlines()
    assert sum(" get " in call for call in calls) == 3
    assert sum("orphan-auto-deletion" in call for call in calls) == 4
    assert "orphan-auto-deletion" in calls[-1], "and once more when it is over"


@pytest.mark.parametrize("sheet", [None, r.sheet()])
def test_without_a_sheet_a_single_volume_is_restored_by_what_its_backup_says(sheet: Sheet | None) -> None:
    look, said, *lines, _about, _told, _spares, _system, _until = restore_commands(sheet, "home").splitlines()
    fields = look.rpartition("custom-columns=")[2].split(",")
    assert ["status", "url"] in [field.partition(":.")[2].split(".") for field in fields]
    objects = [json.loads(shlex.split(line)[-1]) for line in lines if "<<<" in line]
    assert [obj["kind"] for obj in objects] == ["Volume", "Namespace", "PersistentVolume", "PersistentVolumeClaim"]
    blanks = set(re.findall(r"\b[A-Z]{5,}\b", "\n".join(lines)))
    assert blanks == {"BACKUP", "VOLUME", "CLAIM", "NAMESPACE", "STORAGECLASS"}
    assert all(blank in said for blank in blanks)
    assert objects[0]["spec"]["size"] in said
    assert objects[3]["spec"]["resources"]["requests"]["storage"] in said


def test_the_step_has_them() -> None:
    step = recover(r.SETTINGS, with_backup()).step("restored")
    assert step is not None
    assert step.shell is not None
    assert step.shell(r.SETTINGS, "home") == restore_commands(with_backup(), "home")
