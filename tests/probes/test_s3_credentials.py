"""Credentials in the forms that servers and operators write them, by table; never in a repr or an error."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.probes.s3_credentials import Credentials, NoCredentialsError, in_environment, in_secret

_ENV = 'export MINIO_ROOT_USER="a-key"\nexport MINIO_ROOT_PASSWORD="a-secret"\n# export MINIO_ROOT_USER="x"\n'


@pytest.mark.parametrize(
    "data",
    [
        {"accesskey": "a-key", "secretkey": "a-secret"},
        {"rootUser": "a-key", "rootPassword": "a-secret"},
        {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "a-secret", "AWS_ENDPOINTS": "http://x"},
        {"CONSOLE_ACCESS_KEY": "a-key", "CONSOLE_SECRET_KEY": "a-secret\n"},
        {"AccessKey": "a-key", "SecretKey": "a-secret", "Endpoint": "x"},
        {"RUSTFS_ACCESS_KEY": "a-key", "RUSTFS_SECRET_KEY": "a-secret"},
        {"root-user": "a-key", "root-password": "a-secret"},
        {"config.env": _ENV},
        {"config.env": "MINIO_ROOT_USER=a-key\nMINIO_ROOT_PASSWORD=a-secret"},
    ],
)
def test_a_secrets_pair(data: dict[str, str]) -> None:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    found = in_secret("store/keys", encoded)
    assert (found.key, found.secret) == ("a-key", "a-secret")
    assert "a-key" not in repr(found)
    assert "a-secret" not in repr(found)


def test_a_secret_without_a_pair_is_said_by_its_keys() -> None:
    with pytest.raises(NoCredentialsError) as caught:
        in_secret("store/keys", {"password": base64.b64encode(b"hidden").decode(), "accesskey": "%%%"})
    assert str(caught.value).endswith("under names that are known: it has accesskey, password")


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(["accesskey", "secretkey", "config.env", "x"]), st.none() | st.text(max_size=8)))
def test_an_odd_secret_is_whole_or_none(data: dict[str, object]) -> None:
    with contextlib.suppress(NoCredentialsError):
        found = in_secret("store/keys", data)
        assert found.key
        assert found.secret


def test_the_environments_pair() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "a-secret", "AWS_SESSION_TOKEN": "t"}
    assert in_environment(environ) == Credentials("a-key", "a-secret", "t")
    with pytest.raises(NoCredentialsError, match="AWS_ACCESS_KEY_ID"):
        in_environment({"AWS_ACCESS_KEY_ID": "a-key"})


def test_what_everybody_knows() -> None:
    assert Credentials("minio", "minio123").are_well_known
    assert not Credentials("minio", "another").are_well_known
