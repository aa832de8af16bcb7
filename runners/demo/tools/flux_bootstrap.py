"""What ``flux bootstrap`` does: commits Flux's manifests, installs them, and has the cluster follow the repository."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from runners.demo.actors.api import Requests
from runners.demo.actors.resources import DEPLOYMENTS
from runners.demo.tools.flux_objects import KINDS, NAMESPACE, VERSION, Sync, components, secret
from runners.demo.tools.flux_state import LOOK_EVERY, FluxError, Object, is_rolled_out, revision
from runners.demo.tools.objects import Objects
from runners.demo.tools.pace import Pause, no_pause
from runners.demo.tools.remote import Remote
from runners.layers.jsons import Json, text

Say = Callable[[str], None]
_STEP, _FETCH = 0.4, 1.0
"""Seconds of a step, and of one that goes to Git."""
_EACH = 0.04
"""Seconds for each object that is installed."""

_KINDS = {kind.kind: kind for kind in KINDS}


@dataclass(frozen=True)
class Bootstrap:
    """One bootstrap of one cluster."""

    requests: Requests
    remote: Remote
    sync: Sync
    username: str = "git"
    password: str = field(default="", repr=False)
    timeout: float = 300.0
    say: Say = lambda line: None
    pause: Pause = no_pause

    def run(self) -> None:
        """Goes through all of it; what is done already is left.

        Raises:
            FluxError: the cluster follows another path, or something did not become ready in time.
            ApiError: the server could not be asked.
        """
        self.commit_components()
        self.install()
        self.put_secret()
        self.follow()
        self.wait()

    def commit_components(self) -> None:
        """Fetches the repository, and commits the controllers' manifests."""
        self.say(f'► cloning branch "{self.sync.branch}" from Git repository "{self.sync.url}"')
        self.pause(_FETCH)
        self.say("✔ cloned repository")
        self._commit("component", self.sync.component_files, f"Add Flux {VERSION} component manifests")

    def install(self) -> None:
        """Puts CRDs and controllers on the cluster, unless it has applied them from Git before."""
        if not text(self._synced(), "status", "lastAppliedRevision"):
            self.say(f'► installing components in "{NAMESPACE}" namespace')
            objects = Objects(self.requests)
            for obj in components(self.sync.components):
                self.pause(_EACH)
                objects.apply(objects.place(obj, NAMESPACE), obj)
            self.say("✔ installed components")
        self.say("✔ reconciled components")

    def put_secret(self) -> None:
        """Gives the cluster what it authenticates with to Git."""
        name, objects = self.sync.secret, Objects(self.requests)
        self.say(f'► determining if source secret "{NAMESPACE}/{name}" exists')
        self.say("► generating source secret")
        self.pause(_STEP)
        self.say(f'► applying source secret "{NAMESPACE}/{name}"')
        wanted = secret(name, self.username, self.password)
        objects.apply(objects.place(wanted, NAMESPACE), wanted)
        self.say("✔ reconciled source secret")

    def follow(self) -> None:
        """Commits the sync, and applies it.

        Raises:
            FluxError: the cluster follows another path already.
        """
        there = text(self._synced(), "spec", "path")
        if there and there.strip("./") != self.sync.shown_path.strip("./"):
            wanted = f'sync path configuration ("{self.sync.shown_path}")'
            raise FluxError(f'{wanted} would overwrite path ("{there}") of existing Kustomization')
        self._commit("sync", self.sync.sync_files, "Add Flux sync manifests")
        self.say("► applying sync manifests")
        objects = Objects(self.requests)
        for obj in self.sync.objects:
            objects.apply(objects.place(obj, NAMESPACE), obj)
        self.say("✔ reconciled sync configuration")

    def wait(self) -> None:
        """Waits until the cluster has applied the newest commit, and every controller is ready.

        Raises:
            FluxError: that was not so in time.
        """
        head = self.remote.head()
        for kind in ("GitRepository", "Kustomization"):
            self.say(f'◎ waiting for {kind} "{NAMESPACE}/{NAMESPACE}" to be reconciled')
            synced = Object(self.requests, _KINDS[kind], NAMESPACE, NAMESPACE)
            synced.wait(lambda obj: revision(obj).endswith(head), self.timeout)
            self.say(f"✔ {kind} reconciled successfully")
        self.say("► confirming components are healthy")
        for name in sorted(self.sync.components):
            self._wait_for_controller(name)
            self.say(f"✔ {name}: deployment ready")
        self.say("✔ all components are healthy")

    def _wait_for_controller(self, name: str) -> None:
        deadline = time.monotonic() + self.timeout
        while not is_rolled_out(self.requests.request("GET", DEPLOYMENTS.path(NAMESPACE, name))):
            if time.monotonic() > deadline:
                raise FluxError(f"{name}: deployment not ready: context deadline exceeded")
            time.sleep(LOOK_EVERY)

    def _commit(self, what: str, files: dict[str, bytes], message: str) -> None:
        self.say(f"► generating {what} manifests")
        self.pause(_STEP)
        self.say(f"✔ generated {what} manifests")
        before = self.remote.head()
        commit = self.remote.commit(files, message)
        if commit == before:
            self.say(f"✔ {what} manifests are up to date")
            return
        self.say(f'✔ committed {what} manifests to "{self.sync.branch}" ("{commit}")')
        self.say(f'► pushing {what} manifests to "{self.sync.url}"')
        self.pause(_FETCH)

    def _synced(self) -> Json:
        """The Kustomization that an earlier bootstrap left; empty without one."""
        try:
            return Object(self.requests, _KINDS["Kustomization"], NAMESPACE, NAMESPACE).get()
        except FluxError:
            return {}


def bootstrap(
    requests: Requests, remote: Remote, sync: Sync, *, username: str = "git", password: str = "", timeout: float = 300.0
) -> None:
    """Bootstraps a cluster at once, for a scenario that begins with Flux.

    Raises:
        FluxError: something did not become ready in time.
        ApiError: the server could not be asked.
    """
    Bootstrap(requests, remote, sync, username, password, timeout).run()
