"""The certificates of one rig, made with the openssl command: X.509 v3 throughout, since some clients refuse v1."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_DAYS = "30"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files."""

    cert: Path
    key: Path


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Makes the authority's own certificate.

        Raises:
            subprocess.CalledProcessError: openssl failed.
        """
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pair = Pair(folder / "ca.crt", folder / "ca.key")
        extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"]
        _openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", _DAYS,
            "-subj", "/CN=rig-ca", *(part for value in extensions for part in ("-addext", value)),
            "-keyout", str(self.pair.key), "-out", str(self.pair.cert),
        )  # fmt: skip

    def server(self, name: str) -> Pair:
        """A certificate for a server on loopback."""
        names = "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
        return self._issue(
            name,
            f"/CN={name}",
            f"extendedKeyUsage=serverAuth\nsubjectAltName={names},IP:127.0.0.1,IP:10.0.0.1",
        )

    def client(self, user: str, *groups: str) -> Pair:
        """A certificate for a user in some groups; no name of them may have a ``/``."""
        subject = "".join(f"/O={group}" for group in groups) + f"/CN={user}"
        return self._issue(f"user-{user.replace(':', '-')}", subject, "extendedKeyUsage=clientAuth")

    def signing_key(self, name: str) -> Path:
        """A private key without a certificate, for service account tokens."""
        path = self._folder / f"{name}.key"
        # kube-apiserver reads a public key out of the traditional format only.
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(path))
        return path

    def _issue(self, name: str, subject: str, extensions: str) -> Pair:
        pair = Pair(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        request, config = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        config.write_text(f"basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n{extensions}\n")
        _openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", subject, "-keyout", str(pair.key), "-out", str(request),
        )  # fmt: skip
        _openssl(
            "x509", "-req", "-in", str(request), "-CA", str(self.pair.cert), "-CAkey", str(self.pair.key),
            "-CAcreateserial", "-days", _DAYS, "-extfile", str(config), "-out", str(pair.cert),
        )  # fmt: skip
        return pair


def _openssl(*args: str) -> None:
    subprocess.run(["openssl", *args], check=True, capture_output=True)
