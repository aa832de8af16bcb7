"""Which cluster this is: a server address and the UID of kube-system, never the name of a context."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """One cluster, resolved once at the start and compared before each change."""

    context: str
    server: str
    uid: str
    """``metadata.uid`` of the namespace kube-system; empty where it may not be read."""
    fingerprint: str = ""
    """SHA-256 of the cluster's CA, which stands in for the UID where kube-system can't be read."""
    user: str = ""
    """The user entry of the kubeconfig, and whom it impersonates."""
    version: str = ""
    """``gitVersion`` of the server."""

    def differs(self, other: Identity) -> str:
        """What makes the other one another cluster, in words; empty when they are the same."""
        if self.server != other.server:
            return f"the server was {self.server} and is {other.server}"
        if self.uid != other.uid:
            return f"the uid of kube-system was {self.uid or 'unreadable'} and is {other.uid or 'unreadable'}"
        if not self.uid and self.fingerprint != other.fingerprint:
            return "the certificate authority of the cluster changed"
        return ""

    @property
    def short_uid(self) -> str:
        """What a header or dialog shows: the uid's first four digits, or the CA's, said so."""
        if self.uid:
            return f"uid {self.uid[:4]}…"
        return f"uid unreadable, CA {self.fingerprint[:8]}…" if self.fingerprint else "uid unreadable"

    @property
    def whole_uid(self) -> str:
        """The same to be compared: every digit of the uid, where it can be read."""
        return f"uid {self.uid}" if self.uid else self.short_uid
