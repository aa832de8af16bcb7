"""Credential plugins of a kubeconfig (``exec``): client.authentication.k8s.io v1 and v1beta1.

A plugin runs without our terminal (own session, no stdin), what it says on stderr is passed on line by line, since it
may be a login link that someone has to open, and a plugin that fails is an error: never an anonymous request.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from runners.cluster.access import Access, exec_env
from runners.cluster.backoff import Backoff
from runners.cluster.errors import CredentialsError
from runners.cluster.words import one_line
from runners.layers.jsons import Json, mapping, sequence, strings, text, truth
from runners.layers.kinds.base import timestamp

_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
_MARGIN = 60.0
_PAUSE = 5.0
_LONGEST_PAUSE = 20.0


@dataclass(frozen=True)
class Credential:
    """What a plugin answered."""

    token: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    expires: float = 0.0
    """Seconds since the epoch; 0 when it does not expire."""


class ExecPlugin:
    """The plugin of one user entry, with its answer kept until shortly before it expires. Thread-safe."""

    def __init__(
        self, access: Access, *, notify: Callable[[str], None] = lambda _line: None, timeout: float = 60.0
    ) -> None:
        """Takes the context; ``notify`` gets each line of the plugin's stderr while it runs, on another thread."""
        self._access = access
        self._entry = mapping(access.user, "exec")
        self._notify = notify
        self._timeout = timeout
        self._lock = threading.Lock()
        self._credential: Credential | None = None
        self._refresh_at = 0.0
        self._ran_at = 0.0
        self._failure = ""
        self._failures = Backoff(_PAUSE, _LONGEST_PAUSE)
        self._retry_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        """Nobody waits for an answer any more; set on another thread than the one that asks."""

    @property
    def name(self) -> str:
        """As an error names it."""
        return f"exec plugin {text(self._entry, 'command')!r} of user {self._access.user_name!r}"

    def credential(self) -> Credential:
        """The present credential; runs the plugin when there is none or it is about to expire.

        One that failed is asked again only after some seconds, and everybody who comes meanwhile gets its error.

        Raises:
            CredentialsError: the plugin is missing, failed, took too long or answered with something else.
        """
        with self._lock:
            now = time.time()
            if self._credential is not None and (not self._refresh_at or now < self._refresh_at):
                return self._credential
            if now < self._retry_at:
                raise CredentialsError(self._failure)
            try:
                self._credential = self._run()
            except CredentialsError as error:
                self._failure, self._retry_at = str(error), time.time() + self._failures.next()
                if self._credential is not None and time.time() < self._credential.expires:
                    self._refresh_at = min(self._retry_at, self._credential.expires)
                    return self._credential
                raise
            self._failures.reset()
            self._ran_at = time.time()
            self._refresh_at = _refresh_at(self._credential.expires, self._ran_at)
            return self._credential

    def rejected(self) -> None:
        """The server refused the credential: the plugin is asked again for the next request, but not in a storm."""
        with self._lock:
            if time.time() - self._ran_at >= _PAUSE:
                self._credential = None

    def close(self) -> None:
        """Ends a plugin that is running or being started: nobody waits for its answer any more."""
        self._closed = True
        process = self._process
        if process is not None and process.returncode is None:
            _end(process)

    def _run(self) -> Credential:
        version = text(self._entry, "apiVersion")
        if version not in _VERSIONS:
            raise self._error(f"apiVersion {version!r} is not supported; {_VERSIONS[0]} is")
        mode = text(self._entry, "interactiveMode")
        if mode == "Always":
            raise self._error("it needs a terminal of its own (interactiveMode: Always)")
        if not mode and version == _VERSIONS[0]:
            raise self._error("interactiveMode must be set")
        command = text(self._entry, "command")
        environ = {**self._access.environ, **exec_env(self._entry)}
        program = shutil.which(command, path=environ.get("PATH"))
        if program is None:
            hint = one_line(text(self._entry, "installHint"))
            raise self._error("the program is not there" + (f": {hint}" if hint else ""))
        environ["KUBERNETES_EXEC_INFO"] = json.dumps(self._info(version))
        return self._read(self._call([program, *strings(self._entry, "args")], environ), version)

    def _info(self, version: str) -> Json:
        spec: dict[str, object] = {"interactive": False}
        if truth(self._entry, "provideClusterInfo"):
            spec["cluster"] = _cluster_info(self._access)
        return {"apiVersion": version, "kind": "ExecCredential", "spec": spec}

    def _call(self, argv: list[str], environ: Mapping[str, str]) -> bytes:
        """Runs the plugin and returns its stdout; its process group is ended in any case."""
        try:
            process = subprocess.Popen(
                argv,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise self._error(f"it can't be started: {error.strerror or error}") from error
        self._process = process
        if self._closed:  # asked after it is noted: whoever closes meanwhile sees the process, or is seen here
            _end(process)
        said: deque[str] = deque(maxlen=20)
        answer: list[bytes] = []
        assert process.stdout is not None
        assert process.stderr is not None
        readers = [
            threading.Thread(target=_collect, args=(process.stdout, answer), daemon=True),
            threading.Thread(target=_listen, args=(process.stderr, said, self._notify), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            code = process.wait(self._timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            process.wait()
            raise self._error(f"no answer in {self._timeout:g} s{_quote(said)}") from None
        # An agent that the plugin leaves behind may hold its pipes open for ever: their readers are left to it then.
        deadline = time.monotonic() + 1.0
        for reader in readers:
            reader.join(max(0.0, deadline - time.monotonic()))
        if code != 0:
            raise self._error(f"it ended {code}{_quote(said)}")
        return b"".join(answer)

    def _read(self, stdout: bytes, version: str) -> Credential:
        # What it printed may hold a token, so it is never quoted.
        try:
            answer = json.loads(stdout)
        except (ValueError, RecursionError):
            raise self._error("it did not answer with JSON on stdout") from None
        if text(answer, "kind") != "ExecCredential" or text(answer, "apiVersion") != version:
            raise self._error(f"it did not answer with an ExecCredential of {version}")
        status = mapping(answer, "status")
        credential = Credential(
            token=text(status, "token"),
            certificate=text(status, "clientCertificateData"),
            key=text(status, "clientKeyData"),
            expires=timestamp(text(status, "expirationTimestamp")),
        )
        if bool(credential.certificate) != bool(credential.key):
            raise self._error("it answered with a client certificate without its key, or the other way round")
        if not credential.token and not credential.certificate:
            raise self._error("it answered with neither a token nor a client certificate")
        return credential

    def _error(self, what: str) -> CredentialsError:
        return CredentialsError(f"{self.name}: {what}; nothing was sent to {self._access.server}")


def _refresh_at(expires: float, now: float) -> float:
    """When to ask again: a minute before it expires; a plugin that repeats its own cache is asked ever later."""
    if not expires:
        return 0.0
    left = expires - now
    return now + max(_PAUSE, left - _MARGIN, left / 2)


def _cluster_info(access: Access) -> Json:
    """The cluster as ``provideClusterInfo`` hands it on."""
    names = ("tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url")
    info: dict[str, object] = {"server": access.server}
    info |= {name: access.cluster[name] for name in names if access.cluster.get(name)}
    authority = text(access.cluster, "certificate-authority")
    if authority and "certificate-authority-data" not in info:
        info["certificate-authority-data"] = _encoded(authority)
    for extension in sequence(access.cluster, "extensions"):
        if text(extension, "name") == "client.authentication.k8s.io/exec":
            info["config"] = mapping(extension).get("extension")
    return info


def _encoded(path: str) -> str:
    try:
        return base64.b64encode(Path(path).read_bytes()).decode()
    except OSError as error:
        raise CredentialsError(f"certificate authority {path}: {error.strerror or error}") from error


def _collect(pipe: IO[bytes], answer: list[bytes]) -> None:
    with pipe:
        while chunk := os.read(pipe.fileno(), 65536):
            answer.append(chunk)


def _listen(pipe: IO[bytes], said: deque[str], notify: Callable[[str], None]) -> None:
    with pipe:
        for raw in pipe:
            line = one_line(raw.decode("utf-8", "replace"))
            if line:
                said.append(line)
                notify(line)


def _quote(said: deque[str]) -> str:
    return f": {one_line(' | '.join(said))}" if said else ", and said nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a plugin with everything it started; it has not been waited for, so its id is still its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
