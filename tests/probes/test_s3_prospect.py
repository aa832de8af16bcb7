"""What an S3 probe would be called with, from bedplate.yaml and what is seen; and what it says it needs."""

from __future__ import annotations

import pytest

from runners.layers.kinds.base import Row
from runners.layers.kinds.network import service_row
from runners.layers.probes import Prospect
from runners.layers.rows import FrozenRows
from runners.layers.settings import FoundationEntry, S3Settings
from runners.probes import prospects
from runners.probes.base import Scene, argv

KEYS = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "a-secret"}


def service(name: str, *ports: tuple[str, int], namespace: str = "minio-tenant", ip: str = "10.0.0.1") -> Row:
    spec = {"clusterIP": ip, "ports": [{"name": word, "port": number} for word, number in ports]}
    return service_row("services", {"metadata": {"namespace": namespace, "name": name}, "spec": spec})


TENANT = [
    service("minio-console", ("http-console", 9090)),
    service("minio-hl", ("http-minio", 9000), ip="None"),
    service("minio", ("http-minio", 80)),
    service("elsewhere", ("http-minio", 80), namespace="apps"),
]


def prospect(s3: S3Settings | None, *rows: Row, environ: dict[str, str] = KEYS, component: str = "minio") -> Prospect:
    entry = FoundationEntry(component, "minio/helmfile.yaml", ("minio-tenant",), s3=s3)
    return prospects("s3", Scene(entry, FrozenRows(rows), environ))["s3"]


@pytest.mark.parametrize(
    ("s3", "rows", "arguments"),
    [
        (
            S3Settings("b1", "https://s3.example.com"),
            [],
            "--endpoint https://s3.example.com --bucket b1 --region us-east-1",
        ),
        (
            S3Settings("b1", credentials="store/keys", region="garage"),
            TENANT,
            "--service minio-tenant/minio --port 80 --scheme http --bucket b1 --region garage --credentials store/keys",
        ),
        (
            S3Settings("b1"),
            [service("minio", ("https-minio", 443))],
            "--service minio-tenant/minio --port 443 --scheme https --bucket b1 --region us-east-1",
        ),
        (
            S3Settings("b1"),
            TENANT[:2],
            "--service minio-tenant/minio-hl --port 9000 --scheme http --bucket b1 --region us-east-1",
        ),
        (
            S3Settings("b1", "https://minio.store.svc.cluster.local"),
            [],
            "--service store/minio --port 443 --scheme https --bucket b1 --region us-east-1",
        ),
        (
            S3Settings("b1", "http://garage.garage.svc:3900"),
            [],
            "--service garage/garage --port 3900 --scheme http --bucket b1 --region us-east-1",
        ),
    ],
)
def test_where_it_would_ask(s3: S3Settings, rows: list[Row], arguments: str) -> None:
    assert prospect(s3, *rows) == Prospect(tuple(arguments.split()))


@pytest.mark.parametrize(
    ("s3", "environ", "subjects"),
    [
        (None, KEYS, ["bedplate.yaml"]),
        (S3Settings("b1"), {}, ["credentials"]),
        (S3Settings("b1"), {"AWS_ACCESS_KEY_ID": "alone"}, ["credentials"]),
        (S3Settings("b1", credentials="store/keys"), {}, []),
        (None, {}, ["bedplate.yaml", "credentials"]),
    ],
)
def test_what_it_needs_is_said(s3: S3Settings | None, environ: dict[str, str], subjects: list[str]) -> None:
    found = prospect(s3, *TENANT, environ=environ)
    assert [finding.subject for finding in found.findings] == subjects
    assert all(finding.closes and not finding.overridable and finding.remedy for finding in found.findings)
    assert bool(found.arguments) != bool(found.findings)


def test_a_service_is_not_made_up() -> None:
    found = prospect(S3Settings("b1"), *TENANT[:1])
    assert [finding.subject for finding in found.findings] == ["endpoint"]


def test_no_credential_is_ever_an_argument() -> None:
    found = argv("s3", prospect(S3Settings("b1"), *TENANT))
    assert not {"a-key", "a-secret"} & set(found)
    assert found[1] == "-I"
    assert found[2].endswith("start.py")
