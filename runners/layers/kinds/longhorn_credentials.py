"""Where the servers of Longhorn's backup targets are: of each credential Secret, the host and nothing else.

Longhorn keeps the address of an S3 server in no other place. A backup target on the very cluster that it backs up dies
with it, so this one field is looked at; keys and everything else of the Secret never reach a row.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from runners.layers.jsons import Json, text
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, head

_FIELDS = ("AWS_ENDPOINTS", "AZBLOB_ENDPOINT")
_HOST = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d+)?(?:/.*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class BackupCredentials(Row):
    """One Secret that a backup target may name."""

    host: str
    """The server's name or address; empty where it names none, which means the provider's own."""
    readable: bool = True
    """False where it names a server in a way that can't be read."""


def host_of(endpoint: str) -> str:
    """The host of an address such as ``https://minio.minio.svc:9000``, in lower case; empty where it is none."""
    found = _HOST.fullmatch(endpoint.strip())
    return found[1].strip("[]").lower().rstrip(".") if found else ""


def credentials_row(kind: str, obj: Json) -> BackupCredentials:
    """The row of a decoded Secret, which is forgotten afterwards."""
    encoded = next((found for name in _FIELDS if (found := text(obj, "data", name))), "")
    try:
        endpoint = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        endpoint = ""
    host = host_of(endpoint)
    return BackupCredentials(*head(kind, obj), host=host, readable=bool(host) or not encoded)


BACKUP_CREDENTIALS: Kind[BackupCredentials] = Kind(
    id="backup-credentials",
    table="backup-credentials",
    group="",
    version="v1",
    plural="secrets",
    singular="Secret",
    # Longhorn looks for them in its own namespace alone.
    fields="metadata.namespace=longhorn-system,type=Opaque",
    row=credentials_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("SERVER", lambda row, _now: row.host or ("–" if row.readable else "can't be read")),
        AGE,
    ),
)
