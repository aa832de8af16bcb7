from __future__ import annotations

from tests.demo.crd_fields import allowed, fields, written
from tests.demo.memory_api import MemoryApi
from tests.demo.play import CRS, TENANT, everything
from tests.layers import longhorn_objects


def test_every_field_that_is_written_is_one_of_the_real_crds(tenant: MemoryApi) -> None:
    everything(tenant)
    known = fields()
    seen = set()
    for path, obj in tenant.objects.items():
        if path.startswith(CRS) or path == TENANT:
            plural = path.split("/")[-2]
            seen.add(plural)
            unknown = [name for name in written(plural, obj) if not allowed(name, known)]
            assert unknown == [], plural
    assert seen == {
        "volumes",
        "engines",
        "replicas",
        "nodes",
        "engineimages",
        "instancemanagers",
        "settings",
        "backuptargets",
        "recurringjobs",
        "backupvolumes",
        "backups",
        "systembackups",
        "tenants",
    }


def test_an_unknown_field_would_be_seen() -> None:
    assert not allowed(("volumes.status", "mood"), fields())
    assert not allowed(("nodes.status.diskStatus.default-disk", "mood"), fields())
    assert allowed(("nodes.status.diskStatus", "default-disk"), fields())


def test_the_rules_are_tested_with_objects_of_the_real_crds() -> None:
    known = fields()
    for kind, objects in longhorn_objects.all_well().items():
        plural = kind.removeprefix("longhorn-")
        unknown = [name for obj in objects for name in written(plural, obj) if not allowed(name, known)]
        assert unknown == [], kind
