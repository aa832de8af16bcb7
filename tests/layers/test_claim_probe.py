"""The claim probe's rules, by table: what it asks for, its image, what is seen of its pods, what was left behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from runners.layers.claim_probe.images import PULLED, choose_image
from runners.layers.claim_probe.leftovers import leftover_findings
from runners.layers.claim_probe.objects import NONCE, Trial, claim, is_volume_of_ours, reader, writer
from runners.layers.claim_probe.prospect import claim_prospect
from runners.layers.claim_probe.sights import Ended, Seen, ended, waits_for
from runners.layers.findings import Severity
from runners.layers.freshness import LOADING
from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.judge import of_foundation
from runners.layers.kinds.pods import pod_row
from runners.layers.kinds.storage import claim_row
from runners.layers.probes import Outcome
from runners.layers.rows import FrozenRows
from runners.layers.settings import ClaimSettings, FoundationEntry
from runners.layers.sight import Sight
from tests.layers import worlds as w
from tests.layers.odd import changed_somewhere

TRIAL = Trial("c0ffee" * 5 + "00", "longhorn", "busybox:1")


def test_only_the_writer_is_told_the_nonce() -> None:
    assert TRIAL.nonce in str(writer(TRIAL))
    assert TRIAL.nonce not in str(reader(TRIAL))
    assert NONCE not in str(reader(TRIAL))


@pytest.mark.parametrize("pod", [writer(TRIAL), reader(TRIAL)])
def test_its_pods_keep_the_restricted_pod_security_profile(pod: Json) -> None:
    spec, container = mapping(pod, "spec"), mapping(sequence(pod, "spec", "containers")[0])
    whole, own = mapping(spec, "securityContext"), mapping(container, "securityContext")
    assert (whole["runAsNonRoot"], text(whole, "seccompProfile", "type")) == (True, "RuntimeDefault")
    assert (own["allowPrivilegeEscalation"], mapping(own, "capabilities")["drop"]) == (False, ["ALL"])
    assert {key for volume in sequence(spec, "volumes") for key in mapping(volume)} == {"name", "persistentVolumeClaim"}
    assert mapping(container, "resources").keys() == {"requests", "limits"}


@pytest.mark.parametrize(
    ("reference", "ours"),
    [
        ({"namespace": "bedplate-probe", "name": TRIAL.claim}, True),
        ({"namespace": "bedplate-probe", "name": "data"}, False),
        ({"namespace": "apps", "name": TRIAL.claim}, False),
        ({}, False),
    ],
)
def test_which_volumes_are_a_probes(reference: Json, ours: bool) -> None:
    assert is_volume_of_ours({"spec": {"claimRef": reference}}) is ours


ANY = ClaimSettings()
CLASSES = [w.storage_class("longhorn"), replace(w.storage_class("fast"), default=False)]
OTHERS = [w.storage_class("local-path", "rancher.io/local-path"), w.storage_class("longhorn-static")]


def test_it_claims_from_the_default_class_of_the_foundations_own() -> None:
    assert claim_prospect(FrozenRows([*OTHERS, *CLASSES]), ANY).arguments == ("--class", "longhorn")
    assert claim_prospect(FrozenRows([*OTHERS, CLASSES[1]]), ANY).arguments == ("--class", "fast")


def test_it_claims_from_the_class_and_with_the_image_that_are_named() -> None:
    named = ClaimSettings("local-path", "registry.home/busybox:1")
    told = ("--class", "local-path", "--image", "registry.home/busybox:1")
    assert claim_prospect(FrozenRows([*OTHERS, *CLASSES]), named).arguments == told
    (found,) = claim_prospect(FrozenRows(CLASSES), named).findings
    assert (found.subject, found.severity) == ("StorageClass local-path", Severity.BLOCKER)


def test_without_a_class_there_is_nothing_to_claim_from() -> None:
    (found,) = claim_prospect(FrozenRows(OTHERS), ANY).findings
    assert (found.severity, found.overridable) == (Severity.BLOCKER, False)
    (unseen,) = claim_prospect(FrozenRows([], {"storageclasses": LOADING}), ANY).findings
    assert unseen.severity is Severity.UNKNOWN


def node(*images: tuple[str, int], ready: bool = True, cordoned: bool = False) -> Json:
    status = {
        "conditions": [{"type": "Ready", "status": str(ready)}],
        "images": [{"names": names.split(), "sizeBytes": size} for names, size in images],
    }
    return {"spec": {"unschedulable": cordoned}, "status": status}


BUSYBOX = ("docker.io/library/busybox@sha256:ab docker.io/library/busybox:1.36", 2_000_000)
ALPINE = ("docker.io/library/alpine:3.22", 4_000_000)
MANAGER = ("docker.io/longhornio/longhorn-manager:v1.12.1", 90_000_000)
DISTROLESS = ("docker.io/longhornio/csi-attacher:v4.9.0", 10_000_000)


@pytest.mark.parametrize(
    ("nodes", "image", "why"),
    [
        ([node(BUSYBOX, MANAGER), node(MANAGER)], MANAGER[0], "lies on 2 of 2 nodes"),
        ([node(BUSYBOX, ALPINE, MANAGER)], "docker.io/library/busybox:1.36", "lies on 1 of 1 nodes"),
        ([node(ALPINE), node(BUSYBOX, ready=False), node(BUSYBOX, cordoned=True)], ALPINE[0], "lies on 1 of 1 nodes"),
        ([node((BUSYBOX[0].split()[0], 1))], "docker.io/library/busybox@sha256:ab", "lies on 1 of 1"),
        ([node(("<none>@<none> <none>:<none>", 1), DISTROLESS)], PULLED, "may have to be pulled"),
        ([node(("evil.example/notbusybox:1", 1))], PULLED, "may have to be pulled"),
        ([], PULLED, "may have to be pulled"),
    ],
)
def test_an_image_that_lies_on_the_nodes_is_taken(nodes: list[Json], image: str, why: str) -> None:
    chosen = choose_image(nodes)
    assert (chosen.image, why in chosen.why) == (image, True), chosen


CLAIM: dict[str, Any] = {**claim(TRIAL), "metadata": {"uid": "c-1"}, "status": {"phase": "Pending"}}
BOUND = {**CLAIM, "status": {"phase": "Bound"}}
UNBOUND = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
TAINTED = "0/3 nodes are available: 3 node(s) had untolerated taint(s)."
NO_SPACE = "failed to provision volume: insufficient storage"
WAITING = "waiting for first consumer to be created before binding"


def pod(node: str = "", phase: str = "Pending", unplaced: str = "", **container: object) -> Json:
    conditions = [{"type": "PodScheduled", "status": "False", "message": unplaced}] if unplaced else []
    status = {"phase": phase, "conditions": conditions, "containerStatuses": [container] if container else []}
    spec = {**mapping(writer(TRIAL), "spec"), **({"nodeName": node} if node else {})}
    return {"metadata": {"uid": "p-1"}, "spec": spec, "status": status}


def waiting(reason: str, message: str = "") -> Json:
    return pod("node-1", name="probe", state={"waiting": {"reason": reason, "message": message}})


def event(about: str, message: str, kind: str = "Warning", at: str = "2027-01-15T08:00:00Z") -> Json:
    return {"involvedObject": {"uid": about}, "type": kind, "message": message, "lastTimestamp": at}


@pytest.mark.parametrize(
    ("seen", "outcome", "says", "hopeless"),
    [
        (Seen(CLAIM, pod(unplaced=UNBOUND)), Outcome.FAILED, "its claim is not bound yet", False),
        (
            Seen(
                CLAIM,
                pod(unplaced=UNBOUND),
                [event("c-1", "earlier", at="2027-01-15T07:00:00Z"), event("c-1", NO_SPACE), event("p-1", UNBOUND)],
            ),
            Outcome.FAILED,
            f"its claim is not bound: {NO_SPACE}",
            False,
        ),
        (
            Seen(CLAIM, pod(unplaced=TAINTED), [event("c-1", WAITING, "Normal")]),
            Outcome.NOT_ASKED,
            f"no node takes the pod: {TAINTED}",
            False,
        ),
        (Seen(CLAIM, pod(), [event("c-1", WAITING, "Normal")]), Outcome.FAILED, f"not bound: {WAITING}", False),
        (Seen(BOUND, pod(unplaced=TAINTED)), Outcome.NOT_ASKED, f"no node takes the pod: {TAINTED}", False),
        (
            Seen(BOUND, pod(unplaced="0/3 nodes are available: 3 node(s) had volume node affinity conflict")),
            Outcome.FAILED,
            "volume node affinity conflict",
            False,
        ),
        (Seen(BOUND, waiting("ErrImagePull", "no such host")), Outcome.NOT_ASKED, "busybox:1 can't be pulled", False),
        (Seen(BOUND, waiting("ImagePullBackOff")), Outcome.NOT_ASKED, "can't be pulled on node-1", True),
        (Seen(BOUND, waiting("CreateContainerConfigError", "no root")), Outcome.NOT_ASKED, "no root", True),
        (
            Seen(BOUND, waiting("ContainerCreating"), [event("p-1", "AttachVolume.Attach failed")]),
            Outcome.FAILED,
            "is not mounted on node-1: AttachVolume.Attach failed",
            False,
        ),
        (Seen(BOUND, pod("node-1")), Outcome.FAILED, "is not mounted on node-1 yet", False),
        (Seen(BOUND, pod("node-1", "Running")), Outcome.FAILED, "is not done with the volume", False),
        (Seen({**CLAIM, "status": {"phase": "Lost"}}, pod()), Outcome.FAILED, "has lost its volume", True),
    ],
)
def test_what_is_waited_for(seen: Seen, outcome: Outcome, says: str, hopeless: bool) -> None:
    wait = waits_for(seen)
    assert (wait.outcome, says in wait.text, wait.hopeless) == (outcome, True, hopeless), wait


def done(code: int, message: str, reason: str = "Completed") -> dict[str, Any]:
    return {"name": "probe", "state": {"terminated": {"exitCode": code, "message": message, "reason": reason}}}


@pytest.mark.parametrize(
    ("found", "how"),
    [
        (pod("node-1", "Succeeded", **done(0, "f00d\n")), Ended(0, "f00d", "Completed")),
        (pod("node-1", "Failed", **done(1, "", "Error")), Ended(1, "", "Error")),
        (pod("node-1", "Failed"), Ended(-1, "", "")),
        (pod("node-1", "Running"), None),
    ],
)
def test_how_a_pod_ended(found: Json, how: Ended | None) -> None:
    assert ended(found) == how


ODD = changed_somewhere(
    {
        "claim": CLAIM,
        "pod": waiting("ErrImagePull"),
        "done": pod("node-1", "Failed", **done(1, "")),
        "event": event("c-1", NO_SPACE),
        "node": node(BUSYBOX),
    }
)


@settings(max_examples=60)
@given(ODD)
def test_odd_objects_are_read_and_never_raise(odd: Any) -> None:
    found = Seen(mapping(odd, "claim"), mapping(odd, "pod"), [mapping(odd, "event")])
    assert waits_for(found).text
    ended(mapping(odd, "done"))
    assert choose_image([mapping(odd, "node")]).image


@pytest.mark.parametrize(("age", "left"), [(60, False), (1800, True)])
def test_what_is_older_than_any_probe_was_left_behind(age: float, left: bool) -> None:
    made = replace(claim_row("persistentvolumeclaims", claim(TRIAL)), created=w.NOW - age)
    pods = replace(pod_row("pods", writer(TRIAL)), created=w.NOW - age)
    found = list(leftover_findings(Sight(FrozenRows([made, pods, w.claim("apps", "data")]), w.NOW)))
    assert [finding.severity for finding in found] == [Severity.NOTE] * (2 if left else 0)
    assert all("bedplate-probe/" in finding.subject for finding in found)


def test_storage_that_is_not_known_is_probed_where_its_class_is_named() -> None:
    rook = FoundationEntry("rook", "rook/helmfile.yaml", ("rook-ceph",))
    assert of_foundation(rook).probe == ""
    assert of_foundation(replace(rook, claim=ClaimSettings("ceph-block"))).probe == "claim"
