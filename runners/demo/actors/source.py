"""Plays source-controller: fetches what each GitRepository follows and serves it on loopback as an artifact.

The real kustomize-controller does the rest when its ``SOURCE_CONTROLLER_LOCALHOST`` is this actor's ``address``.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests, condition
from runners.demo.actors.base import Actor
from runners.demo.actors.delays import Delays
from runners.demo.actors.source_fetch import Fetch, FetchError
from runners.demo.actors.source_git import GitFetch
from runners.demo.actors.times import now, pause
from runners.demo.actors.workloads import deployment_ready
from runners.layers.jsons import Json, integer, mapping, text, truth

NAMESPACE = "flux-system"
REQUESTED_AT = "reconcile.fluxcd.io/requestedAt"
_RETRY = 5.0
"""Seconds until a fetch that failed is tried again."""


class SourceController(Actor):
    """source-controller for Git repositories over HTTP(S) or in local folders."""

    name = "source-controller"

    def __init__(
        self,
        connection: Requests,
        *,
        folder: Path | None = None,
        fetch: Fetch | None = None,
        delays: Delays | None = None,
        needs_deployment: bool = False,
    ) -> None:
        """Binds a free loopback port, so that its address is known before it is started.

        ``folder`` becomes its own, for artifacts; without it, a temporary one. ``fetch`` is Git unless it is said.
        ``needs_deployment``: it acts only while its Deployment in flux-system is available.
        """
        super().__init__(connection, delays=delays)
        self._fetch = fetch or GitFetch()
        self._needs_deployment = needs_deployment
        self._folder = folder or Path(tempfile.mkdtemp(prefix="bedplate-source-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        handler = partial(_Handler, directory=str(self._folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._serving: threading.Thread | None = None
        self._tries: dict[str, tuple[int, float]] = {}
        """Uid → how often it was looked at, and seconds from the last time to the next one."""

    @property
    def address(self) -> str:
        """``host:port`` of its artifacts."""
        return f"127.0.0.1:{self._server.server_port}"

    def open(self) -> None:
        """Serves artifacts."""
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="artifacts", daemon=True)
        self._serving.start()

    def close(self) -> None:
        """Gives its port and its artifacts up for good."""
        if self._serving is not None:
            self._server.shutdown()
            self._serving.join()
            self._serving = None
        self._server.server_close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def act(self) -> None:
        """Fetches whatever is new, asked for, or due."""
        repositories = self.api.list(res.GITREPOSITORIES)
        if not repositories or not self._deployed():
            return
        for repository in repositories:
            if not truth(repository, "spec", "suspend") and self._is_due(repository):
                self._reconcile(repository)

    def _deployed(self) -> bool:
        return not self._needs_deployment or deployment_ready(self.api.get(res.DEPLOYMENTS, NAMESPACE, self.name))

    def _is_due(self, repository: Json) -> bool:
        asked = text(repository, "metadata", "annotations", REQUESTED_AT)
        uid = text(repository, "metadata", "uid")
        times, wait = self._tries.get(uid, (0, 0.0))
        # Asked first, since it is what makes the actor look again.
        return (
            self.delays.elapsed((uid, times), wait)
            or integer(repository, "metadata", "generation") != integer(repository, "status", "observedGeneration")
            or asked != text(repository, "status", "lastHandledReconcileAt")
        )

    def _reconcile(self, repository: Json) -> None:
        wait = pause(text(repository, "spec", "interval", default="1m"))
        generation = integer(repository, "metadata", "generation")
        status: dict[str, object] = {
            "observedGeneration": generation,
            "lastHandledReconcileAt": text(repository, "metadata", "annotations", REQUESTED_AT),
        }
        try:
            artifact = self._artifact(repository)
        except FetchError as error:
            wait = min(wait, _RETRY)
            message = f"failed to checkout and determine revision: {error}"
            conditions = [condition("Ready", False, "GitOperationFailed", message)]
            conditions += [condition("FetchFailed", True, "GitOperationFailed", message)]
            artifact = mapping(repository, "status", "artifact")
        else:
            conditions = [condition("Ready", True, "Succeeded", _stored(artifact))]
            status["artifact"] = artifact
        if artifact:
            conditions.append(condition("ArtifactInStorage", True, "Succeeded", _stored(artifact)))
        status["conditions"] = [{**item, "observedGeneration": generation} for item in conditions]
        self.api.set_status(res.GITREPOSITORIES, repository, status)
        uid = text(repository, "metadata", "uid")
        times = self._tries.get(uid, (0, 0.0))[0] + 1
        self._tries[uid] = (times, wait)
        self.delays.elapsed((uid, times), wait)

    def _artifact(self, repository: Json) -> Json:
        """The artifact of the newest revision: the one that is stored already, or a new one."""
        namespace, name = text(repository, "metadata", "namespace"), text(repository, "metadata", "name")
        secret = text(repository, "spec", "secretRef", "name")
        found = self._fetch.find(repository, self.api.get(res.SECRETS, namespace, secret) if secret else None)
        path = f"gitrepository/{namespace}/{name}/{found.commit}.tar.gz"
        stored, address = mapping(repository, "status", "artifact"), f"http://{self.address}/{path}"
        file = self._folder / path
        if text(stored, "url") == address and text(stored, "revision") == found.revision and file.exists():
            return stored
        found.pack(file)
        content = file.read_bytes()
        return {
            "path": path,
            "url": address,
            "revision": found.revision,
            "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "size": len(content),
            "lastUpdateTime": now(),
        }


class _Handler(SimpleHTTPRequestHandler):
    """Files of one folder, without a word on standard error."""

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def _stored(artifact: Json) -> str:
    return f"stored artifact for revision '{text(artifact, 'revision')}'"
