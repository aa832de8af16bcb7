"""What decrypts the repository's secrets, and whether it can do so in a run, where nobody can type a passphrase."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from runners.layers.discovery.documents import Files
from runners.layers.discovery.helmfiles import looks_like_helmfile
from runners.layers.findings import Finding, Severity


class AgeKey(Enum):
    """The age identity that sops would use on this machine."""

    NONE = "there is no age identity"
    PLAIN = "an age identity is there"
    PASSPHRASE = "the age identity asks for a passphrase"
    PLUGIN = "the age identity is a plugin's, which may ask for a touch or a PIN"


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """What this machine has to decrypt with; never a key itself."""

    programs: frozenset[str] = frozenset()
    """Of ``sops``, ``gpg``: those that are on PATH."""
    plugins: frozenset[str] = frozenset()
    """helm's plugins, by name; ``secrets`` is helm-secrets."""
    age: AgeKey = AgeKey.NONE
    age_at: str = ""
    """Where it was found or looked for: a path, or a variable's name."""
    unasked: bool = True
    """Nobody has looked yet, so that nothing can be said to be missing."""


_SECRETS = re.compile(r"^[ \t]*-?[ \t]*secrets[ \t]*:[ \t]*(?:\[|$)", re.MULTILINE)
_SECRETS_URL = re.compile(r"\bsecrets(?:\+[\w-]+)*://")
_VALS = re.compile(r"\bref\+(\w+)://")
_AGE = re.compile(r"^[ \t-]*age[ \t]*:", re.MULTILINE)
_PGP = re.compile(r"^[ \t-]*pgp[ \t]*:", re.MULTILINE)
_WITHOUT_A_PERSON = frozenset({"envsubst", "file", "k8s", "echo"})
"""Backends of vals for which nobody has to log in anywhere."""


def decrypting(files: Files, keys: LocalKeys) -> Iterator[Finding]:
    """What a run would need to decrypt and can't, and what may ask where nobody answers."""
    if keys.unasked:
        return
    helmfiles = {path: words for path, words in files.items() if looks_like_helmfile(path, words)}
    by_plugin = next((path for path, words in helmfiles.items() if _SECRETS.search(words)), "")
    by_plugin = by_plugin or next((path for path, words in helmfiles.items() if _SECRETS_URL.search(words)), "")
    if by_plugin and "secrets" not in keys.plugins:
        words = f"{by_plugin} decrypts with it, and helm has no such plugin"
        yield Finding(
            "helm-secrets", Severity.BLOCKER, words, "helm plugin install https://github.com/jkroepke/helm-secrets"
        )
    backends = {found: path for path, words in helmfiles.items() for found in _VALS.findall(words)}
    if by_plugin or "sops" in backends:
        yield from _sops(by_plugin or backends["sops"], files, keys)
    for backend, path in sorted(backends.items()):
        if backend not in _WITHOUT_A_PERSON and backend != "sops":
            words = f"{path} reads from it, and a run has no terminal to log in on"
            yield Finding(f"vals {backend}", Severity.NOTE, words, "log in before Bedplate is started")


def _sops(named_by: str, files: Files, keys: LocalKeys) -> Iterator[Finding]:
    """sops itself, and a key that it may use without a person."""
    if "sops" not in keys.programs:
        words = f"{named_by} needs it, and it is not on PATH"
        yield Finding("sops", Severity.BLOCKER, words, "https://github.com/getsops/sops/releases")
    rules = "\n".join(words for path, words in files.items() if posixpath.basename(path) in (".sops.yaml", ".sops.yml"))
    if _AGE.search(rules) and keys.age is not AgeKey.PLAIN:
        severity = Severity.BLOCKER if keys.age is AgeKey.NONE else Severity.WARNING
        words = f"{named_by} needs it, and {keys.age.value} ({keys.age_at})"
        remedy = "export SOPS_AGE_KEY_FILE=…" if keys.age is AgeKey.NONE else "try sops -d in the foreground first"
        yield Finding("sops", severity, words, remedy)
    elif _PGP.search(rules):
        words = f"{named_by} needs a PGP key, and gpg asks for its passphrase on a terminal that a run has not"
        yield Finding("sops", Severity.WARNING, words, "run sops -d once, so that gpg-agent keeps the passphrase")
