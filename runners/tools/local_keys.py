"""What this machine has to decrypt with: which programs, and what kind of age identity. No key is kept or shown."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from runners.layers.decrypting import AgeKey, LocalKeys

_PROGRAMS = ("sops", "gpg")
_BEGINS_AT_MOST = 4096
"""Bytes of an identity's file that tell its kind."""


def local_keys(environ: Mapping[str, str]) -> LocalKeys:
    """Looks for them as sops and helm do, in an environment."""
    found = {name for name in _PROGRAMS if shutil.which(name, path=environ.get("PATH", ""))}
    age, where = _age(environ)
    return LocalKeys(frozenset(found), frozenset(_plugins(environ)), age, where, unasked=False)


def _age(environ: Mapping[str, str]) -> tuple[AgeKey, str]:
    for variable in ("SOPS_AGE_KEY", "SOPS_AGE_KEY_CMD"):
        if environ.get(variable):
            return AgeKey.PLAIN, variable
    home = Path(environ.get("HOME", "/"))
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    path = Path(environ.get("SOPS_AGE_KEY_FILE") or config / "sops" / "age" / "keys.txt")
    try:
        with path.open("rb") as file:
            begin = file.read(_BEGINS_AT_MOST)
    except OSError:
        return AgeKey.NONE, str(path)
    return _kind_of(begin), str(path)


def _kind_of(begin: bytes) -> AgeKey:
    """By the words that an identity's file begins with."""
    if b"AGE ENCRYPTED FILE" in begin or b"age-encryption.org" in begin:
        return AgeKey.PASSPHRASE
    if b"AGE-SECRET-KEY-1" in begin:
        return AgeKey.PLAIN
    return AgeKey.PLUGIN if b"AGE-PLUGIN-" in begin else AgeKey.NONE


def _plugins(environ: Mapping[str, str]) -> list[str]:
    """The names of helm's plugins, by their folders: ``helm-secrets`` is called ``secrets``."""
    home = Path(environ.get("HOME", "/"))
    data = Path(environ.get("HELM_DATA_HOME") or Path(environ.get("XDG_DATA_HOME") or home / ".local/share") / "helm")
    folder = Path(environ.get("HELM_PLUGINS") or data / "plugins")
    try:
        return [path.name.removeprefix("helm-") for path in folder.iterdir()]
    except OSError:
        return []
