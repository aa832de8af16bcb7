"""How objects go: finalizers, the objects that they own, namespaces with all that is in them, CRDs with their objects.

In a real cluster, controllers do most of this a moment later; here it is done at once, within the write that causes it.
"""

from __future__ import annotations

from runners.demo.server.crds import CLEANUP
from runners.demo.server.kinds_served import CRDS, NAMESPACES
from runners.demo.server.metadata import now
from runners.demo.server.registry import Registry
from runners.demo.server.storage import Ref, Store, owners
from runners.layers.jsons import Json, integer, mapping, sequence, strings, text

FOREGROUND = "foregroundDeletion"


class Remover:
    """Removes objects and what goes with them; every call is made under the store's lock."""

    def __init__(self, store: Store, registry: Registry) -> None:
        """Takes the objects and the kinds."""
        self._store = store
        self._registry = registry
        self._next: list[Ref] = []
        self._waiting: list[Ref] = []
        """Objects whose end waits for that of others: namespaces, CRDs, owners that go last."""

    def delete(self, ref: Ref, policy: str = "Background") -> None:
        """Begins the end of an object, which is there; it is gone afterwards unless something holds it."""
        self._delete(ref, policy)
        self._settle()

    def released(self, ref: Ref) -> None:
        """Lets an object go that was only held by finalizers, if none is left; called after each write."""
        obj = self._store.get(ref)
        if obj is not None and text(obj, "metadata", "deletionTimestamp") and not _held(obj):
            self._remove(ref, obj)
            self._settle()

    def _delete(self, ref: Ref, policy: str) -> None:
        obj = self._store.get(ref)
        if obj is None:
            return
        uid = text(obj, "metadata", "uid")
        if policy == "Orphan":
            for dependent in self._store.dependents(uid):
                self._disown(dependent, uid)
        if policy == "Foreground" and FOREGROUND not in strings(obj, "metadata", "finalizers"):
            obj = _with_finalizers(obj, [*strings(obj, "metadata", "finalizers"), FOREGROUND])
        if not _held(obj):
            self._remove(ref, obj)
            return
        if not text(obj, "metadata", "deletionTimestamp"):
            self._store.put(ref, _marked(obj))
            self._waiting.append(ref)

    def _remove(self, ref: Ref, obj: Json) -> None:
        self._store.remove(ref)
        if ref[0] == CRDS.resource:
            self._registry.forget(ref[2])
        uid = text(obj, "metadata", "uid")
        self._next += self._owned_only_by(uid)

    def _owned_only_by(self, uid: str) -> list[Ref]:
        """The objects that an owner takes along; those that others own too lose it as an owner."""
        found: list[Ref] = []
        for dependent in self._store.dependents(uid):
            if owners(self._store.get(dependent)) == {uid}:
                found.append(dependent)
            else:
                self._disown(dependent, uid)
        return found

    def _settle(self) -> None:
        """Goes on until nothing more follows from what has happened."""
        version = 0
        while version != self._store.version:
            version = self._store.version
            while self._next:
                self._delete(self._next.pop(), "Background")
            for ref in list(self._waiting):
                self._advance(ref)

    def _advance(self, ref: Ref) -> None:
        """Takes what an ending object still waits for a step further."""
        obj = self._store.get(ref)
        if obj is None:
            self._waiting.remove(ref)
            return
        after = obj
        if ref[0] == NAMESPACES.resource and self._emptied(list(self._store.inside(ref[2])), "Background"):
            after = {**after, "spec": {**mapping(after, "spec"), "finalizers": []}}
        if ref[0] == CRDS.resource:
            collection = self._store.collection(ref[2])
            if self._emptied([(ref[2], *place) for place in collection.objects] if collection else [], "Background"):
                after = _with_finalizers(after, _but(after, CLEANUP))
        if FOREGROUND in strings(obj, "metadata", "finalizers") and self._emptied(
            self._owned_only_by(text(obj, "metadata", "uid")), "Foreground"
        ):
            after = _with_finalizers(after, _but(after, FOREGROUND))
        if _held(after):
            if after != obj:
                self._store.put(ref, after)
        else:
            self._waiting.remove(ref)
            self._remove(ref, obj)

    def _emptied(self, refs: list[Ref], policy: str) -> bool:
        """Deletes all of these; are they gone?"""
        for ref in refs:
            self._delete(ref, policy)
        return all(self._store.get(ref) is None for ref in refs)

    def _disown(self, ref: Ref, uid: str) -> None:
        obj = self._store.get(ref)
        if obj is not None:
            left = [item for item in sequence(obj, "metadata", "ownerReferences") if text(item, "uid") != uid]
            metadata = {key: value for key, value in mapping(obj, "metadata").items() if key != "ownerReferences"}
            self._store.put(ref, {**obj, "metadata": {**metadata, **({"ownerReferences": left} if left else {})}})


def _held(obj: Json) -> bool:
    """Does anything keep an object from going at once?"""
    if text(obj, "kind") == NAMESPACES.kind and text(obj, "apiVersion") == "v1" and sequence(obj, "spec", "finalizers"):
        return True
    return bool(strings(obj, "metadata", "finalizers"))


def _marked(obj: Json) -> Json:
    """An object whose end has begun."""
    marks: dict[str, object] = {"deletionTimestamp": now(), "deletionGracePeriodSeconds": 0}
    if generation := integer(obj, "metadata", "generation"):
        marks["generation"] = generation + 1
    marked = {**obj, "metadata": {**mapping(obj, "metadata"), **marks}}
    if text(obj, "kind") == NAMESPACES.kind and text(obj, "apiVersion") == "v1":
        marked["status"] = {**mapping(obj, "status"), "phase": "Terminating"}
    return marked


def _but(obj: Json, finalizer: str) -> list[str]:
    return [item for item in strings(obj, "metadata", "finalizers") if item != finalizer]


def _with_finalizers(obj: Json, finalizers: list[str]) -> Json:
    metadata = {key: value for key, value in mapping(obj, "metadata").items() if key != "finalizers"}
    return {**obj, "metadata": {**metadata, **({"finalizers": finalizers} if finalizers else {})}}
