"""What a request carries to say who asks: headers, and the client certificate of the TLS handshake."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from runners.cluster.access import Access, KubeconfigError
from runners.cluster.errors import CredentialsError
from runners.cluster.exec_plugin import Credential, ExecPlugin
from runners.layers.jsons import mapping, text

_TOKEN_FILE_SECONDS = 60.0

Headers = tuple[tuple[str, str], ...]
"""Names and values; a name may come several times."""


class Credentials:
    """The credentials of one context, kept fresh. Thread-safe."""

    def __init__(
        self, access: Access, *, notify: Callable[[str], None] = lambda _line: None, plugin_timeout: float = 60.0
    ) -> None:
        """Takes the context; ``notify`` gets what an exec plugin says while it runs.

        Raises:
            KubeconfigError: the user's entry says two things at once, or something that is not supported.
        """
        _check(access)
        self._access = access
        self._fixed = _impersonation_headers(access)
        authorization = ""
        token, username = text(access.user, "token"), text(access.user, "username")
        token_file = text(access.user, "tokenFile")
        self._token_file = _TokenFile(Path(token_file)) if token_file else None
        if token and not token_file:
            authorization = f"Bearer {token.strip()}"
        elif username:
            pair = f"{username}:{text(access.user, 'password')}".encode()
            authorization = f"Basic {base64.b64encode(pair).decode()}"
        if authorization:
            self._fixed += (("Authorization", authorization),)
        uses_plugin = "exec" in access.user and not authorization and not token_file
        self.plugin = ExecPlugin(access, notify=notify, timeout=plugin_timeout) if uses_plugin else None

    def current(self) -> tuple[Headers, Credential]:
        """The headers of a request now, and what a plugin answered (empty without one).

        Raises:
            CredentialsError: there is nothing to authenticate with; a request must not be sent without.
        """
        if self._token_file:
            return (*self._fixed, ("Authorization", f"Bearer {self._token_file.read()}")), Credential()
        if not self.plugin:
            return self._fixed, Credential()
        credential = self.plugin.credential()
        bearer = (("Authorization", f"Bearer {credential.token}"),) if credential.token else ()
        return (*self._fixed, *bearer), credential

    def rejected(self) -> None:
        """The server answered 401: what was kept is not used again."""
        if self.plugin:
            self.plugin.rejected()
        if self._token_file:
            self._token_file.forget()

    def close(self) -> None:
        """Ends a plugin that is running."""
        if self.plugin:
            self.plugin.close()


class _TokenFile:
    """A token in a file that something else renews: read again each minute."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._token = ""
        self._read_at = 0.0

    def read(self) -> str:
        with self._lock:
            now = time.monotonic()
            if not self._token or now - self._read_at >= _TOKEN_FILE_SECONDS:
                try:
                    self._token = self._path.read_text().strip()
                except (OSError, UnicodeDecodeError) as error:
                    raise CredentialsError(f"token file {self._path} can't be read: {error}") from error
                self._read_at = now
            if not self._token:
                raise CredentialsError(f"token file {self._path} is empty")
            return self._token

    def forget(self) -> None:
        with self._lock:
            self._token = ""


def _check(access: Access) -> None:
    """Refuses what kubectl refuses, and what would otherwise make requests anonymous."""
    where = f"{access.source}: user {access.user_name!r}"
    user = access.user
    token = bool(text(user, "token") or text(user, "tokenFile"))
    if token and text(user, "username"):
        raise KubeconfigError(f"{where} has a token and a username; only one of them is allowed")
    if "auth-provider" in user and not (token or "exec" in user):
        name = text(mapping(user, "auth-provider"), "name")
        raise KubeconfigError(f"{where} uses the auth-provider {name!r}, which is not supported; use an exec plugin")
    asks = access.impersonation
    if (asks.groups or asks.uid or asks.extra) and not asks.user:
        raise KubeconfigError(f"{where} impersonates a uid, groups or extra without a user (as)")


def _impersonation_headers(access: Access) -> Headers:
    asks = access.impersonation
    headers = [("Impersonate-User", asks.user), ("Impersonate-Uid", asks.uid)]
    headers += [("Impersonate-Group", group) for group in asks.groups]
    headers += [(f"Impersonate-Extra-{quote(key, safe='')}", value) for key in asks.extra for value in asks.extra[key]]
    return tuple((name, value) for name, value in headers if value)
