"""Who the keeper is to the API server: the ``user`` entry of a kubeconfig, its exec plugin included."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from runners.layers.jsons import Json, mapping, sequence, strings, text, truth

_PLUGIN_SECONDS = 30
_EARLY = 30
"""Seconds before a plugin's credentials run out at which it is asked again."""


class CredentialTrouble(Exception):  # noqa: N818  it says what is the case
    """No credentials: one line that says why."""


class Credentials:
    """Token and client certificate of one user; a plugin's answer is kept until it runs out."""

    def __init__(self, cluster: Json, user: Json, environ: Mapping[str, str]) -> None:
        self._cluster = cluster
        self._user = user
        self._environ = environ
        self._plugin: Json = {}

    def token(self) -> str:
        """The bearer token, or nothing. A token file is read each time: it is changed under a running process."""
        file = text(self._user, "tokenFile")
        if file:
            try:
                return Path(file).read_text(encoding="ascii").strip()
            except OSError as error:
                if not text(self._user, "token"):
                    raise CredentialTrouble(f"the token file can't be read: {error.strerror}") from error
        return text(self._user, "token") or text(self._from_plugin(), "token")

    def certificate(self) -> tuple[bytes, bytes]:
        """Client certificate and key as PEM, or nothing."""
        given = self._pem("client-certificate"), self._pem("client-key")
        if given[0]:
            return given
        status = self._from_plugin()
        return text(status, "clientCertificateData").encode("ascii"), text(status, "clientKeyData").encode("ascii")

    def renew(self) -> bool:
        """Forgets what a plugin said, after the server refused it; whether asking again could help."""
        self._plugin = {}
        return bool(mapping(self._user, "exec") or text(self._user, "tokenFile"))

    def _pem(self, key: str) -> bytes:
        data, file = text(self._user, f"{key}-data"), text(self._user, key)
        if data:
            return base64.b64decode(data)
        return Path(file).read_bytes() if file else b""

    def _from_plugin(self) -> Json:
        wanted = mapping(self._user, "exec")
        if wanted and (not self._plugin or _runs_out(self._plugin) < time.time() + _EARLY):
            self._plugin = self._ask(wanted)
        return self._plugin

    def _ask(self, wanted: Json) -> Json:
        """Runs the plugin, cut off from any terminal, and returns the ``status`` of its ExecCredential."""
        command = text(wanted, "command")
        environ = dict(self._environ)
        environ.update((text(item, "name"), text(item, "value")) for item in sequence(wanted, "env"))
        environ["KUBERNETES_EXEC_INFO"] = json.dumps(self._info(wanted))
        try:
            done = subprocess.run(
                [command, *strings(wanted, "args")],
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PLUGIN_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            why = error.strerror if isinstance(error, OSError) else f"no answer after {_PLUGIN_SECONDS} s"
            raise CredentialTrouble(f"the credential plugin {command} can't be asked: {why}") from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
            raise CredentialTrouble(f"the credential plugin {command} ended {done.returncode}: {said}")
        return _status(command, done.stdout)

    def _info(self, wanted: Json) -> Json:
        spec: dict[str, object] = {"interactive": False}
        if truth(wanted, "provideClusterInfo"):
            told = ("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url")
            spec["cluster"] = {key: self._cluster[key] for key in told if key in self._cluster}
        return {"apiVersion": text(wanted, "apiVersion"), "kind": "ExecCredential", "spec": spec}


def _status(command: str, answer: bytes) -> Json:
    try:
        status = mapping(json.loads(answer), "status")
    except ValueError:
        status = {}
    if not (text(status, "token") or text(status, "clientCertificateData")):
        raise CredentialTrouble(f"the credential plugin {command} gave no credentials")
    return status


def _runs_out(status: Json) -> float:
    stamp = text(status, "expirationTimestamp")
    try:
        return datetime.fromisoformat(stamp).timestamp() if stamp else float("inf")
    except ValueError:
        return 0.0
