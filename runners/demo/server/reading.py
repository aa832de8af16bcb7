"""Lists: the objects that a selector means, at one version, page by page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runners.demo.server.kinds_served import ServedKind
from runners.demo.server.problems import bad_request, expired, too_large_version, unknown_path
from runners.demo.server.selectors import Selector
from runners.demo.server.storage import Collection, Place, Store, TooOldError
from runners.layers.jsons import Json, integer, text


@dataclass(frozen=True, slots=True)
class Listed:
    """Some objects, and the list's metadata."""

    items: Sequence[Json]
    metadata: Json


def collection_of(store: Store, kind: ServedKind) -> Collection:
    """The objects of a kind.

    Raises:
        Refused: its definition went away a moment ago.
    """
    collection = store.collection(kind.stored)
    if collection is None:
        raise unknown_path()
    return collection


def listed(store: Store, kind: ServedKind, namespace: str, selector: Selector, query: Mapping[str, str]) -> Listed:
    """The objects that a list request asks for; a continued list shows them as they were when it began.

    Raises:
        Refused: the version or the continue token is malformed, too old, or of the future.
    """
    limit = _number(query, "limit")
    with store.lock:
        version, start = _from(store, query)
        objects = _at(collection_of(store, kind), version, continued=bool(start))
    found = [
        (order(place), obj)
        for place, obj in objects.items()
        if (not namespace or place[0] == namespace) and order(place) > start and selector.matches(obj)
    ]
    found.sort(key=lambda item: item[0])
    page = found[:limit] if limit else found
    metadata: dict[str, object] = {"resourceVersion": str(version)}
    if len(found) > len(page):
        metadata["continue"] = _token(version, page[-1][0])
        if not selector:
            metadata["remainingItemCount"] = len(found) - len(page)
    return Listed([obj for _, obj in page], metadata)


def order(place: Place) -> str:
    """What objects are listed by: the order of their keys in etcd."""
    return f"{place[0]}/{place[1]}"


def version_of(query: Mapping[str, str]) -> int:
    """The resource version of a query; 0 where there is none.

    Raises:
        Refused: it is no number.
    """
    return _number(query, "resourceVersion")


def _from(store: Store, query: Mapping[str, str]) -> tuple[int, str]:
    """The version that a list shows, and the key after which it goes on."""
    asked, match = version_of(query), query.get("resourceVersionMatch", "")
    if token := query.get("continue", ""):
        if asked:
            raise bad_request("specifying resource version is not allowed when using continue")
        return _parsed(token)
    if match and "resourceVersion" not in query:
        raise bad_request("resourceVersionMatch is forbidden unless resourceVersion is provided")
    if match not in ("", "Exact", "NotOlderThan"):
        raise bad_request(f'resourceVersionMatch: Unsupported value: "{match}"')
    if asked > store.version:
        raise too_large_version(asked, store.version)
    return (asked if match == "Exact" else store.version), ""


def _at(collection: Collection, version: int, *, continued: bool) -> Mapping[Place, Json]:
    try:
        return collection.at(version)
    except TooOldError:
        if continued:
            message = (
                "The provided continue parameter is too old to display a consistent list result. You can start a new "
                "list without the continue parameter."
            )
            raise expired(message) from None
        raise expired(f"The resourceVersion for the provided list is too old: {version}") from None


def _number(query: Mapping[str, str], field: str) -> int:
    written = query.get(field) or "0"
    if not (written.isascii() and written.isdigit()):
        raise bad_request(f'{field}: Invalid value: "{written}": must be a number that is not negative')
    return int(written)


def _token(version: int, last: str) -> str:
    written = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": last}, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _parsed(token: str) -> tuple[int, str]:
    try:
        read = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error):
        read = None
    version, start = integer(read, "rv"), text(read, "start")
    if version <= 0 or not start:
        raise bad_request("continue key is not valid: incorrect encoding")
    return version, start
