"""One put, get and delete of a marked object, whose nonce proves that what was read is what was stored."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from runners.layers.probes import Answer, Outcome
from runners.probes.base import Say
from runners.probes.s3_credentials import Credentials
from runners.probes.s3_errors import why

if TYPE_CHECKING:
    from obstore.store import S3Store

PREFIX = "bedplate-probe/"
"""Every object of a probe is below it, so that one which was left behind is known for what it is."""
_HEAD = b"Written by a probe of Bedplate; it can be deleted.\n"
_CONNECT, _WHOLE = timedelta(seconds=5), timedelta(seconds=20)
"""How long connecting may take, and one request as a whole."""
_WELL_KNOWN = "its credentials are some chart's or image's defaults, which everybody knows"

_UNVERIFIED = "its deletion worked, and can't be verified: these credentials may not list the bucket"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask."""

    url: str
    bucket: str
    region: str
    trusts_any: bool = False
    """Any certificate will do: the way there leads to the right pod already."""


class _Stopped(Exception):  # noqa: N818 - it carries an answer
    def __init__(self, outcome: Outcome, text: str) -> None:
        super().__init__(text)
        self.outcome = outcome


def exchange(place: Place, credentials: Credentials, say: Say) -> Answer:
    """Stores, reads back and deletes one object; after a failure it is deleted too, as far as the server lets it be."""
    one = _One(place, credentials, say)
    remarks = (_WELL_KNOWN,) if credentials.are_well_known else ()
    began = time.monotonic()
    try:
        one.store()
        one.read_back()
        one.delete()
        took = f"{(time.monotonic() - began) * 1000:.0f} ms"
        answer = Answer(Outcome.WORKED, f"stored, read back and deleted an object in {took}", remarks)
    except _Stopped as stopped:
        answer = Answer(stopped.outcome, str(stopped), remarks)
    finally:  # also when it is interrupted
        left = one.clean_up()
    return replace(answer, remarks=(*answer.remarks, *one.remarks, *left))


class _One:
    """The object of one probe, from before it is stored until it is gone."""

    def __init__(self, place: Place, credentials: Credentials, say: Say) -> None:
        nonce = secrets.token_hex(16)
        self._bucket, self._key, self._content = place.bucket, f"{PREFIX}{nonce}", _HEAD + nonce.encode()
        self._s3 = _connect(place, credentials)
        self._say = say
        self._may_be_there = False
        self.remarks: tuple[str, ...] = ()

    def store(self) -> None:
        from obstore import put

        with self._step("put"):
            # Also where no answer comes: it may have been stored all the same.
            self._may_be_there = True
            put(self._s3, self._key, self._content, use_multipart=False)

    def read_back(self) -> None:
        from obstore import get

        with self._step("get", gone="the object was stored, and is gone"):
            found = get(self._s3, self._key).bytes().to_bytes()
            if found != self._content:
                raise _Stopped(Outcome.FAILED, f"what was read back ({len(found)} bytes) is not what was stored")

    def delete(self) -> None:
        from obstore import delete, head
        from obstore.exceptions import PermissionDeniedError

        with self._step("delete"):
            delete(self._s3, self._key)
            try:
                head(self._s3, self._key)
            except FileNotFoundError:
                self._may_be_there = False
                return
            except PermissionDeniedError:
                # Whoever may not list is not told that a key is missing, and the deletion itself was answered with yes.
                self._may_be_there = False
                self.remarks = (_UNVERIFIED,)
                return
            raise _Stopped(Outcome.FAILED, "the object is still there after its deletion")

    def clean_up(self) -> tuple[str, ...]:
        """Deletes what may have been stored; says what it had to leave behind."""
        if not self._may_be_there:
            return ()
        try:
            self.delete()
        except _Stopped:
            self._say(f"{self._key} could not be deleted")
            return (f"{self._key} may be left behind in bucket {self._bucket}",)
        return ()

    @contextmanager
    def _step(self, name: str, gone: str = "") -> Iterator[None]:
        from obstore.exceptions import BaseError

        began = time.monotonic()
        try:
            yield
        except (BaseError, OSError) as error:
            said = why(str(error), self._bucket)
            if name == "put" and said.done_nothing:
                self._may_be_there = False
            text = gone if gone and said.code == "NoSuchKey" else said.text
            self._say(f"{name} {self._key}: {text}")
            raise _Stopped(said.outcome, f"{name}: {text}") from error
        self._say(f"{name} {self._key}: {(time.monotonic() - began) * 1000:.0f} ms")


def _connect(place: Place, credentials: Credentials) -> S3Store:
    # Loading it takes 10 ms, and the program itself has no use for it.
    from obstore.store import S3Store

    return S3Store(
        place.bucket,
        endpoint=place.url,
        region=place.region,
        access_key_id=credentials.key,
        secret_access_key=credentials.secret,
        config={"session_token": credentials.token} if credentials.token else {},
        client_options={
            "allow_http": True,
            "allow_invalid_certificates": place.trusts_any,
            "connect_timeout": _CONNECT,
            "timeout": _WHOLE,
        },
        retry_config={"max_retries": 0},
    )
