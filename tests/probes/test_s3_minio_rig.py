"""The S3 probe against a real MinIO: by its URL and through a port-forward, and each way in which it can go wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runners.layers.probes import Outcome, answer_in
from runners.probes.s3_credentials import Credentials
from runners.probes.s3_exchange import PREFIX, Place, exchange
from tests.cluster.fake_api import FakeApi
from tests.probes.process import serve_store, start
from tests.rig.minio import Minio, minio

pytestmark = pytest.mark.rig
BUCKET = "probed"


@pytest.fixture(scope="module")
def server() -> Iterator[Minio]:
    with minio() as made:
        made.make_bucket(BUCKET)
        yield made


def place(server: Minio, bucket: str = BUCKET) -> Place:
    return Place(server.url, bucket, "us-east-1")


def keys(server: Minio) -> Credentials:
    return Credentials(server.key, server.secret)


def left(server: Minio) -> list[Path]:
    """What lies in the bucket, as the server keeps it."""
    return [path for path in (server.disk / BUCKET).rglob("*") if path.is_file()]


def quiet(_line: str) -> None:
    pass


def after_put(act: Callable[[], object]) -> Callable[[str], object]:
    return lambda line: act() if line.startswith("put") else None


def test_an_object_is_stored_read_back_and_gone(server: Minio) -> None:
    lines: list[str] = []
    answer = exchange(place(server), keys(server), lines.append)
    assert (answer.outcome, answer.remarks) == (Outcome.WORKED, ()), answer
    assert [line.split()[0] for line in lines] == ["put", "get", "delete"]
    assert left(server) == []


def test_it_was_there_in_between(server: Minio) -> None:
    there: list[int] = []
    assert exchange(place(server), keys(server), after_put(lambda: there.append(len(left(server))))).text
    assert there == [1]


@pytest.mark.parametrize(
    ("wrong", "bucket", "says"),
    [
        ("secret", BUCKET, "put: the secret key is wrong (SignatureDoesNotMatch)"),
        ("key", BUCKET, "put: the access key is not known there (InvalidAccessKeyId)"),
        ("", "no-such-bucket", "put: there is no bucket no-such-bucket, and none is made unasked (NoSuchBucket)"),
    ],
)
def test_what_is_asked_wrongly_is_said_in_words(server: Minio, wrong: str, bucket: str, says: str) -> None:
    key, secret = ("nobody" if wrong == "key" else server.key), ("wrong" if wrong == "secret" else server.secret)
    answer = exchange(place(server, bucket), Credentials(key, secret), quiet)
    assert (answer.outcome, answer.text, answer.remarks) == (Outcome.NOT_ASKED, says, ())
    assert not (server.disk / "no-such-bucket").exists()


def test_an_object_that_vanishes_from_the_disk_is_a_failure(server: Minio) -> None:
    answer = exchange(
        place(server), keys(server), after_put(lambda: shutil.rmtree(server.disk / BUCKET / PREFIX.rstrip("/")))
    )
    assert (answer.outcome, answer.text) == (Outcome.FAILED, "get: the object was stored, and is gone"), answer
    assert left(server) == []


def test_a_server_that_is_gone(tmp_path: Path) -> None:
    with minio() as server:
        server.make_bucket(BUCKET)
    answer = exchange(place(server), keys(server), quiet)
    assert (answer.outcome, answer.text) == (Outcome.FAILED, "put: no answer: Connection refused")


@pytest.mark.parametrize(
    ("bucket", "outcome", "code"), [(BUCKET, Outcome.WORKED, 0), ("no-such-bucket", Outcome.NOT_ASKED, 2)]
)
def test_through_a_port_forward(tmp_path: Path, server: Minio, bucket: str, outcome: Outcome, code: int) -> None:
    with FakeApi() as api:
        serve_store(api, server.port, server.key, server.secret)
        done = start(tmp_path, api, bucket)
    answer = answer_in(done.stdout)
    assert answer is not None, done
    assert (answer.outcome, done.returncode, done.stderr) == (outcome, code, b""), done
    assert server.secret.encode() not in done.stdout
    assert left(server) == []


def test_a_pod_that_takes_no_connection_fails(tmp_path: Path) -> None:
    with minio() as server, FakeApi() as api:
        serve_store(api, 1, server.key, server.secret)
        done = start(tmp_path, api, BUCKET)
    answer = answer_in(done.stdout)
    assert answer is not None, done
    assert (answer.outcome, "error forwarding port" in answer.text) == (Outcome.FAILED, True), answer
