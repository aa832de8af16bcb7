"""What this machine has to decrypt with, by the places that sops and helm look in."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.layers.decrypting import AgeKey
from runners.tools.local_keys import local_keys


@pytest.mark.parametrize(
    ("begins", "kind"),
    [
        ("# created: today\nAGE-SECRET-KEY-1QQQ\n", AgeKey.PLAIN),
        ("-----BEGIN AGE ENCRYPTED FILE-----\n", AgeKey.PASSPHRASE),
        ("age-encryption.org/v1\n-> scrypt\n", AgeKey.PASSPHRASE),
        ("AGE-PLUGIN-YUBIKEY-1QQQ\n", AgeKey.PLUGIN),
        ("", AgeKey.NONE),
    ],
)
def test_an_identity_is_known_by_how_it_begins(tmp_path: Path, begins: str, kind: AgeKey) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(begins)
    found = local_keys({"SOPS_AGE_KEY_FILE": str(path)})
    assert (found.age, found.age_at, found.unasked) == (kind, str(path), False)
    assert "QQQ" not in repr(found)


def test_the_usual_places_are_looked_in(tmp_path: Path) -> None:
    (tmp_path / ".config/sops/age").mkdir(parents=True)
    (tmp_path / ".config/sops/age/keys.txt").write_text("AGE-SECRET-KEY-1")
    (tmp_path / "plugins/helm-secrets").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sops").write_text("#!/bin/sh\n")
    (tmp_path / "bin/sops").chmod(0o700)
    environ = {"HOME": str(tmp_path), "HELM_PLUGINS": str(tmp_path / "plugins"), "PATH": str(tmp_path / "bin")}
    found = local_keys(environ)
    assert (found.age, found.plugins, found.programs) == (AgeKey.PLAIN, frozenset({"secrets"}), frozenset({"sops"}))


def test_where_there_is_nothing_it_says_where_it_looked(tmp_path: Path) -> None:
    found = local_keys({"HOME": str(tmp_path)})
    assert (found.age, found.programs, found.plugins) == (AgeKey.NONE, frozenset(), frozenset())
    assert found.age_at == str(tmp_path / ".config/sops/age/keys.txt")
    assert local_keys({"SOPS_AGE_KEY": "AGE-SECRET-KEY-1X"}).age_at == "SOPS_AGE_KEY"
