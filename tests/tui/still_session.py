"""A session without a cluster: its store holds what a test writes, and pictures are made when a test asks."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from runners.cluster.access import Access
from runners.cluster.connection import Connection
from runners.cluster.errors import Unreachable
from runners.cluster.watches import Watches
from runners.journal import Journal
from runners.layers.freshness import Freshness, Reach
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.identity import Identity
from runners.layers.jsons import Json
from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Row
from runners.layers.kinds.flux import KUSTOMIZATIONS, flux_kind
from runners.layers.preflight import PreflightFacts
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.survival.checkout import Checkout
from runners.layers.survival.judge import Surroundings
from runners.session import Options, Session
from runners.tools.runs import Runs
from runners.tools.versions import Toolbox
from tests.layers.worlds import NOW

SETTINGS = Settings(
    origin="found 2 helmfiles",
    foundation=(
        FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",)),
        FoundationEntry("minio", "minio/helmfile.yaml", ("minio-operator", "minio-tenant"), after=("longhorn",)),
    ),
    bootstrap=BootstrapSettings("git", url="ssh://git@git.home/infra.git", path="clusters/home"),
)
HOME = Identity("home", "https://10.0.0.10:6443", "41c7d0aa-0000-4000-8000-000000000000", version="v1.37.2")
CHECKOUT = Checkout("3d2789eb", "main", "origin/main")
ACCESS = Access(context="home", server=HOME.server, cluster={}, user={}, cluster_name="home", user_name="admin")
GIT = flux_kind("source.toolkit.fluxcd.io", "v1", "gitrepositories", "GitRepository")
RELEASES = flux_kind("helm.toolkit.fluxcd.io", "v2", "helmreleases", "HelmRelease")
KINDS: tuple[AnyKind, ...] = (*CORE, *CUSTOM, KUSTOMIZATIONS, GIT, RELEASES)


class NoConnection(Connection):
    """Reaches nothing, without trying."""

    def request(self, method: str, path: str, **_more: object) -> Json:
        """Says that nobody answers."""
        raise Unreachable(f"{self.server} does not answer")


class StillWatches(Watches):
    """Watches of a cluster that serves every kind; none is started."""

    @property
    def kinds(self) -> tuple[AnyKind, ...]:
        """Every kind."""
        return KINDS


class StillSession(Session):
    """Starts nothing; everything else is the session's own."""

    def __init__(self, options: Options, runs: Runs, journal: Journal) -> None:
        """As a session, without a network."""
        super().__init__(options, runs, journal, clock)
        self.connection = NoConnection(options.access)
        self.watches = StillWatches(self.connection, self.store)
        self.toolbox = Toolbox()
        self.outlook.known = Surroundings(CHECKOUT, synced=CHECKOUT)
        self._tools_known.set()
        self.ahead._looked.set()
        self.helm_releases.settled.set()
        self.ahead.facts = PreflightFacts(looked=True)

    def start(self) -> None:
        """Nothing is watched."""

    def stop(self) -> None:
        """Nothing was started."""
        self.connection.close()

    def fill(self, rows: Iterable[Row], freshness: dict[str, Freshness] | None = None) -> None:
        """Puts rows into the store, says that every kind is live unless told otherwise, and takes a picture."""
        by_kind: dict[str, list[Row]] = {}
        for row in rows:
            by_kind.setdefault(row.kind, []).append(row)
        for kind in KINDS:
            found = by_kind.pop(kind.id, [])
            self.store.apply(kind, {row.key: row for row in found})
            self.store.keep_only(kind, {row.key for row in found})
            self.store.set_freshness(kind, (freshness or {}).get(kind.id, Freshness(Reach.LIVE)))
        assert not by_kind, f"no kind takes {sorted(by_kind)}"
        self.identity = HOME
        self.renew()


def still_session(folder: Path, *, read_only: bool = False, settings: Settings = SETTINGS) -> StillSession:
    """A session on a made-up cluster, with runs and journal in a folder of the test's."""
    repository = folder / "repository"
    repository.mkdir(exist_ok=True)
    options = Options(repository, settings, ACCESS, lambda: ACCESS, {"PATH": ""}, read_only=read_only)
    return StillSession(options, Runs(folder / "runs"), Journal(folder / "journal.jsonl", clock))


def clock() -> float:
    """The worlds' own moment."""
    return NOW


def local(_seconds: float) -> time.struct_time:
    """That moment's time of day, the same in every time zone."""
    return time.gmtime(NOW)
