"""Strategic merge patch, which merges the lists of built-in kinds item by item instead of replacing them.

The real server reads from each type how its lists merge; here a table by the lists' names, which are the same wherever
they occur, has to do. A list that isn't in it is replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runners.layers.jsons import Json, mapping, sequence

MERGE_KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("containers", "initContainers", "ephemeralContainers", "env", "volumes"), ("name",)),
    **dict.fromkeys(("imagePullSecrets", "resourceClaims", "schedulingGates", "webhooks", "secrets"), ("name",)),
    **dict.fromkeys(("conditions", "addresses"), ("type",)),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "ownerReferences": ("uid",),
    "taints": ("key",),
    "ports": ("containerPort", "port"),
}
"""By a list's name: the fields of which the first that an item has tells it from the others."""

SETS = frozenset({"finalizers"})
"""Lists of texts that are added to."""

_ORDER, _DELETE, _RETAIN = "$setElementOrder/", "$deleteFromPrimitiveList/", "$retainKeys"


def strategic_merge(document: Json, patch: Json) -> Json:
    """The document with a strategic merge patch applied."""
    how = patch.get("$patch")
    if how in ("replace", "delete"):
        return {key: value for key, value in patch.items() if key != "$patch"} if how == "replace" else {}
    merged = dict(document)
    if _RETAIN in patch:
        kept = set(sequence(patch, _RETAIN))
        merged = {key: value for key, value in merged.items() if key in kept}
    for key, value in patch.items():
        if key.startswith(_DELETE):
            field = key.removeprefix(_DELETE)
            gone = sequence(value)
            merged[field] = [item for item in sequence(merged, field) if item not in gone]
        elif value is None:
            merged.pop(key, None)
        elif not key.startswith("$"):
            merged[key] = _merged(key, merged.get(key), value)
    return merged


def key_of(field: str, item: object) -> tuple[str, object] | None:
    """What tells an item of a list from the others: a field of it and its value; None where nothing does."""
    for name in MERGE_KEYS.get(field, ()):
        if name in mapping(item):
            return name, mapping(item)[name]
    return None


def _merged(field: str, have: object, value: object) -> object:
    if isinstance(value, Mapping):
        return strategic_merge(mapping(have), value)
    if not isinstance(value, list):
        return value
    if field in SETS:
        known = sequence(have)
        return [*known, *(item for item in value if item not in known)]
    if field in MERGE_KEYS and not any(mapping(item).get("$patch") == "replace" for item in value):
        return _merged_items(field, sequence(have), value)
    return [item for item in value if mapping(item).get("$patch") != "replace"]


def _merged_items(field: str, have: Sequence[object], changes: Sequence[object]) -> list[object]:
    items = list(have)
    for change in changes:
        key, wanted = key_of(field, change), mapping(change)
        place = next((at for at, item in enumerate(items) if key and key_of(field, item) == key), None)
        if wanted.get("$patch") == "delete":
            if place is not None:
                del items[place]
        elif place is None:
            items.append(strategic_merge({}, wanted))
        else:
            items[place] = strategic_merge(mapping(items[place]), wanted)
    return items
