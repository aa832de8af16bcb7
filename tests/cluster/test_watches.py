from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from runners.cluster import watches as module
from runners.cluster.connection import Connection
from runners.cluster.discovery import Served, discover
from runners.cluster.store import Delta, Store
from runners.cluster.watches import Watches
from runners.layers.freshness import Reach
from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.longhorn import LONGHORN_VOLUMES
from runners.layers.kinds.nodes import NODES
from tests.cluster.conftest import QUICK
from tests.cluster.fake_api import Exchange, FakeApi, Script, bookmark, event, thing
from tests.cluster.support import access, until

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
KS = ("kustomize.toolkit.fluxcd.io", "kustomizations", "Kustomization", ("v1", "v1beta2"))
VOLUMES = ("longhorn.io", "volumes", "Volume", ("v1beta2",))
RECEIVER = ("notification.toolkit.fluxcd.io", "receivers", "Receiver", ("v1",))
OTHER = ("example.com", "things", "Thing", ("v1",))

Resource = tuple[str, str, str, tuple[str, ...]]


def watching(*objects: dict[str, object]) -> Script:
    """Answers a watch with some objects, and then holds it."""

    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.events(*(event("ADDED", obj) for obj in objects), bookmark(9, ends=True))
        exchange.hold()

    return script


class Cluster:
    """What a scripted server serves, which may change."""

    def __init__(self, api: FakeApi, *, aggregated: bool = True) -> None:
        self.api = api
        self.resources: tuple[Resource, ...] = ()
        self.aggregated = aggregated
        self.verbs = ["get", "list", "watch"]
        api.script("/apis", self._apis)
        for kind in CORE:
            api.script(kind.path, watching(thing("core")))

    def serve(self, *resources: Resource) -> None:
        """Serves these from now on, and no others."""
        self.resources = resources
        for group, plural, kind, versions in resources:
            for version in versions:
                self.api.script(f"/apis/{group}/{version}/{plural}", watching(thing(f"{version}-{plural}")))
                self.api.script(f"/apis/{group}/{version}", self._plain(plural, kind))

    def _apis(self, exchange: Exchange) -> None:
        assert "APIGroupDiscoveryList" in exchange.header("Accept")
        if self.aggregated:
            groups = [self._group(*resource) for resource in self.resources]
            exchange.json({"kind": "APIGroupDiscoveryList", "items": groups})
            return
        listed = [
            {
                "name": group,
                "versions": [{"version": version} for version in reversed(versions)],
                "preferredVersion": {"version": versions[0]},
            }
            for group, _, _, versions in self.resources
        ]
        exchange.json({"kind": "APIGroupList", "groups": listed})

    def _group(self, group: str, plural: str, kind: str, versions: tuple[str, ...]) -> dict[str, object]:
        resource = {
            "resource": plural,
            "responseKind": {"kind": kind},
            "scope": "Namespaced",
            "verbs": self.verbs,
            "subresources": [{"subresource": "status", "verbs": ["get"]}],
        }
        return {
            "metadata": {"name": group},
            "versions": [{"version": version, "resources": [resource]} for version in versions],
        }

    def _plain(self, plural: str, kind: str) -> Script:
        named = {"kind": kind, "namespaced": True, "verbs": self.verbs}
        resources = [{"name": plural, **named}, {"name": f"{plural}/status", **named}]
        return lambda exchange: exchange.json({"kind": "APIResourceList", "resources": resources})


Begin = Callable[..., tuple[Watches, Store]]


@pytest.fixture
def begin(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Starts watches, which are stopped in the end."""
    monkeypatch.setattr(module, "_SETTLING", (0.02, 0.05, 0.1))
    running: list[tuple[Watches, Connection]] = []

    def start(poll: float = 60.0) -> tuple[Watches, Store]:
        connection, store = Connection(access(api.url), limits=(10.0, 10.0)), Store()
        watches = Watches(connection, store, timing=QUICK, poll=poll)
        running.append((watches, connection))
        watches.start()
        return watches, store

    yield start
    for watches, connection in running:
        watches.stop()
        assert watches.join(20)
        connection.close()


def ids(watches: Watches) -> set[str]:
    """The ids of the kinds beyond the core that are watched."""
    return {kind.id for kind in watches.kinds} - {kind.id for kind in CORE}


def reach(store: Store, kind: AnyKind) -> Reach:
    """How fresh a kind is."""
    return store.freshness(kind).reach


@pytest.mark.parametrize("aggregated", [True, False])
def test_discovery_finds_the_same_either_way(
    api: FakeApi, connect: Callable[..., Connection], aggregated: bool
) -> None:
    Cluster(api, aggregated=aggregated).serve(KS, OTHER, VOLUMES)
    found = discover(connect(), lambda group: group != "example.com")
    verbs = frozenset(("get", "list", "watch"))
    assert found == (
        Served("kustomize.toolkit.fluxcd.io", "v1", "kustomizations", "Kustomization", True, verbs),
        Served("kustomize.toolkit.fluxcd.io", "v1beta2", "kustomizations", "Kustomization", True, verbs),
        Served("longhorn.io", "v1beta2", "volumes", "Volume", True, verbs),
    )
    assert found[0].name == "kustomizations.kustomize.toolkit.fluxcd.io"


@pytest.mark.parametrize("aggregated", [True, False])
def test_what_is_served_is_watched_and_the_rest_is_absent(api: FakeApi, begin: Begin, aggregated: bool) -> None:
    Cluster(api, aggregated=aggregated).serve(KS, RECEIVER, VOLUMES, OTHER)
    watches, store = begin()
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.LIVE and reach(store, LONGHORN_VOLUMES) is Reach.LIVE)
    assert ids(watches) == {"kustomizations", "receivers", "longhorn-volumes"}
    until(lambda: len(store.table("flux")) == 2)
    assert {row.name for row in store.table("flux")} == {"v1-kustomizations", "v1-receivers"}
    assert {kind.id for kind in CUSTOM if reach(store, kind) is Reach.ABSENT} == {
        kind.id for kind in CUSTOM if kind is not LONGHORN_VOLUMES
    }
    until(lambda: all(reach(store, kind) is Reach.LIVE for kind in CORE))


def test_what_cannot_be_watched_is_left_alone(api: FakeApi, begin: Begin) -> None:
    cluster = Cluster(api)
    cluster.verbs = ["get", "create"]
    cluster.serve(KS)
    watches, store = begin()
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.ABSENT)
    assert ids(watches) == set()


def test_kinds_come_and_go_where_crds_are_watched(api: FakeApi, begin: Begin) -> None:
    cluster, api_crds = Cluster(api), CrdScript()
    api.script(CRDS, api_crds)
    watches, store = begin()
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.ABSENT)
    cluster.serve(KS)
    api_crds.send("ADDED", "kustomizations.kustomize.toolkit.fluxcd.io")
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.LIVE)
    assert [row.name for row in store.all(KUSTOMIZATIONS)] == ["v1-kustomizations"]
    cluster.serve()
    api_crds.send("DELETED", "kustomizations.kustomize.toolkit.fluxcd.io")
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.ABSENT)
    assert store.table("flux") == []
    assert ids(watches) == set()


def test_a_server_that_is_late_to_serve_a_new_crd_is_asked_again(api: FakeApi, begin: Begin) -> None:
    cluster, api_crds = Cluster(api), CrdScript()
    api.script(CRDS, api_crds)
    _, store = begin()
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.ABSENT)
    api_crds.send("ADDED", "kustomizations.kustomize.toolkit.fluxcd.io")
    looks = len(api.asked("/apis"))
    api.wait("/apis", looks + 8)
    cluster.serve(KS)
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.LIVE)


def test_kinds_come_where_crds_may_not_be_listed(api: FakeApi, begin: Begin) -> None:
    cluster = Cluster(api)
    api.script(CRDS, lambda exchange: exchange.refuse(403))
    _, store = begin(poll=0.1)
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.ABSENT)
    cluster.serve(KS)
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.LIVE)


def test_a_kind_that_is_preferred_in_another_version_is_watched_in_that(api: FakeApi, begin: Begin) -> None:
    cluster = Cluster(api)
    cluster.serve((*KS[:3], ("v1beta2",)))
    _, store = begin(poll=0.1)
    until(lambda: [row.name for row in store.all(KUSTOMIZATIONS)] == ["v1beta2-kustomizations"])
    cluster.serve(KS)
    until(lambda: [row.name for row in store.all(KUSTOMIZATIONS)] == ["v1-kustomizations"])
    assert reach(store, KUSTOMIZATIONS) is Reach.LIVE


def test_without_discovery_each_kind_is_tried(api: FakeApi, begin: Begin) -> None:
    Cluster(api).serve(VOLUMES)
    api.script("/apis", lambda exchange: exchange.refuse(403))
    _, store = begin()
    until(lambda: reach(store, LONGHORN_VOLUMES) is Reach.LIVE)
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.ABSENT)


def test_a_server_that_cannot_be_reached_yet_comes_alive_later(api: FakeApi, begin: Begin) -> None:
    Cluster(api).serve(VOLUMES)
    up = [False]
    answers = {path: scripts[0] for path, scripts in api.scripts().items()}
    for path, answer in answers.items():
        api.script(path, lambda e, answer=answer: answer(e) if up[0] else e.refuse(503))  # type: ignore[misc]
    _, store = begin()
    until(lambda: "503" in store.freshness(NODES).detail or "no" in store.freshness(NODES).detail)
    assert not store.freshness(NODES).trusted
    assert not store.freshness(LONGHORN_VOLUMES).trusted
    up[0] = True
    until(lambda: reach(store, NODES) is Reach.LIVE and reach(store, LONGHORN_VOLUMES) is Reach.LIVE)


def test_nothing_is_written_once_stop_has_returned(api: FakeApi, begin: Begin) -> None:
    def flood(exchange: Exchange) -> None:
        exchange.begin()
        exchange.events(bookmark(9, ends=True))
        for number in range(1_000_000):
            exchange.events(event("ADDED", thing(f"n{number}", number)))

    Cluster(api)
    for kind in CORE:
        api.script(kind.path, flood)
    watches, store = begin()
    told: list[Delta] = []
    store.subscribe(told.append)
    until(lambda: len(told) > 100)
    watches.stop()
    count = len(told)
    assert watches.join(20)
    assert len(told) == count


def test_an_answer_of_discovery_after_the_stop_changes_nothing(api: FakeApi, begin: Begin) -> None:
    asked, go_on = threading.Event(), threading.Event()
    cluster = Cluster(api)
    answer = api.scripts()["/apis"][0]

    def late(exchange: Exchange) -> None:
        asked.set()
        assert go_on.wait(20)
        answer(exchange)

    api.script("/apis", late)
    cluster.serve(VOLUMES)
    watches, store = begin()
    assert asked.wait(20)
    watches.stop()
    told: list[Delta] = []
    store.subscribe(told.append)
    go_on.set()
    assert watches.join(20)
    assert told == []
    assert ids(watches) == set()


def test_a_listener_may_ask_what_is_watched(api: FakeApi, begin: Begin) -> None:
    cluster, api_crds = Cluster(api), CrdScript()
    api.script(CRDS, api_crds)
    watches, store = begin()
    seen: list[int] = []
    store.subscribe(lambda _delta: seen.append(len(watches.kinds) + watches.skipped))
    cluster.serve(KS, VOLUMES)
    api_crds.send("ADDED", "kustomizations.kustomize.toolkit.fluxcd.io")
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.LIVE)
    cluster.serve()
    api_crds.send("DELETED", "kustomizations.kustomize.toolkit.fluxcd.io")
    until(lambda: reach(store, KUSTOMIZATIONS) is Reach.ABSENT)
    assert seen


class CrdScript:
    """A watch of CRDs, to which a test adds."""

    def __init__(self) -> None:
        self._exchange: list[Exchange] = []

    def __call__(self, exchange: Exchange) -> None:
        assert "PartialObjectMetadata" in exchange.header("Accept")
        exchange.begin()
        exchange.events(bookmark(9, ends=True))
        self._exchange.append(exchange)
        exchange.hold()

    def send(self, what: str, name: str) -> None:
        """Tells of a change."""
        until(lambda: bool(self._exchange))
        self._exchange[-1].events(event(what, thing(name, 10, namespace="")))
