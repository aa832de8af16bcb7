"""MetalLB's own objects: pools of addresses, and by whom these are announced."""

from __future__ import annotations

from dataclasses import dataclass

from runners.layers.jsons import Json, integer, mapping, sequence, strings
from runners.layers.kinds.base import AGE, NAME, NAMESPACE, Column, Kind, Row, Tone, head

GROUP = "metallb.io"


@dataclass(frozen=True, slots=True)
class AddressPool(Row):
    """One IPAddressPool."""

    addresses: tuple[str, ...]
    """Ranges or CIDRs."""
    assigned: int
    free: int | None
    """Addresses that are left; None where MetalLB is too old to say."""


def pool_row(kind: str, obj: Json) -> AddressPool:
    """The row of a decoded IPAddressPool."""
    status = mapping(obj, "status")
    families = ("IPv4", "IPv6")
    known = any(f"available{family}" in status for family in families)
    return AddressPool(
        *head(kind, obj),
        addresses=strings(obj, "spec", "addresses"),
        assigned=sum(integer(status, f"assigned{family}") for family in families),
        free=sum(integer(status, f"available{family}") for family in families) if known else None,
    )


ADDRESS_POOLS: Kind[AddressPool] = Kind(
    id="ipaddresspools",
    table="ipaddresspools",
    group=GROUP,
    version="v1beta1",
    plural="ipaddresspools",
    singular="IPAddressPool",
    row=pool_row,
    columns=(
        NAMESPACE,
        NAME,
        Column("ADDRESSES", lambda row, _now: ", ".join(row.addresses) or "–", grows=True),
        Column("ASSIGNED", lambda row, _now: str(row.assigned), right=True, drop=1),
        Column("FREE", lambda row, _now: "–" if row.free is None else str(row.free), right=True, toned=True),
        AGE,
    ),
    tone=lambda row: Tone.WARN if row.free == 0 else Tone.PLAIN,
    aliases=("ipaddresspool", "pools"),
)


@dataclass(frozen=True, slots=True)
class Advertisement(Row):
    """One L2Advertisement or BGPAdvertisement."""

    pools: tuple[str, ...]
    """The pools that it names."""
    selects: bool
    """It chooses pools by their labels."""

    def announces(self, pool: str) -> bool:
        """May it announce the addresses of a pool? One that names none and selects none announces all."""
        return self.selects or not self.pools or pool in self.pools


def advertisement_row(kind: str, obj: Json) -> Advertisement:
    """The row of a decoded L2Advertisement or BGPAdvertisement."""
    return Advertisement(
        *head(kind, obj),
        pools=strings(obj, "spec", "ipAddressPools"),
        selects=bool(sequence(obj, "spec", "ipAddressPoolSelectors")),
    )


def _kind(plural: str, singular: str) -> Kind[Advertisement]:
    return Kind(
        id=plural,
        table=plural,
        group=GROUP,
        version="v1beta1",
        plural=plural,
        singular=singular,
        row=advertisement_row,
        columns=(
            NAMESPACE,
            NAME,
            Column("POOLS", lambda row, _now: ", ".join(row.pools) or ("by label" if row.selects else "all")),
            AGE,
        ),
        aliases=(singular.lower(),),
    )


L2_ADVERTISEMENTS = _kind("l2advertisements", "L2Advertisement")
BGP_ADVERTISEMENTS = _kind("bgpadvertisements", "BGPAdvertisement")
