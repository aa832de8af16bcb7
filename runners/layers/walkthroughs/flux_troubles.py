"""What Flux's controllers say when Git can't be fetched, applied or decrypted, and what to try then."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.kinds.flux import FluxObject
from runners.layers.settings import KeySource

_Tries = Sequence[tuple[str, str]]
"""What is looked for in a message, whatever its case, and what to try then."""

_FETCHING: _Tries = (
    (
        r"couldn't find remote ref|reference not found|branch .* not found|unable to resolve .*ref",
        "there is no branch {branch}: set gitops.branch to one that Git has, or push it",
    ),
    (
        r"knownhosts|host key|hostkey",
        "Git's host key is not the one in Secret {secret}: look at its known_hosts, then bootstrap again",
    ),
    (
        r"authenticat|authoriz|permission denied|invalid username|access denied|\b40[13]\b",
        "Git refuses what is in Secret {secret}: bootstrap again with a {token} that may read",
    ),
    (
        r"secrets? .*not found|failed to get secret",
        "Secret {secret} is not there: bootstrap again, which makes it",
    ),
    (
        r"repository not found|does not exist|\b404\b",
        "Git has no such repository, or hides it from what is in Secret {secret}",
    ),
    (
        r"x509|certificate",
        "Flux does not trust Git's certificate: set gitops.ca_file, bootstrap again",
    ),
    (
        r"no such host|i/o timeout|connection refused|dial tcp|unreachable|deadline exceeded",
        "the cluster can't reach Git: look at its DNS, its way out and the NetworkPolicies of flux-system",
    ),
)
_APPLYING: _Tries = (
    (
        r"gotk-\S+.*no such file",
        "Git lacks what flux writes there: look at .gitignore, then bootstrap again",
    ),
    (r"path not found|no such file or directory", "Git has no such folder: commit and push it"),
    (
        r"no matches for kind",
        "its CRD is not there: apply what brings it by a Kustomization of its own, and depend on that",
    ),
    (r"is forbidden", "the Kustomization's service account may not do that"),
)
_DECRYPTING = re.compile(
    r"sops|decrypt|data key|no identity matched|identity did not match|\bage\b.{0,40}(?:key|identit)|no secret key",
    re.IGNORECASE,
)


def fetch_remedy(message: str, secret: str, settings: BootstrapSettings | None) -> str:
    """What to try when a source can't be fetched; empty where its words are not known.

    Args:
        message: of its Ready condition.
        secret: ``namespace/name`` of the one that it authenticates with.
        settings: of the bootstrap, for the branch and the token's variable.
    """
    branch = settings.branch if settings is not None else "of that name"
    token = (settings.token_variable if settings is not None else "") or "key"
    return _tried(_FETCHING, message).format(branch=branch, secret=secret, token=token)


def apply_remedy(message: str) -> str:
    """What to try when a Kustomization can't be built or applied; empty where its words are not known."""
    return _tried(_APPLYING, message)


def is_decryption_trouble(message: str) -> bool:
    """Does a Kustomization say that it can't decrypt?"""
    return _DECRYPTING.search(message) is not None


def decrypt_remedy(row: FluxObject, keys: Sequence[KeySource]) -> str:
    """What to do when a Kustomization can't decrypt: which Secret it takes the key from, and where that comes from."""
    if row.decryption is None:
        return f"give Kustomization {row.namespace}/{row.name} a spec.decryption with the Secret of its key"
    if not row.decryption.secret:
        return "name the Secret of its key in spec.decryption.secretRef"
    secret = f"{row.namespace}/{row.decryption.secret}"
    source = next((key.file or key.command for key in keys if key.secret == secret), "")
    whence = f" from {source}" if source else ""
    return (
        f"put the key that the files are encrypted for into Secret {secret}{whence}, "
        f"then flux reconcile kustomization {row.name} -n {row.namespace}"
    )


def _tried(tries: _Tries, message: str) -> str:
    return next((remedy for pattern, remedy in tries if re.search(pattern, message, re.IGNORECASE)), "")
