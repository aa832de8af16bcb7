from __future__ import annotations

import time
from typing import Any

import pytest

from runners.demo.actors.cast import Cast
from runners.demo.actors.longhorn import Longhorn
from runners.demo.actors.probe import LABEL, Prober
from runners.layers.jsons import dig, sequence, text
from tests.demo.memory_api import MemoryApi
from tests.demo.play import claim, everything, play, pod


def test_nothing_is_written_once_everything_is_as_it_should_be(tenant: MemoryApi) -> None:
    actors = everything(tenant)
    tenant.writes.clear()
    play(tenant, *actors)
    assert tenant.writes == []


def test_a_probe_reports_its_nonce_only_when_its_claim_is_bound(api: MemoryApi) -> None:
    claim(api)
    pod(api, labels={LABEL: "true"})
    prober = Prober(api)
    prober.act()
    probe = api.objects["/api/v1/namespaces/app/pods/web"]
    assert text(probe, "status", "phase") == "Running"
    api.objects["/api/v1/namespaces/app/persistentvolumeclaims/data"]["status"] = {"phase": "Bound"}
    prober.act()
    ended = dig(sequence(probe, "status", "containerStatuses")[0], "state", "terminated", "message")
    assert (text(probe, "status", "phase"), ended) == ("Succeeded", "f00d")


def test_other_pods_are_left_alone(api: MemoryApi) -> None:
    pod(api)
    Prober(api).act()
    assert not api.writes


def test_a_cast_survives_a_server_that_refuses(caplog: pytest.LogCaptureFixture) -> None:
    class Refusing(MemoryApi):
        def request(self, method: str, path: str, **_: object) -> Any:
            raise ConnectionError("the line is cut")

    longhorn = Longhorn(Refusing())
    with Cast([longhorn]) as cast:
        deadline = time.monotonic() + 5
        while not cast.troubles and time.monotonic() < deadline:
            time.sleep(0.01)
    assert cast.troubles == ("longhorn-manager: ConnectionError: the line is cut",)
    assert "the line is cut" in caplog.text
