"""The TLS context of one cluster: whom it trusts, and the client certificate it shows."""

from __future__ import annotations

import hashlib
import os
import re
import ssl
import tempfile
from pathlib import Path

from runners.cluster.access import Access, KubeconfigError, inline
from runners.cluster.exec_plugin import Credential
from runners.layers.jsons import text, truth

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def context_for(access: Access, credential: Credential) -> ssl.SSLContext:
    """The context for a cluster; a plugin's client certificate stands in where the user's entry has none.

    Raises:
        KubeconfigError: a certificate or key is missing or unreadable.
    """
    context = _trusting(access)
    # Go accepts what a strict reading of X.509 refuses (a CA without key identifiers) and trusts an intermediate that
    # it is given; many a cluster's certificates rely on that.
    context.verify_flags = (context.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN) & ~ssl.VERIFY_X509_STRICT
    if truth(access.cluster, "insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    _identify(context, access, credential)
    return context


def authority(access: Access) -> bytes:
    """The certificates (PEM) that the cluster's entry trusts; empty where it trusts what the system trusts."""
    where = f"{access.source}: cluster {access.cluster_name!r}"
    data = inline(access.cluster, "certificate-authority-data", where)
    path = text(access.cluster, "certificate-authority")
    return data if data is not None else _read(path, where) if path else b""


def fingerprint(access: Access) -> str:
    """SHA-256 (hex) over the certificates that the cluster's entry trusts; empty where it names none."""
    found = _certificates(access)
    return hashlib.sha256(b"".join(map(ssl.PEM_cert_to_DER_cert, found))).hexdigest() if found else ""


def _certificates(access: Access) -> list[str]:
    return _PEM.findall(authority(access).decode("ascii", "replace"))


def _trusting(access: Access) -> ssl.SSLContext:
    if not authority(access):
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cadata="\n".join(_certificates(access)))
    except (ssl.SSLError, ValueError) as error:
        what = f"{access.source}: cluster {access.cluster_name!r}"
        raise KubeconfigError(f"{what}: its certificate authority holds no PEM certificate") from error


def _identify(context: ssl.SSLContext, access: Access, credential: Credential) -> None:
    where = f"{access.source}: user {access.user_name!r}"
    certificate = _either(access, "client-certificate", where) or credential.certificate.encode()
    key = _either(access, "client-key", where) or credential.key.encode()
    if not certificate:
        return
    # The ssl module reads a client certificate from a file only.
    descriptor, name = tempfile.mkstemp(prefix="bedplate-")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(certificate + b"\n" + key)
        context.load_cert_chain(name, password=lambda: "")
    except (ssl.SSLError, OSError) as error:
        raise KubeconfigError(f"{where}: its client certificate and key don't load: {_why(error)}") from error
    finally:
        Path(name).unlink()


def _either(access: Access, name: str, where: str) -> bytes:
    data = inline(access.user, f"{name}-data", where)
    path = text(access.user, name)
    return data if data is not None else _read(path, where) if path else b""


def _read(path: str, where: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise KubeconfigError(f"{where}: {path}: {error.strerror or error}") from error


def _why(error: Exception) -> str:
    return getattr(error, "reason", None) or getattr(error, "strerror", None) or "unreadable"
