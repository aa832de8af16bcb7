"""S3 credentials, from a Secret in any of the forms that servers and their operators write, or from the environment."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from runners.layers.jsons import Json, text
from runners.layers.unusable import UnusableError

KEY, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"

_PAIRS = (
    (KEY, SECRET),
    ("accesskey", "secretkey"),
    ("access_key", "secret_key"),
    ("access_key_id", "secret_access_key"),
    ("access_key_id", "access_secret_key"),
    ("accesskeyid", "secretaccesskey"),
    ("rootuser", "rootpassword"),
    ("minio_root_user", "minio_root_password"),
    ("console_access_key", "console_secret_key"),
    ("rustfs_access_key", "rustfs_secret_key"),
    ("root_user", "root_password"),
)
"""Keys of a Secret, without regard to case, dashes and dots."""
_FILE = "config.env"
"""The MinIO operator's own form: a shell file in one key."""
_EXPORT = re.compile(r"^\s*(?:export\s+)?(\w+)=[\"']?([^\"'\n]*)[\"']?\s*$", re.MULTILINE)

WELL_KNOWN = frozenset(
    {("minio", "minio123"), ("minioadmin", "minioadmin"), ("rustfsadmin", "rustfsadmin"), ("console", "console123")}
)
"""What charts and images come with, and everybody knows."""


class NoCredentialsError(UnusableError):
    """There is no key to ask with; the text says where none was found."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key and its secret; neither is part of its repr."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)

    @property
    def are_well_known(self) -> bool:
        """They are some chart's or image's default."""
        return (self.key, self.secret) in WELL_KNOWN


def in_environment(environ: Mapping[str, str]) -> Credentials:
    """The person's own, by AWS's variables.

    Raises:
        NoCredentialsError: they are not set.
    """
    if not (environ.get(KEY) and environ.get(SECRET)):
        raise NoCredentialsError(f"neither a Secret is named nor {KEY} and {SECRET} are set")
    return Credentials(environ[KEY], environ[SECRET], environ.get(TOKEN, ""))


def in_secret(name: str, data: Json) -> Credentials:
    """The pair that the ``data`` of a Secret holds.

    Raises:
        NoCredentialsError: none of its keys is known to hold one; names keys, never values.
    """
    values = {_plain(key): _decoded(data, key) for key in data}
    values |= {_plain(key): value for key, value in _EXPORT.findall(values.get(_plain(_FILE), ""))}
    for key, secret in _PAIRS:
        found = values.get(_plain(key), ""), values.get(_plain(secret), "")
        if all(found):
            return Credentials(*found)
    keys = ", ".join(sorted(data)) or "nothing"
    raise NoCredentialsError(f"Secret {name} has no access key and secret under names that are known: it has {keys}")


def _plain(key: str) -> str:
    return key.casefold().replace("-", "").replace("_", "").replace(".", "")


def _decoded(data: Json, key: str) -> str:
    try:
        return base64.b64decode(text(data, key)).decode().strip("\n")
    except (binascii.Error, ValueError):
        return ""
