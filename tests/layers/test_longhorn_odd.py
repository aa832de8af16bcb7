"""However odd Longhorn's objects are, its rule says something of them: never an exception, never a silent success."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.layers.verdicts import Verdict
from tests.layers import longhorn_objects as lh
from tests.layers.judged import state
from tests.layers.odd import changed_somewhere

EVERY = {**lh.all_well(), "backup-credentials": [lh.credentials({"AWS_ENDPOINTS": "aHR0cHM6Ly9uYXM6OTAwMA=="})]}
S3 = lh.backup_target("s3://b@r/", "backup-credentials")


@pytest.mark.parametrize("kind", EVERY)
@settings(max_examples=20)
@given(data=st.data())
def test_an_odd_object_is_judged_all_the_same(kind: str, data: st.DataObject) -> None:
    first, *others = EVERY[kind]
    world = {**EVERY, "longhorn-backuptargets": [S3], kind: [data.draw(changed_somewhere(first)), *others]}
    found = state("longhorn", lh.rows(world))
    assert found.verdict in Verdict
    assert all(finding.subject and finding.text for finding in found.findings)
    if found.verdict is not Verdict.HEALTHY:
        assert found.summary


@pytest.mark.parametrize("field", ["state", "robustness"])
@pytest.mark.parametrize("odd", ["Odd", 3, "", ["healthy"], {"is": "healthy"}, None])
def test_a_volume_whose_state_is_odd_is_never_called_healthy(field: str, odd: Any) -> None:
    found = state("longhorn", lh.rows(lh.changed(volumes=[lh.volume(**{field: odd})])))
    assert found.verdict is Verdict.UNKNOWN or "says nothing" in found.summary
