"""How a kind is asked for: the queries and media types of lists and watches, and lists by pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runners.cluster.connection import JSON, Connection
from runners.cluster.decoding import decode
from runners.cluster.errors import ApiError
from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.kinds import AnyKind

METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
PAGE = 250


def watch_accept(kind: AnyKind) -> str:
    """The media type of a watch."""
    return METADATA if kind.metadata_only else JSON


def watch_query(kind: AnyKind, version: str, seconds: int) -> dict[str, str]:
    """The query of a watch that goes on from a resource version and is ended by the server after some seconds."""
    return {
        **_selectors(kind),
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": version,
        "timeoutSeconds": str(seconds),
    }


def initial_query(kind: AnyKind, seconds: int) -> dict[str, str]:
    """The query of a watch that begins with everything there is (WatchList) and says by a bookmark when that's done."""
    return {
        **watch_query(kind, "", seconds),
        "sendInitialEvents": "true",
        "resourceVersionMatch": "NotOlderThan",
    }


@dataclass(frozen=True)
class Page:
    """Some objects of a list."""

    objects: Sequence[Json]
    version: str
    """The resource version of the whole list, from which a watch goes on."""


def pages(connection: Connection, kind: AnyKind) -> Iterator[Page]:
    """The objects of a kind, page by page.

    Small pages keep the time short in which decoding stops every other thread.

    Raises:
        ApiError: the list was refused, broke off, or (Gone) took too long to be continued.
    """
    accept = _METADATA_LIST if kind.metadata_only else JSON
    query = {**_selectors(kind), "limit": str(PAGE)}
    while True:
        raw = connection.read(kind.path, query=query, accept=accept)
        try:
            page = decode(raw)
        except ValueError:
            raise ApiError(f"list {kind.plural} on {connection.server}: the answer is not a list") from None
        items = [mapping(item) for item in sequence(page, "items")]
        yield Page(items, text(page, "metadata", "resourceVersion"))
        query["continue"] = text(page, "metadata", "continue")
        if not query["continue"]:
            return


def _selectors(kind: AnyKind) -> dict[str, str]:
    selectors = {"labelSelector": kind.labels, "fieldSelector": kind.fields}
    return {name: value for name, value in selectors.items() if value}
