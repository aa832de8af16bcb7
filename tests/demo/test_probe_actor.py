"""The actor that plays probes' pods: a nonce is found only where somebody wrote it, on a volume that is bound."""

from __future__ import annotations

from typing import Any

import pytest

from runners.demo.actors.probe import LABEL, Prober, Shell
from runners.layers.claim_probe.objects import Trial, reader, writer
from runners.layers.jsons import Json, mapping, sequence, text
from tests.demo.memory_api import MemoryApi
from tests.demo.play import pod

HOME = "/api/v1/namespaces/bedplate-probe"
ONE, OTHER = (Trial(letter * 32, "longhorn", "busybox") for letter in "ab")


def run(api: MemoryApi, wanted: Json) -> dict[str, Any]:
    """A pod that the kubelet has started."""
    status = {"phase": "Running", "containerStatuses": [{"name": "probe", "state": {"running": {}}}]}
    head = mapping(wanted, "metadata")
    return api.put(f"{HOME}/pods", text(head, "name"), metadata=dict(head), spec=wanted["spec"], status=status)


def bind(api: MemoryApi, trial: Trial, volume: str) -> None:
    if f"/api/v1/persistentvolumes/{volume}" not in api.objects:
        reference = {"namespace": "bedplate-probe", "name": trial.claim}
        api.put("/api/v1/persistentvolumes", volume, spec={"claimRef": reference})
    claims = f"{HOME}/persistentvolumeclaims"
    api.objects.pop(f"{claims}/{trial.claim}", None)
    api.put(claims, trial.claim, spec={"volumeName": volume}, status={"phase": "Bound"})


def ended(api: MemoryApi, name: str) -> tuple[str, int | None, str]:
    found = api.objects[f"{HOME}/pods/{name}"]
    state = mapping(sequence(found, "status", "containerStatuses")[0], "state", "terminated")
    code = state.get("exitCode")
    return text(found, "status", "phase"), code if isinstance(code, int) else None, text(state, "message")


def test_what_one_pod_wrote_the_other_one_reads(api: MemoryApi) -> None:
    bind(api, ONE, "pv-1")
    prober = Prober(api)
    run(api, writer(ONE))
    prober.act()
    assert ended(api, ONE.writer) == ("Succeeded", 0, ONE.nonce)
    run(api, reader(ONE))
    prober.act()
    assert ended(api, ONE.reader) == ("Succeeded", 0, ONE.nonce)


def test_nothing_ends_before_its_claim_is_bound(api: MemoryApi) -> None:
    run(api, writer(ONE))
    Prober(api).act()
    assert ended(api, ONE.writer) == ("Running", None, "")


def test_a_volume_that_nobody_wrote_to_is_empty(api: MemoryApi) -> None:
    bind(api, ONE, "pv-1")
    bind(api, OTHER, "pv-2")
    prober = Prober(api)
    run(api, writer(OTHER))
    run(api, reader(ONE))
    prober.act()
    assert ended(api, ONE.reader) == ("Failed", 1, "")


def test_what_lay_on_a_volume_goes_with_it(api: MemoryApi) -> None:
    bind(api, ONE, "pv-1")
    prober = Prober(api)
    run(api, writer(ONE))
    prober.act()
    del api.objects["/api/v1/persistentvolumes/pv-1"]
    prober.act()
    bind(api, ONE, "pv-1")
    run(api, reader(ONE))
    prober.act()
    assert ended(api, ONE.reader) == ("Failed", 1, "")


def test_other_pods_are_left_alone(api: MemoryApi) -> None:
    pod(api)
    api.writes.clear()
    Prober(api).act()
    assert not api.writes


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("printf %s f00d > /dev/termination-log", (0, "f00d")),
        ('printf %s "$NONE" > /dev/termination-log', (0, "")),
        ("printf %s x > /elsewhere/file", (1, "")),
        ("cat /data/none > /dev/termination-log && sync", (1, "")),
        ("rm -rf /data", (127, "")),
        ("", (127, "")),
    ],
)
def test_the_words_of_shell_that_are_played(script: str, says: tuple[int, str]) -> None:
    assert Shell({"/data": {}}, {}).run(script) == says
    assert LABEL in mapping(writer(ONE), "metadata", "labels")
