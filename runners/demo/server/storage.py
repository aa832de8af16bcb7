"""The server's objects, their versions, and what happened to them lately.

Stored objects are never changed, only replaced, so that whoever has one may read it without a lock. Writers hold the
lock; a watcher waits for its collection only, and one that reads slowly finds a gap instead of holding up a writer.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runners.layers.jsons import Json, mapping, sequence, text

Place = tuple[str, str]
"""Namespace (empty for cluster scope) and name."""

Ref = tuple[str, str, str]
"""Resource (``deployments.apps``), namespace, name."""

REMEMBERED = 1000
"""How many changes of each resource can be watched afterwards."""


class TooOldError(Exception):
    """A version is older than what is remembered."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one write did to one object."""

    version: int
    place: Place
    before: Json | None
    """None where it was created."""
    after: Json | None
    """None where it is gone."""
    last: Json
    """The object as a watcher is told of it: gone ones carry the version of their end."""


class Collection:
    """The objects of one resource and their latest changes; all of it is read and written under the store's lock."""

    def __init__(self, lock: threading.RLock, version: int, remembered: int) -> None:
        """Takes the store's lock, and its version now: nothing earlier can be asked for."""
        self.objects: dict[Place, Json] = {}
        self.changed = threading.Condition(lock)
        self.ended = False
        """It is not served any more: whoever watches it stops."""
        self._changes: deque[Change] = deque()
        self._remembered = remembered
        self._floor = version

    def add(self, change: Change) -> None:
        """Takes a change and wakes who waits for it."""
        if change.after is None:
            del self.objects[change.place]
        else:
            self.objects[change.place] = change.after
        self._changes.append(change)
        if len(self._changes) > self._remembered:
            self._floor = self._changes.popleft().version
        self.changed.notify_all()

    def since(self, version: int) -> list[Change]:
        """The changes after a version, oldest first.

        Raises:
            TooOldError: some of them are forgotten.
        """
        if version < self._floor:
            raise TooOldError
        news: list[Change] = []
        for change in reversed(self._changes):
            if change.version <= version:
                break
            news.append(change)
        return news[::-1]

    def at(self, version: int) -> Mapping[Place, Json]:
        """The objects as they were at a version.

        Raises:
            TooOldError: what changed since then is forgotten.
        """
        objects = dict(self.objects)
        for change in reversed(self.since(version)):
            if change.before is None:
                del objects[change.place]
            else:
                objects[change.place] = change.before
        return objects

    def end(self) -> None:
        """Nothing will be added any more."""
        self.ended = True
        self.changed.notify_all()


class Store:
    """Every collection, and the one counter of versions."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        """Takes how many changes of each resource are remembered."""
        self.lock = threading.RLock()
        self.version = 1
        self._remembered = remembered
        self._collections: dict[str, Collection] = {}
        self._dependents: dict[str, set[Ref]] = {}

    def open(self, resource: str) -> None:
        """Begins a collection, unless it is there."""
        with self.lock:
            if resource not in self._collections:
                self._collections[resource] = Collection(self.lock, self.version, self._remembered)

    def close(self, resource: str) -> None:
        """Ends a collection, which must be empty, and every watch of it."""
        with self.lock:
            self._collections.pop(resource).end()

    def close_all(self) -> None:
        """Ends every watch."""
        with self.lock:
            for collection in self._collections.values():
                collection.end()

    def collection(self, resource: str) -> Collection | None:
        """A collection, or None."""
        return self._collections.get(resource)

    def get(self, ref: Ref) -> Json | None:
        """An object, or None."""
        collection = self._collections.get(ref[0])
        return collection.objects.get(ref[1:]) if collection else None

    def put(self, ref: Ref, obj: Json) -> Json:
        """Stores an object under the next version and returns it as it is stored."""
        with self.lock:
            collection, before = self._collections[ref[0]], self.get(ref)
            stored = self._stamped(obj)
            self._index(ref, before, stored)
            collection.add(Change(self.version, ref[1:], before, stored, stored))
            return stored

    def remove(self, ref: Ref) -> Json:
        """Removes an object, which must be there, and returns it with the version of its end."""
        with self.lock:
            collection = self._collections[ref[0]]
            before = collection.objects[ref[1:]]
            last = self._stamped(before)
            self._index(ref, before, None)
            collection.add(Change(self.version, ref[1:], before, None, last))
            return last

    def inside(self, namespace: str) -> Iterator[Ref]:
        """Every object of a namespace."""
        for resource, collection in list(self._collections.items()):
            for place in list(collection.objects):
                if place[0] == namespace:
                    yield (resource, *place)

    def dependents(self, uid: str) -> list[Ref]:
        """Every object that names this one as an owner."""
        return sorted(self._dependents.get(uid, ()))

    def _stamped(self, obj: Json) -> Json:
        self.version += 1
        return {**obj, "metadata": {**mapping(obj, "metadata"), "resourceVersion": str(self.version)}}

    def _index(self, ref: Ref, before: Json | None, after: Json | None) -> None:
        for uid in owners(before) - owners(after):
            self._dependents[uid].discard(ref)
            if not self._dependents[uid]:
                del self._dependents[uid]
        for uid in owners(after) - owners(before):
            self._dependents.setdefault(uid, set()).add(ref)


def owners(obj: Json | None) -> set[str]:
    """The uids of an object's owners."""
    return {text(reference, "uid") for reference in sequence(obj, "metadata", "ownerReferences")}
