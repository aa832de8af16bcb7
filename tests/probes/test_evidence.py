"""What earlier probes found is read from their folders, as far as these are still there."""

from __future__ import annotations

import json
from pathlib import Path

from runners.layers.probes import Answer, Outcome
from runners.layers.runs import RunRecord, RunState
from runners.probes.evidence import PROBED, Proofs
from runners.tools.runs import Runs
from tests.layers.worlds import NOW


def probed(run_id: str) -> RunRecord:
    return RunRecord(run_id, "probe s3 minio", (), "/", "", NOW - 60, RunState.SUCCEEDED, NOW - 50, 0)


def test_a_probe_whose_folder_is_gone_is_no_evidence_and_hides_no_other(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    gone, there = probed("20270115-080000-9b1c"), probed("20270115-070000-7f3a")
    folder = tmp_path / there.id
    folder.mkdir()
    (folder / PROBED).write_text(json.dumps({"probe": "s3", "component": "minio"}))
    answer = Answer(Outcome.WORKED, "it was read back")
    (folder / "log").write_text("\n".join((*answer.lines(), "")))
    found = Proofs(runs).of([gone, there])
    assert (found["minio"].run, found["minio"].answer) == (there.short_id, answer)
