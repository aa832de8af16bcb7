"""One cluster, one repository and the tools, tied together without a screen.

It reads and never changes: everything that changes the world goes through ``operate``. Screens and ``check`` subscribe
to its pictures; live tables attach to its store.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from runners.cluster.access import Access, KubeconfigError
from runners.cluster.connection import Connection
from runners.cluster.discovery import discover
from runners.cluster.errors import ApiError
from runners.cluster.identity import resolve
from runners.cluster.store import Delta, Store
from runners.cluster.watches import Watches
from runners.cluster_runs import SeenRuns, look
from runners.edges import guarded, spawn
from runners.helm_releases import HelmReleases
from runners.journal import Journal
from runners.judging import Judging
from runners.known_clusters import KnownClusters
from runners.layers.commands import Situation, Target
from runners.layers.findings import Finding, Severity
from runners.layers.freshness import Freshness, Reach
from runners.layers.gitops_settings import bootstrap_findings
from runners.layers.identity import Identity
from runners.layers.judge import TICK, Observed
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.releases import RELEASES
from runners.layers.kinds.runs import RUNS, run_row
from runners.layers.picture import Picture
from runners.layers.plans import Served
from runners.layers.runs import RunRecord
from runners.layers.settings import Settings
from runners.tools.asked_versions import asked_versions
from runners.tools.capture import Captured, capture
from runners.tools.environ import tool_environ
from runners.tools.helmfile_source import hooks_on_reading
from runners.tools.runs import Runs
from runners.tools.versions import REQUIREMENTS, Toolbox, find_tools
from runners.watchfulness import Watch

PICTURE_EVERY = 0.1
"""Seconds between two pictures at the least; what changes meanwhile is seen in the next."""
LOOK_EVERY = 1.0
"""Seconds between two looks at runs and helmfiles on disk while the cluster keeps changing."""
RUNS_SHOWN = 20
"""Runs that a picture carries, newest first."""
TOOLS_PATIENCE = 30.0
"""Seconds that a change waits for the tools to be looked for."""


_NOT_LOOKED_FOR = {
    tool.name: (Finding(tool.name, Severity.UNKNOWN, "was not looked for yet", "wait a moment", False),)
    for tool in REQUIREMENTS
}


@dataclass(frozen=True)
class Options:
    """What a session is started with."""

    repository: Path
    settings: Settings
    access: Access
    reload: Callable[[], Access]
    """Reads the kubeconfig again, as it is now; raises KubeconfigError."""
    environ: Mapping[str, str]
    read_only: bool = False
    demo: bool = False
    """The cluster is a play: every screen says so."""


class Session:
    """Watches one cluster until it is stopped. Its callbacks are called on threads of its own."""

    def __init__(self, options: Options, runs: Runs, journal: Journal, clock: Callable[[], float] = time.time) -> None:
        """Takes everything, and the present time in seconds since the epoch; starts nothing."""
        self._clock = clock
        self.options = options
        self.runs = runs
        self.journal = journal
        self.store = Store()
        self.connection = Connection(options.access, notify=self._credential_plugin_said)
        self.watches = Watches(self.connection, self.store)
        self.environ = tool_environ(options.environ)
        self.identity: Identity | None = None
        self.toolbox: Toolbox | None = None
        self.picture = Picture(at=clock(), notices=options.settings.notices)
        spaces = {space for entry in options.settings.foundation for space in entry.namespaces}
        self.helm_releases = HelmReleases(options.access.context, spaces, self._ask_helm, self.changed)
        self.seen_runs = SeenRuns()
        self._watch = Watch(runs)
        self._judging = Judging()
        self.plugin_said: Callable[[str], None] = lambda _line: None
        """Is told what a credential plugin says while it waits: a login link."""
        self._tools_known = threading.Event()
        self._trouble: Finding | None = None
        self._hooks: dict[str, tuple[str, ...]] = {}
        self._asked: dict[str, Mapping[str, str]] = {}
        self._doubt: Finding | None = None
        self._untidy: Finding | None = None
        self._known = KnownClusters(journal.path.with_name("clusters.json"))
        self._rebuilt: Finding | None = None
        self._looked = 0.0
        self._subscribers: list[Callable[[Picture], None]] = []
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._pinning = threading.Lock()
        self._renewing = threading.Lock()
        self._detach = self.store.subscribe(self._heard)

    @property
    def settings(self) -> Settings:
        """bedplate.yaml, or what stands for it."""
        return self.options.settings

    def start(self) -> None:
        """Starts to watch, and returns at once; an unreachable cluster is tried again until it answers."""
        self.watches.start()
        for call in (self._identify, self._judge, self._look_for_tools, self._tidy_up):
            spawn(call, self._failed)
        self.helm_releases.start()

    def stop(self) -> None:
        """Ends every watch; no callback comes afterwards."""
        self._stopped.set()
        self._subscribers.clear()
        self._wake.set()
        self._detach()
        self.helm_releases.stop()
        self.watches.stop()
        self.connection.close()

    def subscribe(self, callback: Callable[[Picture], None]) -> None:
        """Calls back with every new picture."""
        self._subscribers.append(callback)

    def changed(self) -> None:
        """Says that something besides the store changed, so that a look at the disk and the next picture are due."""
        self._looked = float("-inf")
        self._wake.set()

    def noticed(self, run: RunRecord) -> None:
        """A run began or ended: it counts so from this moment on, before anybody looks around again."""
        others = tuple(other for other in self.seen_runs.running if other.id != run.id)
        running = others if run.state.ended else (run, *others)
        self.seen_runs = replace(self.seen_runs, running=running)
        self.changed()

    def situation(self, target: Target) -> Situation:
        """Everything that a gate may look at, as it was last seen; reads no file, so a screen may ask at each key."""
        bootstrap = self.settings.bootstrap
        return Situation(
            picture=self.picture,
            settings=self.settings,
            target=target,
            tools=self.toolbox.findings if self.toolbox else _NOT_LOOKED_FOR,
            read_only=self.options.read_only,
            running=self.seen_runs.running,
            planning_runs_code=self._hooks.get(target.component, ()),
            remarks=(self._rebuilt,) if self._rebuilt else (),
            existing_path=self._synced_path(),
            credentials=bootstrap_findings(bootstrap, self.options.environ) if bootstrap else (),
            asked=self._asked.get(target.component, {}),
        )

    def look_around(self) -> None:
        """Reads again what is on disk: the runs of this cluster, and which helmfiles run code on reading."""
        self._looked = time.monotonic()  # before: what changes meanwhile asks for another look
        self.seen_runs = look(self.runs, self.cluster_words)
        self._watch.look(self.seen_runs.all, self._clock())
        self._keep_rows_of_runs()
        helmfiles = {entry.component: self.options.repository / entry.helmfile for entry in self.settings.foundation}
        self._hooks = {name: hooks_on_reading(path) for name, path in helmfiles.items()}
        self._asked = {name: asked_versions(path) for name, path in helmfiles.items()}

    def _keep_rows_of_runs(self) -> None:
        if self.seen_runs.cluster:
            rows = {row.key: row for row in map(run_row, self.seen_runs.all)}
            self.store.apply(RUNS, rows)
            self.store.keep_only(RUNS, rows.keys())
            self.store.set_freshness(RUNS, Freshness(Reach.LIVE))

    def context_moved(self) -> str:
        """Why the kubeconfig's context is not what it was at the start, in words; empty while it is.

        The session keeps to the cluster that it started on; a person who confirms may mean the other one by now.
        """
        before = self.options.access
        try:
            now = self.options.reload()
        except KubeconfigError as error:
            return str(error)
        if now.context != before.context:
            return f"the kubeconfig's context was {before.context} and is {now.context}"
        if now.server != before.server:
            return f"the context's server was {before.server} and is {now.server}"
        if now.who != before.who:
            return f"the context's user was {before.who} and is {now.who}"
        return ""

    def identify(self) -> Identity:
        """The cluster that this session is pinned to: the one that answered first, asked now when none has yet.

        Raises:
            ApiError: it did not answer.
        """
        with self._pinning:
            if self.identity is None:
                found = resolve(self.connection)
                self._rebuilt = self._met_before(found)
                self.identity = found
                self._looked = 0.0  # which runs are this cluster's is known only now
                self._doubt = None
                self._wake.set()
                self.helm_releases.ask()
            return self.identity

    def _met_before(self, found: Identity) -> Finding | None:
        try:
            return self._known.meet(found, self._clock())
        except OSError as error:
            return Finding(f"context {found.context}", Severity.NOTE, f"can't be remembered: {error.strerror}")

    def served(self) -> Served:
        """What the server serves, for renderings; asked now.

        Raises:
            ApiError: it did not answer.
        """
        found = discover(self.connection, lambda _group: True)
        groups = {f"{item.group}/{item.version}" for item in found}
        kinds = {f"{item.group}/{item.version}/{item.singular}" for item in found}
        return Served(
            version=self.identity.version if self.identity else "",
            api_versions=("v1", *sorted(groups | kinds)),
            cluster_scoped=frozenset((item.group, item.singular) for item in found if not item.namespaced),
        )

    @property
    def cluster_words(self) -> str:
        """The pinned cluster as runs are marked with it; empty before it answered."""
        return f"{self.identity.server} {self.identity.uid or self.identity.fingerprint}" if self.identity else ""

    def _heard(self, delta: Delta) -> None:
        self._judging.heard(delta)
        self._wake.set()
        if delta.table == RELEASES.table and self.identity is not None:
            self.helm_releases.ask()

    def wait_for_tools(self) -> None:
        """Returns when the tools were looked for; that takes a second, and more where one of them hangs."""
        self._tools_known.wait(TOOLS_PATIENCE)

    async def _ask_helm(self, argv: tuple[str, ...]) -> Captured:
        return await capture(
            argv,
            environ=self.environ,
            cwd=self.options.repository,
            kubeconfig=self.options.access.private_kubeconfig(),
            timeout=60,
        )

    def _synced_path(self) -> str | None:
        if not self.store.freshness(KUSTOMIZATIONS).trusted:
            return None
        found = self.store.within(KUSTOMIZATIONS, ("flux-system",))
        return next((row.path for row in found if row.name == "flux-system"), "")

    def _identify(self) -> None:
        """Resolves which cluster this is, once; until it answers, says why it does not."""
        wait = 0.5
        while not self._stopped.is_set():
            try:
                self.identify()
            except ApiError as error:
                self._doubt = Finding(self.connection.server, Severity.UNKNOWN, str(error), "it is tried again")
                self._wake.set()
                self._stopped.wait(wait)
                wait = min(wait * 2, 15.0)
                continue
            return

    def _look_for_tools(self) -> None:
        try:
            self.toolbox = find_tools(self.environ)
        finally:
            self._tools_known.set()
            self._wake.set()

    def _tidy_up(self) -> None:
        """Removes what programs that were killed left behind: private kubeconfigs, and runs that nobody ended."""
        try:
            self.runs.sweep()
        except OSError as error:
            self._untidy = Finding(str(self.runs.root), Severity.NOTE, f"can't be tidied up: {error.strerror}")
        self._wake.set()

    def _judge(self) -> None:
        """Makes a picture soon after something changed, and hands it around when it says something new."""
        while not self._stopped.is_set():
            self._wake.wait(TICK)
            self._wake.clear()
            if self._stopped.is_set():
                return
            if guarded(self._renew_soon, self._failed):
                self._trouble = None
            self._stopped.wait(PICTURE_EVERY)

    def _renew_soon(self) -> None:
        self.renew(patience=LOOK_EVERY)

    def _failed(self, words: str) -> None:
        """Says on the screen that a thread failed; verdicts rest on nothing then."""
        self._trouble = Finding("Bedplate", Severity.UNKNOWN, words, "start it again; its log says more")
        latest = replace(self.picture, notices=(self._trouble, *self.picture.notices[:9]))
        if latest != self.picture:
            self.picture = latest
            for callback in tuple(self._subscribers):
                callback(latest)

    def renew(self, patience: float = 0.0) -> None:
        """Takes the picture of this moment, and hands it around when it says something new.

        What is on disk is read again where that was last done more than ``patience`` seconds ago.
        """
        with self._renewing:  # an older picture must not come after a newer one
            if time.monotonic() - self._looked >= patience:
                self.look_around()
            latest = self.take_picture()
            if replace(latest, at=self.picture.at) == self.picture:
                return
            self.picture = latest
        for callback in tuple(self._subscribers):
            callback(latest)

    def take_picture(self) -> Picture:
        """The picture of this moment."""
        seen = self._judging.picture(
            Observed(
                rows=self.store,
                settings=self.settings,
                now=self._clock(),
                identity=self.identity,
                charts=self.helm_releases.charts,
                objects=self.helm_releases.objects,
                notices=tuple(self._notices()),
                runs=self.seen_runs.all[:RUNS_SHOWN],
            )
        )
        return replace(seen, alarms=self._watch.alarms(self.store))

    def _notices(self) -> list[Finding]:
        notices = [finding for finding in (self._trouble, self._doubt, self._rebuilt, self._untidy) if finding]
        if self.toolbox is not None:
            # A mere recommendation waits in the dialog that it matters to.
            said = (finding for findings in self.toolbox.findings.values() for finding in findings)
            notices += [finding for finding in said if finding.closes]
        return notices

    def _credential_plugin_said(self, line: str) -> None:
        self._doubt = Finding("credential plugin", Severity.WARNING, line)
        self.plugin_said(line)
        self._wake.set()
