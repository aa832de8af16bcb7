"""One object, stored, read back and deleted: what is said when it works, and of whatever can go wrong on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.demo.s3 import S3Server
from runners.layers.probes import Outcome
from runners.probes.s3_credentials import Credentials
from runners.probes.s3_errors import why
from runners.probes.s3_exchange import PREFIX, Place, exchange
from tests.probes.conftest import BUCKET, KEY, SECRET

GOOD = Credentials(KEY, SECRET)


def quiet(_line: str) -> None:
    pass


def place(server: S3Server, bucket: str = BUCKET) -> Place:
    return Place(server.url, bucket, "us-east-1")


def after(step: str, act: Callable[[], object]) -> Callable[[str], object]:
    """Acts between two steps: the log's line of the first is written when it is done."""
    return lambda line: act() if line.startswith(step) else None


def test_it_is_stored_read_back_and_gone(s3: S3Server) -> None:
    lines: list[str] = []
    answer = exchange(place(s3), GOOD, lines.append)
    assert answer.outcome is Outcome.WORKED, answer
    assert answer.text.startswith("stored, read back and deleted an object in ")
    assert [line.split()[0] for line in lines] == ["put", "get", "delete"]
    assert s3.buckets == {BUCKET: {}}
    assert not any(SECRET in line for line in lines)


def test_whoever_may_not_list_is_told_that_the_deletion_can_not_be_verified(s3: S3Server) -> None:
    s3.may_list = False
    answer = exchange(place(s3), GOOD, quiet)
    assert answer.outcome is Outcome.WORKED, answer
    assert answer.remarks == ("its deletion worked, and can't be verified: these credentials may not list the bucket",)
    assert s3.buckets == {BUCKET: {}}


@pytest.mark.parametrize(
    ("credentials", "bucket", "outcome", "says"),
    [
        (Credentials("nobody", SECRET), BUCKET, Outcome.NOT_ASKED, "the access key is not known there"),
        (GOOD, "no-such", Outcome.NOT_ASKED, "there is no bucket no-such, and none is made unasked"),
    ],
)
def test_what_is_asked_wrongly_proves_nothing_against_the_server(
    s3: S3Server, credentials: Credentials, bucket: str, outcome: Outcome, says: str
) -> None:
    answer = exchange(place(s3, bucket), credentials, quiet)
    assert (answer.outcome, says in answer.text, answer.remarks) == (outcome, True, ()), answer


def test_an_object_that_vanishes_is_a_failure(s3: S3Server) -> None:
    answer = exchange(place(s3), GOOD, after("put", s3.buckets[BUCKET].clear))
    assert answer.outcome is Outcome.FAILED
    assert answer.text == "get: the object was stored, and is gone"


def test_an_object_that_comes_back_changed_is_a_failure_and_is_deleted(s3: S3Server) -> None:
    def spoil() -> None:
        for key in s3.buckets[BUCKET]:
            s3.buckets[BUCKET][key] = b"somebody else's"

    answer = exchange(place(s3), GOOD, after("put", spoil))
    assert answer.outcome is Outcome.FAILED
    assert "what was read back (15 bytes) is not what was stored" in answer.text
    assert s3.buckets == {BUCKET: {}}


def test_a_server_that_goes_away_leaves_an_object_behind_and_that_is_said(s3: S3Server) -> None:
    def go_away() -> None:
        s3.is_up = lambda: False

    answer = exchange(place(s3), GOOD, after("put", go_away))
    (key,) = s3.buckets[BUCKET]
    assert key.startswith(PREFIX)
    assert (answer.outcome, answer.remarks) == (Outcome.FAILED, (f"{key} may be left behind in bucket {BUCKET}",))
    assert "get: HTTP 503, ServiceUnavailable" in answer.text


def test_an_interrupted_probe_deletes_what_it_stored(s3: S3Server) -> None:
    def interrupt() -> None:
        assert s3.buckets[BUCKET]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exchange(place(s3), GOOD, after("put", interrupt))
    assert s3.buckets == {BUCKET: {}}


def test_nobody_there() -> None:
    with S3Server(KEY, [BUCKET]) as server:
        gone = place(server)
    answer = exchange(gone, GOOD, quiet)
    assert (answer.outcome, answer.text, answer.remarks) == (Outcome.FAILED, "put: no answer: Connection refused", ())


def test_credentials_that_everybody_knows_are_remarked_upon() -> None:
    with S3Server("minioadmin", [BUCKET]) as server:
        answer = exchange(place(server), Credentials("minioadmin", "minioadmin"), quiet)
    assert answer.outcome is Outcome.WORKED
    assert answer.remarks == ("its credentials are some chart's or image's defaults, which everybody knows",)


@settings(max_examples=50)
@given(st.text(max_size=80), st.sampled_from(["", "status code: 5xx", "status code: 418 ", "<Code>A</Code>", "kind: "]))
def test_whatever_an_error_says_it_is_a_line(text: str, start: str) -> None:
    said = why(start + text, "b")
    assert said.text
    assert said.outcome is not Outcome.WORKED
