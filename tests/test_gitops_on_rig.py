"""The GitOps layer's verdicts on a real API server: each change of the cluster is soon in the picture."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runners.cluster.connection import Connection
from runners.cluster.kubeconfig import load
from runners.demo.actors.api import MERGE_PATCH
from runners.demo.homelab_manifests import manifests
from runners.layers.picture import Picture
from runners.layers.verdicts import Verdict
from runners.session import Session
from tests.rig.cluster import Rig
from tests.rig.flux_crds import flux_crds
from tests.rig.waiting import until
from tui.sessions import make_session

pytestmark = pytest.mark.rig

PATIENCE = 15.0
FLUX = "flux-system"
ROOTS = {
    "Kustomization": "/apis/kustomize.toolkit.fluxcd.io/v1",
    "HelmRelease": "/apis/helm.toolkit.fluxcd.io/v2",
    "GitRepository": "/apis/source.toolkit.fluxcd.io/v1",
}
PLURALS = {"Kustomization": "kustomizations", "HelmRelease": "helmreleases", "GitRepository": "gitrepositories"}


class Watcher:
    """A session on the rig, and how long a change takes to be in its picture."""

    def __init__(self, rig: Rig, session: Session) -> None:
        self.rig = rig
        self.session = session
        self.connection = Connection(load({}, kubeconfig=rig.kubeconfig))
        self._news = threading.Event()
        session.subscribe(lambda _picture: self._news.set())

    def patch(self, path: str, body: Mapping[str, object], subresource: str = "status") -> None:
        whole = f"{path}/{subresource}" if subresource else path
        self.connection.request("PATCH", whole, body=body, content_type=MERGE_PATCH)

    def sees(self, what: str, change: Callable[[], object], seen: Callable[[Picture], bool]) -> None:
        """Makes a change, and measures until the picture says so."""
        assert not seen(self.session.picture), f"{what}: so before anything changed"
        begun = time.monotonic()
        change()
        while not seen(self.session.picture):
            assert time.monotonic() - begun < 30, f"{what}: {self.session.picture.components}"
            self._news.wait(0.5)
            self._news.clear()
        took = time.monotonic() - begun
        print(f"\n{what}: in the picture after {took * 1000:.0f} ms")
        assert took < PATIENCE, what


def says(component: str, verdict: Verdict, words: str) -> Callable[[Picture], bool]:
    def seen(picture: Picture) -> bool:
        state = picture.component(component)
        return state is not None and state.verdict is verdict and any(words in each.text for each in state.findings)

    return seen


def flux_path(kind: str, name: str) -> str:
    return f"{ROOTS[kind]}/namespaces/{FLUX}/{PLURALS[kind]}/{name}"


def ready(status: str, reason: str, message: str = "") -> dict[str, Any]:
    then = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    condition = {"type": "Ready", "status": status, "reason": reason, "message": message, "lastTransitionTime": then}
    return {"status": {"conditions": [{**condition, "observedGeneration": 1}], "observedGeneration": 1}}


def stand(watcher: Watcher) -> None:
    """Flux's objects, ready; MetalLB and cert-manager, rolled out: nothing acts on this cluster but the test."""
    rig = watcher.rig
    rig.apply(*flux_crds(rig), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": FLUX}})
    until("Flux's kinds", lambda: all(rig.serves(f"{root}/{PLURALS[kind]}") for kind, root in ROOTS.items()))
    wanted: Mapping[str, Mapping[str, object]] = {
        "GitRepository": {FLUX: {"interval": "1m", "url": "https://git.example.com/x"}},
        "Kustomization": {name: kustomization(*needs) for name, needs in NEEDS.items()},
        "HelmRelease": {"plex": {"interval": "1m", "chartRef": {"kind": "OCIRepository", "name": "plex"}}},
    }
    for kind, objects in wanted.items():
        api_version = ROOTS[kind].removeprefix("/apis/")
        for name, spec in objects.items():
            meta = {"name": name, "namespace": FLUX}
            rig.apply({"apiVersion": api_version, "kind": kind, "metadata": meta, "spec": spec})
            watcher.patch(flux_path(kind, name), ready("True", "Succeeded"))
    for name, namespace in (("metallb", "metallb-system"), ("cert-manager", "cert-manager")):
        parts = manifests(name, namespace)
        rig.apply(*(each for each in parts if each["kind"] in ("Namespace", "CustomResourceDefinition")))
    until("kinds", lambda: all(rig.serves(path) for path in (POOLS, CERTIFICATES)))
    for name, namespace in (("metallb", "metallb-system"), ("cert-manager", "cert-manager")):
        rig.apply(*(each for each in manifests(name, namespace) if each["kind"] != "CustomResourceDefinition"))
        roll_out(watcher, namespace)


def kustomization(*needs: str) -> dict[str, object]:
    source = {"kind": "GitRepository", "name": FLUX}
    depends = {"dependsOn": [{"name": need} for need in needs]} if needs else {}
    return {"interval": "1m", "prune": True, "path": "./", "sourceRef": source, **depends}


NEEDS: Mapping[str, tuple[str, ...]] = {
    FLUX: (),
    "metallb": (),
    "cert-manager": ("metallb",),
    "middle": ("cert-manager",),
    "apps": ("middle",),
}
POOLS = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools"
CERTIFICATES = "/apis/cert-manager.io/v1/namespaces/cert-manager/certificates"


def roll_out(watcher: Watcher, namespace: str) -> None:
    counts = {
        "deployments": {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1, "observedGeneration": 1},
        "daemonsets": {
            "currentNumberScheduled": 1, "desiredNumberScheduled": 1, "numberMisscheduled": 0, "numberReady": 1,
            "updatedNumberScheduled": 1, "observedGeneration": 1,
        },
    }  # fmt: skip
    for plural, status in counts.items():
        root = f"/apis/apps/v1/namespaces/{namespace}/{plural}"
        items: Any = watcher.connection.request("GET", root)["items"]
        for item in items:
            watcher.patch(f"{root}/{item['metadata']['name']}", {"status": status})


@pytest.fixture
def watcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watcher]:
    folder = tmp_path_factory.mktemp("repository")
    with Rig() as rig:
        environ = {**os.environ, **rig.environ, "XDG_STATE_HOME": str(folder / "state")}
        session = make_session(environ, folder, rig.kubeconfig, None, read_only=True)
        found = Watcher(rig, session)
        session.start()
        try:
            stand(found)
            until("all is well", lambda: well(session.picture))
            yield found
        finally:
            session.stop()
            found.connection.close()


def well(picture: Picture) -> bool:
    names = ("metallb", "cert-manager", "apps", "plex")
    return all((state := picture.component(name)) and state.verdict is Verdict.HEALTHY for name in names)


def test_a_pool_that_is_removed(watcher: Watcher) -> None:
    watcher.sees(
        "pool removed",
        lambda: watcher.connection.request("DELETE", f"{POOLS}/home"),
        # Everything here is minutes old: what is missing may be on its way.
        says("metallb", Verdict.PROGRESSING, "no Service gets an address"),
    )


def test_a_certificate_that_expired(watcher: Watcher) -> None:
    meta = {"name": "web", "namespace": "cert-manager"}
    spec = {"secretName": "web-tls", "issuerRef": {"name": "x", "group": "other"}}
    watcher.rig.apply({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": meta, "spec": spec})
    over = (datetime.now(UTC) - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    watcher.sees(
        "certificate expired",
        lambda: watcher.patch(f"{CERTIFICATES}/web", {"status": {"notAfter": over}}),
        says("cert-manager", Verdict.FAILED, "expired 3h ago: whoever uses Secret web-tls is refused"),
    )


def test_a_helmrelease_that_failed(watcher: Watcher) -> None:
    watcher.sees(
        "HelmRelease failed",
        lambda: watcher.patch(flux_path("HelmRelease", "plex"), ready("False", "InstallFailed", "no such image")),
        says("plex", Verdict.FAILED, "InstallFailed: no such image"),
    )


def test_an_inventory_whose_workload_is_not_there(watcher: Watcher) -> None:
    entries = [{"id": "media_plex_apps_Deployment", "v": "v1"}]
    watcher.sees(
        "workload of an inventory missing",
        lambda: watcher.patch(flux_path("HelmRelease", "plex"), {"status": {"inventory": {"entries": entries}}}),
        says("plex", Verdict.FAILED, "is missing, although HelmRelease plex applied it"),
    )


def test_the_root_of_a_chain_is_named(watcher: Watcher) -> None:
    for name in ("cert-manager", "middle", "apps"):
        watcher.patch(flux_path("Kustomization", name), ready("False", "DependencyNotReady"))
    watcher.sees(
        "root of a chain",
        lambda: watcher.patch(flux_path("Kustomization", "metallb"), ready("False", "BuildFailed", "no such file")),
        says(
            "apps", Verdict.FAILED, "waits, since Kustomization flux-system/metallb failed: BuildFailed: no such file"
        ),
    )


def test_a_crd_that_is_taken_away(watcher: Watcher) -> None:
    crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ipaddresspools.metallb.io"
    watcher.sees(
        "CRD taken away",
        lambda: watcher.connection.request("DELETE", crd),
        # Minutes old here too: its CRD may be on its way.
        says("metallb", Verdict.PROGRESSING, "is not served: there is no CRD ipaddresspools.metallb.io"),
    )
