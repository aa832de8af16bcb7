"""cert-manager's own objects: who issues, and what was issued until when."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, text
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, age, head, timestamp
from runners.layers.kinds.conditions import NO_CONDITION, Condition, conditions

GROUP = "cert-manager.io"


@dataclass(frozen=True, slots=True)
class Issuer(Row):
    """One Issuer or ClusterIssuer."""

    ready: Condition


@dataclass(frozen=True, slots=True)
class Certificate(Row):
    """One Certificate."""

    ready: Condition
    expires: float
    """``status.notAfter`` in seconds since the epoch; 0 before it was issued for the first time."""
    renews: float
    """``status.renewalTime`` likewise."""
    issuer: str
    """``Kind/name`` of who issues it; empty where that is none of cert-manager's own kinds."""
    secret: str


def issuer_row(kind: str, obj: Json) -> Issuer:
    """The row of a decoded Issuer or ClusterIssuer."""
    return Issuer(*head(kind, obj), ready=conditions(obj).get("Ready", NO_CONDITION))


def certificate_row(kind: str, obj: Json) -> Certificate:
    """The row of a decoded Certificate."""
    own = text(obj, "spec", "issuerRef", "group", default=GROUP) == GROUP
    issuer = f"{text(obj, 'spec', 'issuerRef', 'kind', default='Issuer')}/{text(obj, 'spec', 'issuerRef', 'name')}"
    return Certificate(
        *head(kind, obj),
        ready=conditions(obj).get("Ready", NO_CONDITION),
        expires=timestamp(text(obj, "status", "notAfter")),
        renews=timestamp(text(obj, "status", "renewalTime")),
        issuer=issuer if own else "",
        secret=text(obj, "spec", "secretName"),
    )


def _tone(ready: Condition) -> Tone:
    return {"True": Tone.GOOD, "False": Tone.BAD}.get(ready.status, Tone.MOVING)


def _issuers(plural: str, singular: str, *, namespaced: bool) -> Kind[Issuer]:
    return Kind(
        id=plural,
        table=plural,
        group=GROUP,
        version="v1",
        plural=plural,
        singular=singular,
        namespaced=namespaced,
        row=issuer_row,
        columns=(
            *((NAMESPACE,) if namespaced else ()),
            NAME,
            Column("READY", lambda row, _now: row.ready.status or "–", toned=True),
            Column("MESSAGE", lambda row, _now: row.ready.message, grows=True, drop=1),
            AGE,
        ),
        tone=lambda row: _tone(row.ready),
        aliases=(singular.lower(),),
    )


ISSUERS = _issuers("issuers", "Issuer", namespaced=True)
CLUSTER_ISSUERS = _issuers("clusterissuers", "ClusterIssuer", namespaced=False)


def _expiry(row: Certificate, now: float) -> str:
    if not row.expires:
        return "–"
    return f"in {age(row.expires - now)}" if row.expires > now else f"{age(now - row.expires)} ago"


CERTIFICATES: Kind[Certificate] = Kind(
    id="certificates",
    table="certificates",
    group=GROUP,
    version="v1",
    plural="certificates",
    singular="Certificate",
    row=certificate_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("READY", lambda row, _now: row.ready.status or "–", toned=True),
        Column("EXPIRES", _expiry, sort=lambda row: row.expires, ticks=True),
        Column("ISSUER", lambda row, _now: row.issuer.rpartition("/")[2] or "–", drop=1),
        Column("SECRET", lambda row, _now: row.secret or "–", drop=2),
        AGE,
    ),
    tone=lambda row: _tone(row.ready),
    aliases=("cert", "certs", "certificate"),
)
