"""One cluster, one repository and the tools, tied together without a screen.

It reads and never changes: everything that changes the world goes through ``operate``. Screens and ``check`` subscribe
to its pictures; live tables attach to its store.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from runners.cluster.access import KubeconfigError, moved
from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError
from runners.cluster.identity import resolve
from runners.cluster.store import Delta, Store
from runners.cluster.watches import Watches
from runners.cluster_runs import SeenRuns, keep_rows, look
from runners.edges import guarded, spawn
from runners.helm_releases import HelmReleases
from runners.journal import Journal
from runners.judging import Judging
from runners.known_clusters import KnownClusters
from runners.layers.commands import Situation, Target
from runners.layers.findings import Finding, Severity
from runners.layers.gitops_settings import bootstrap_findings
from runners.layers.hooks import Hook, hooks_for
from runners.layers.identity import Identity
from runners.layers.judge import TICK, Observed
from runners.layers.kinds.releases import RELEASES
from runners.layers.picture import Picture
from runners.layers.runs import RunRecord
from runners.layers.settings import Settings
from runners.movement import Movement
from runners.options import Options as Options
from runners.preflight_look import PreflightLook
from runners.probes.evidence import Proofs
from runners.recovering import Recovering
from runners.stuck_look import StuckLook
from runners.surroundings import Outlook, Place
from runners.suspensions import Suspensions
from runners.tools.asked_versions import read_asked
from runners.tools.capture import Captured, capture
from runners.tools.environ import tool_environ
from runners.tools.helmfile_source import Source
from runners.tools.known_files import QUIETLY
from runners.tools.runs import Runs
from runners.tools.versions import NOT_LOOKED_FOR, Toolbox, find_tools
from runners.watchfulness import Watch

PICTURE_EVERY = 0.1
"""Seconds between two pictures at the least; what changes meanwhile is seen in the next."""
LOOK_EVERY = 1.0
"""Seconds between two looks at runs and helmfiles on disk while the cluster keeps changing."""
GIT_PATIENCE = 10.0
"""Seconds that a look at Git may take."""
RUNS_SHOWN = 20
"""Runs that a picture carries, newest first."""
TOOLS_PATIENCE = 30.0
"""Seconds that a change waits for the tools to be looked for."""


def _trouble(words: str) -> Finding:
    return Finding("Bedplate", Severity.UNKNOWN, words, "start it again; its log says more")


class Session:
    """Watches one cluster until it is stopped. Its callbacks are called on threads of its own."""

    def __init__(self, options: Options, runs: Runs, journal: Journal, clock: Callable[[], float] = time.time) -> None:
        """Takes everything, and the present time in seconds since the epoch; starts nothing."""
        self._clock = clock
        self._wake = threading.Event()
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
        self.helm_releases = HelmReleases(options.access.context, spaces, self._ask_helm, self.changed, self._failed)
        self.seen_runs = SeenRuns()
        self._watch = Watch(runs, journal)
        self._proofs = Proofs(runs)
        place = Place(options.repository, options.settings, self.environ, self.connection, self._git, journal)
        self.outlook = Outlook(place, self._wake.set, self._failed)
        self.recovering = Recovering(place, self.store, self.outlook, clock)
        self._judging = Judging()
        self.movement = Movement(clock)
        self.suspensions = Suspensions(self, self._wake.set, self._failed)
        self.late = StuckLook(self, self._wake.set, self._failed)
        self._looks = (self.outlook, self.suspensions, self.late, self.helm_releases)
        self.plugin_said: Callable[[str], None] = lambda _line: None
        """Is told what a credential plugin says while it waits: a login link."""
        self._tools_known = threading.Event()
        self._trouble: Finding | None = None
        self._judge_trouble: Finding | None = None
        self._sources: dict[str, Source] = {}
        self.asked: dict[str, Mapping[str, str]] = {}
        """Component → what its helmfile asks for: release → version, as far as that is written out."""
        self._doubt: Finding | None = None
        self._untidy: Finding | None = None
        self._known = KnownClusters(journal.path.with_name("clusters.json"))
        self._rebuilt: Finding | None = None
        self._looked = 0.0
        self._subscribers: list[Callable[[Picture], None]] = []
        self.ahead = PreflightLook(options.repository, options.settings, self.connection, self.environ, self._wake.set)
        self._stopped = threading.Event()
        self._pinning = threading.Lock()
        self._renewing = threading.Lock()
        self._detach = self.store.subscribe(self._heard)

    @property
    def now(self) -> float:
        """The present time, in seconds since the epoch."""
        return self._clock()

    @property
    def settings(self) -> Settings:
        """bedplate.yaml, or what stands for it."""
        return self.options.settings

    def start(self) -> None:
        """Starts to watch, and returns at once; an unreachable cluster is tried again until it answers."""
        self.watches.start()
        for call in (self._identify, self._judge, self._look_for_tools, self._tidy_up, self._look_ahead):
            spawn(call, self._failed)
        for each in self._looks:
            each.start()

    def stop(self) -> None:
        """Ends every watch; no callback comes afterwards."""
        self._stopped.set()
        self._subscribers.clear()
        self._wake.set()
        self._detach()
        for each in self._looks:
            each.stop()
        self.ahead.stop()
        self.watches.stop()
        self.connection.close()

    def subscribe(self, callback: Callable[[Picture], None]) -> None:
        """Calls back with every new picture."""
        self._subscribers.append(callback)

    def changed(self) -> None:
        """Says that something besides the store changed, so that looks at the disk and the next picture are due."""
        self._looked = float("-inf")
        self.outlook.ask()
        self._wake.set()

    def acknowledge_alarms(self) -> None:
        """A person has seen them: they are said no more, unless it gets worse again."""
        self._watch.acknowledge()
        self._wake.set()

    def noticed(self, run: RunRecord) -> None:
        """A run began or ended: it counts so from this moment on, before anybody looks around again."""
        others = tuple(other for other in self.seen_runs.running if other.id != run.id)
        self.seen_runs = replace(self.seen_runs, running=others if run.state.ended else (run, *others))
        self.changed()

    def situation(self, target: Target) -> Situation:
        """Everything that a gate may look at, as it was last seen; reads no file, so a screen may ask at each key."""
        return Situation(
            picture=self.picture,
            settings=self.settings,
            target=target,
            tools=self.toolbox.findings if self.toolbox else NOT_LOOKED_FOR,
            read_only=self.options.read_only,
            running=self.seen_runs.running,
            planning_runs_code=self._sources.get(target.component, Source()).on_reading,
            remarks=(self._rebuilt,) if self._rebuilt else (),
            credentials=bootstrap_findings(self.settings.bootstrap, self.options.environ),
            commits=self.outlook.commits(self.ahead.facts),
            asked=self.asked.get(target.component, {}),
            rows=self.store,
            keys=self.ahead.keys,
            prospects=self.recovering.prospects(target.component, self.picture),
            unrestored=self.recovering.unrestored(self.identity),
        )

    def read_decisions(self) -> None:
        """Reads again what was decided on this cluster; slow."""
        self.recovering.read(self.connection, self.journal, self.identity)

    def look_around(self) -> None:
        """Reads again what is on disk: the runs of this cluster, and which helmfiles run code on reading."""
        self._looked = time.monotonic()  # before: what changes meanwhile asks for another look
        self.seen_runs = look(self.runs, self.cluster_words)
        self._watch.look(self.seen_runs.all, self._clock())
        keep_rows(self.store, self.seen_runs)
        repository, foundation = self.options.repository, self.settings.foundation
        read = {one.component: read_asked(repository / one.helmfile, one.releases) for one in foundation}
        self._sources = {name: source for name, (source, _asked) in read.items()}
        self.asked = {name: asked for name, (_source, asked) in read.items()}

    def hooks(self, component: str) -> tuple[Hook, ...]:
        """The hooks of a component's helmfile, as they are written."""
        entry = self.settings.entry(component)
        found = self._sources.get(component, Source()).hooks
        return hooks_for(found, entry.releases if entry else ())

    def context_moved(self) -> str:
        """Why the kubeconfig's context is not what it was at the start, in words; empty while it is.

        The session keeps to the cluster that it started on; a person who confirms may mean the other one by now.
        """
        try:
            return moved(self.options.access, self.options.reload())
        except KubeconfigError as error:
            return str(error)

    def identify(self) -> Identity:
        """The cluster that this session is pinned to: the one that answered first, asked now when none has yet.

        Raises:
            ApiError: it did not answer.
        """
        with self._pinning:
            if self.identity is None:
                found = resolve(self.connection)
                self._rebuilt = self._known.meet(found, self._clock())
                self.identity = found
                self.ahead.begin()
                self.suspensions.ask()
                self._looked = 0.0  # which runs are this cluster's is known only now
                self._doubt = None
                self._wake.set()
                self.helm_releases.ask()
            return self.identity

    @property
    def cluster_words(self) -> str:
        """The pinned cluster as runs are marked with it; empty before it answered."""
        return f"{self.identity.server} {self.identity.uid or self.identity.fingerprint}" if self.identity else ""

    def _look_ahead(self) -> None:
        """Gathers for the preflight, with the tools that there are."""
        self.wait_for_tools()
        self.ahead.follow(lambda: self.toolbox, self._failed)

    def _heard(self, delta: Delta) -> None:
        self._judging.heard(delta)
        self._wake.set()
        self.movement.heard(delta)
        self.suspensions.heard(delta)
        self._watch.heard(delta)
        if delta.table == RELEASES.table and self.identity is not None:
            self.helm_releases.ask()

    def wait_for_tools(self) -> None:
        """Returns when the tools were looked for; that takes a second, and more where one of them hangs."""
        self._tools_known.wait(TOOLS_PATIENCE)

    async def _ask_helm(self, argv: tuple[str, ...]) -> Captured:
        kubeconfig = self.options.access.private_kubeconfig()
        return await capture(argv, environ=self.environ, cwd=self.options.repository, kubeconfig=kubeconfig, timeout=60)

    async def _git(self, argv: Sequence[str]) -> Captured:
        environ = {**self.environ, **QUIETLY}
        return await capture(argv, environ=environ, cwd=self.options.repository, timeout=GIT_PATIENCE)

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
            if guarded(self._renew_soon, self._judge_failed):
                self._judge_trouble = None
            self._stopped.wait(PICTURE_EVERY)

    def _renew_soon(self) -> None:
        if self.identity is not None:
            self.outlook.ask_again()
            self.late.ask()
        self.renew(patience=LOOK_EVERY)

    def _failed(self, words: str) -> None:
        """Says for good that a thread failed: what it was for is not done any more."""
        self._trouble = _trouble(words)
        self._wake.set()

    def _judge_failed(self, words: str) -> None:
        """Says at once that verdicts rest on nothing, until there are some again."""
        self._judge_trouble = _trouble(words)
        with self._renewing:
            latest = replace(self.picture, notices=(self._judge_trouble, *self.picture.notices[:9]))
            same, self.picture = latest == self.picture, latest
        for callback in () if same else tuple(self._subscribers):
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
        return replace(self._judging.picture(self.observed()), alarms=self._watch.alarms(self.store, self.identity))

    def observed(self) -> Observed:
        """Everything that a picture of this moment is made from."""
        return Observed(
            rows=self.store,
            settings=self.settings,
            now=self._clock(),
            identity=self.identity,
            charts=self.helm_releases.charts,
            objects=self.helm_releases.objects,
            late=self.late.known,
            facts=self.ahead.facts,
            notices=tuple(self._notices()),
            runs=self.seen_runs.all[:RUNS_SHOWN],
            surroundings=self.outlook.known,
            evidence=self._proofs.of(self.seen_runs.all),
            suspensions=self.suspensions.known,
        )

    @property
    def has_looked(self) -> bool:
        """Was everything asked at least once that a picture is made from beside the rows?"""
        asked = self.helm_releases.settled.is_set() and self.suspensions.is_settled
        return self.outlook.known is not None and asked and self.ahead.has_looked

    def _notices(self) -> list[Finding]:
        said = (self._trouble, self._judge_trouble, self._doubt, self._rebuilt, self._untidy)
        notices = [finding for finding in said if finding]
        if self.toolbox is not None:
            # A mere recommendation waits in the dialog that it matters to.
            notices += [finding for finding in self.toolbox.needed if finding.closes]
        return notices

    def _credential_plugin_said(self, line: str) -> None:
        self._doubt = Finding("credential plugin", Severity.WARNING, line)
        self.plugin_said(line)
        self._wake.set()
