"""A stand-in S3 server for the probe's tests; the same tests run against a real MinIO on a rig."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runners.demo.s3 import S3Server

KEY, SECRET, BUCKET = "a-key", "a-secret", "a-bucket"


@pytest.fixture
def s3() -> Iterator[S3Server]:
    with S3Server(KEY, [BUCKET]) as server:
        yield server
