"""Other servers of the S3 role: judged by their workloads, whichever of them a repository uses."""

from __future__ import annotations

from runners.layers.components.base import Component
from runners.layers.components.common import judge_workloads
from runners.layers.picture import Layer


def object_store(name: str, *namespaces: str) -> Component:
    """A server of the S3 role of which no more is known than where it lives."""
    return Component(name, Layer.FOUNDATION, namespaces, judge_workloads)


GARAGE = object_store("garage", "garage")
SEAWEEDFS = object_store("seaweedfs", "seaweedfs")
RUSTFS = object_store("rustfs", "rustfs")
CEPH_RGW = object_store("ceph-rgw", "rook-ceph")
