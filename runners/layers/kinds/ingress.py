"""IngressClasses: which controller answers for which class."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, text, truth
from runners.layers.kinds.base import AGE, Column, Kind, Row, head

DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"


@dataclass(frozen=True, slots=True)
class IngressClass(Row):
    """One IngressClass."""

    controller: str
    """``haproxy.org/ingress-controller/haproxy``: the name by which a controller knows what is its."""
    default: bool


def ingressclass_row(kind: str, obj: Json) -> IngressClass:
    """The row of a decoded IngressClass."""
    return IngressClass(
        *head(kind, obj),
        controller=text(obj, "spec", "controller"),
        default=truth(obj, "metadata", "annotations", DEFAULT_CLASS),
    )


INGRESSCLASSES: Kind[IngressClass] = Kind(
    id="ingressclasses",
    table="ingressclasses",
    group="networking.k8s.io",
    version="v1",
    plural="ingressclasses",
    singular="IngressClass",
    namespaced=False,
    row=ingressclass_row,
    columns=(
        Column("NAME", lambda row, _now: f"{row.name} (default)" if row.default else row.name, grows=True),
        Column("CONTROLLER", lambda row, _now: row.controller or "–"),
        AGE,
    ),
    aliases=("ingressclass",),
)
