"""Plays source-controller: fetches what each GitRepository follows and serves it on loopback as an artifact.

The real kustomize-controller does the rest when its ``SOURCE_CONTROLLER_LOCALHOST`` is this actor's ``address``.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import time
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from runners.demo.actors import resources as res
from runners.demo.actors import source_git as git
from runners.demo.actors.api import Requests, condition
from runners.demo.actors.base import Actor
from runners.layers.jsons import Json, integer, mapping, text, truth

REQUESTED_AT = "reconcile.fluxcd.io/requestedAt"
_RETRY = 5.0
"""Seconds until a fetch that failed is tried again."""
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class SourceController(Actor):
    """source-controller for Git repositories over HTTP(S) or in local folders."""

    name = "source-controller"

    def __init__(self, connection: Requests, *, folder: Path | None = None) -> None:
        """Binds a free loopback port, so that its address is known before it is started.

        ``folder`` becomes its own, for artifacts; without it, a temporary one.
        """
        super().__init__(connection)
        self._folder = folder or Path(tempfile.mkdtemp(prefix="bedplate-source-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        handler = partial(_Handler, directory=str(self._folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._serving: threading.Thread | None = None
        self._looked: dict[str, float] = {}
        """Uid → when (monotonic seconds) it is looked at again."""

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
        for repository in self.api.list(res.GITREPOSITORIES):
            if not truth(repository, "spec", "suspend") and self._is_due(repository):
                self._reconcile(repository)

    def _is_due(self, repository: Json) -> bool:
        asked = text(repository, "metadata", "annotations", REQUESTED_AT)
        due = self._looked.get(text(repository, "metadata", "uid"), 0.0)
        return (
            integer(repository, "metadata", "generation") != integer(repository, "status", "observedGeneration")
            or asked != text(repository, "status", "lastHandledReconcileAt")
            or time.monotonic() >= due
        )

    def _reconcile(self, repository: Json) -> None:
        wait = _seconds(text(repository, "spec", "interval", default="1m"))
        generation = integer(repository, "metadata", "generation")
        status: dict[str, object] = {
            "observedGeneration": generation,
            "lastHandledReconcileAt": text(repository, "metadata", "annotations", REQUESTED_AT),
        }
        try:
            artifact = self._artifact(repository)
        except git.GitError as error:
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
        self._looked[text(repository, "metadata", "uid")] = time.monotonic() + wait

    def _artifact(self, repository: Json) -> Json:
        """The artifact of the newest revision: the one that is stored already, or a new one."""
        namespace, name = text(repository, "metadata", "namespace"), text(repository, "metadata", "name")
        secret = text(repository, "spec", "secretRef", "name")
        environ = git.credentials(self.api.get(res.SECRETS, namespace, secret) if secret else None)
        wanted, url = git.reference(repository), _fetchable(text(repository, "spec", "url"))
        commit = git.find(url, wanted, environ)
        path = f"gitrepository/{namespace}/{name}/{commit}.tar.gz"
        stored, address = mapping(repository, "status", "artifact"), f"http://{self.address}/{path}"
        file = self._folder / path
        if text(stored, "url") == address and text(stored, "revision") == wanted.revision(commit) and file.exists():
            return stored
        git.pack(url, wanted, file, environ)
        return {
            "path": path,
            "url": address,
            "revision": wanted.revision(commit),
            "digest": git.digest(file),
            "size": file.stat().st_size,
            "lastUpdateTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


class _Handler(SimpleHTTPRequestHandler):
    """Files of one folder, without a word on standard error."""

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def _stored(artifact: Json) -> str:
    return f"stored artifact for revision '{text(artifact, 'revision')}'"


def _fetchable(url: str) -> str:
    """The address, when this stand-in can fetch from it without keys and without running anything else."""
    if not url.startswith(("http://", "https://", "file://")):
        raise git.GitError(f"only http, https and file addresses are played here, and spec.url is {url!r}")
    return url


def _seconds(duration: str) -> float:
    """Seconds of a Go duration such as ``1m30s``; a minute where it is none."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", duration)
    return sum(float(number) * _UNITS[unit] for number, unit in parts) or 60.0
