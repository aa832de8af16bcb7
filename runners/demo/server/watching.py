"""Watches: what there is, and then what changes, as long as someone reads it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runners.demo.server.kinds_served import ServedKind
from runners.demo.server.problems import Refused, expired, invalid
from runners.demo.server.reading import collection_of, order, version_of
from runners.demo.server.selectors import Selector
from runners.demo.server.storage import Change, Collection, Place, Store, TooOldError
from runners.layers.jsons import Json, integer

LONGEST = 1800.0
"""Seconds of a watch that doesn't say for how long."""

BOOKMARK_EVERY = 60.0
QUIET = 5.0
"""Seconds without news after which a watch yields nothing, once, so that whoever reads can look at his own affairs."""

INITIAL_EVENTS_END = "k8s.io/initial-events-end"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a watch."""

    what: str
    """ADDED, MODIFIED, DELETED, BOOKMARK or ERROR."""
    obj: Json


@dataclass(frozen=True, slots=True)
class Wish:
    """What a watch is of."""

    kind: ServedKind
    namespace: str
    selector: Selector
    query: Mapping[str, str]

    @property
    def bookmarks(self) -> bool:
        """Does it want to be told the version from time to time?"""
        return self.query.get("allowWatchBookmarks") in ("1", "true")

    @property
    def initial(self) -> bool:
        """Does it begin with everything there is, and a bookmark that says so (WatchList)?"""
        return self.query.get("sendInitialEvents") in ("1", "true")

    def matches(self, place: Place, obj: Json | None) -> bool:
        """Is an object among what is watched?"""
        return obj is not None and (not self.namespace or place[0] == self.namespace) and self.selector.matches(obj)

    def event(self, change: Change) -> Event | None:
        """What a change is for this watch: an object that no longer matches is as good as gone."""
        before, after = self.matches(change.place, change.before), self.matches(change.place, change.after)
        if after:
            return Event("MODIFIED" if before else "ADDED", change.last)
        return Event("DELETED", _gone(change)) if before else None


def watched(store: Store, wish: Wish) -> Iterator[Event | None]:
    """The events of a watch, and None after each quiet while; it ends when its time is over or its kind is gone.

    Raises:
        Refused: at once, when its parameters don't fit.
    """
    _check(wish)
    return _events(store, wish, collection_of(store, wish.kind))


def _check(wish: Wish) -> None:
    match, causes = wish.query.get("resourceVersionMatch", ""), []
    if wish.initial and match != "NotOlderThan":
        causes.append(("resourceVersionMatch", "Forbidden: sendInitialEvents requires setting resourceVersionMatch"))
    if match and "sendInitialEvents" not in wish.query:
        what = "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        causes.append(("resourceVersionMatch", what))
    if causes:
        raise _invalid_options(causes)
    version_of(wish.query)


def _invalid_options(causes: list[tuple[str, str]]) -> Refused:
    options = ServedKind("meta.k8s.io", "v1", "listoptions", "ListOptions")
    return invalid(options, "", *causes)


def _events(store: Store, wish: Wish, collection: Collection) -> Iterator[Event | None]:
    ends = time.monotonic() + (integer(wish.query, "timeoutSeconds") or LONGEST)
    version = version_of(wish.query)
    if wish.initial or not version:
        with store.lock:
            version, initial = store.version, dict(collection.objects)
        for place, obj in sorted(initial.items(), key=lambda item: order(item[0])):
            if wish.matches(place, obj):
                yield Event("ADDED", obj)
        if wish.initial and wish.bookmarks:
            yield _bookmark(wish, version, INITIAL_EVENTS_END)
    told = time.monotonic()
    while True:
        try:
            changes, version = _wait(store, collection, version, ends)
        except TooOldError:
            yield Event("ERROR", expired(f"too old resource version: {version} ({store.version})").status)
            return
        events = [event for change in changes if (event := wish.event(change))]
        yield from events
        moment = time.monotonic()
        over = collection.ended or moment >= ends
        if wish.bookmarks and (over or moment - told > BOOKMARK_EVERY) and not collection.ended:
            told = moment
            yield _bookmark(wish, version)
        elif not events and not over:
            yield None
        if over:
            return


def _wait(store: Store, collection: Collection, version: int, ends: float) -> tuple[list[Change], int]:
    """The changes since a version and the version that they lead to; none after a while, or when it is over."""
    with store.lock:
        changes = collection.since(version)
        if not changes and not collection.ended:
            collection.changed.wait(max(0.0, min(QUIET, ends - time.monotonic())))
            changes = collection.since(version)
        return changes, max(version, store.version)


def _bookmark(wish: Wish, version: int, note: str = "") -> Event:
    metadata: dict[str, object] = {"resourceVersion": str(version), "creationTimestamp": None}
    if note:
        metadata["annotations"] = {note: "true"}
    return Event("BOOKMARK", {"kind": wish.kind.kind, "apiVersion": wish.kind.api_version, "metadata": metadata})


def _gone(change: Change) -> Json:
    """An object that was deleted as it last was; one that left a selector as it was when it still matched, with the
    version in which it left."""
    if change.after is None or change.before is None:
        return change.last
    metadata = change.last["metadata"]
    version = metadata["resourceVersion"] if isinstance(metadata, dict) else ""
    before = change.before["metadata"]
    return {**change.before, "metadata": {**(before if isinstance(before, dict) else {}), "resourceVersion": version}}
