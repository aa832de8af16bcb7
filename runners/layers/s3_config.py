"""The ``s3`` of a foundation entry in bedplate.yaml: its shape, what is wrong with it, and the settings it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from runners.layers.components import KNOWN
from runners.layers.components.object_storage import S3
from runners.layers.config_nodes import Field
from runners.layers.jsons import mapping, text
from runners.layers.settings import S3Settings

S3_FIELD = Field(
    dict, keys={"bucket": Field(required=True), "endpoint": Field(), "credentials": Field(), "region": Field()}
)
_URL = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?/?")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")


def s3_mistakes(entry: object) -> Iterator[tuple[str, str]]:
    """What a shape can't say, each with the key it is about: ``s3.endpoint``, ``must be …``."""
    if "s3" not in mapping(entry):
        return
    component, s3 = text(entry, "component"), mapping(entry, "s3")
    known = KNOWN.get(component)
    if known is not None and known.probe != S3:
        yield "s3", f"is for what serves S3, and {component} does not"
    if not _BUCKET.fullmatch(text(s3, "bucket")):
        yield "s3.bucket", f"can't be a bucket's name: {text(s3, 'bucket') or 'it is empty'}"
    if "credentials" in s3 and not _is_secret(text(s3, "credentials")):
        yield "s3.credentials", f"must be namespace/name of a Secret, and is {text(s3, 'credentials') or 'empty'}"
    if wrong := _wrong_endpoint(s3):
        yield "s3.endpoint", wrong


def s3_settings(entry: object) -> S3Settings | None:
    """The settings of an entry; None where it says nothing of S3."""
    said = {key: value for key, value in mapping(entry, "s3").items() if isinstance(value, str)}
    # The keys were read against the shape above, which has this class's own fields.
    return S3Settings(**said) if said else None


def _is_secret(words: str) -> bool:
    namespace, _, name = words.partition("/")
    return bool(namespace and name) and "/" not in name


def _wrong_endpoint(s3: Mapping[str, object]) -> str:
    said = text(s3, "endpoint")
    if "endpoint" not in s3 or _URL.fullmatch(said):
        return ""
    if "@" in said:
        # Not quoted: it may hold a password.
        return "must hold no credentials: name a Secret in credentials"
    return f"must be http://HOST or https://HOST, with a port where it needs one, and is {said or 'empty'}"
