"""Creating, replacing, patching, applying and deleting objects: each of them one atomic step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runners.demo.server import applying, metadata
from runners.demo.server.checks import check_object, check_place
from runners.demo.server.crds import accepted
from runners.demo.server.defaults import begun, defaulted
from runners.demo.server.event_forms import inward, outward
from runners.demo.server.kinds_served import CRDS, NAMESPACES, ServedKind
from runners.demo.server.problems import (
    Refused,
    already_exists,
    bad_request,
    conflict,
    forbidden,
    method_not_allowed,
    not_found,
)
from runners.demo.server.registry import Registry
from runners.demo.server.removal import Remover
from runners.demo.server.storage import Ref, Store
from runners.layers.jsons import Json, dig, mapping, sequence, text


@dataclass(frozen=True, slots=True)
class Target:
    """What a write is to: an object, its status, or a collection (without a name)."""

    kind: ServedKind
    namespace: str
    name: str = ""
    subresource: str = ""

    @property
    def ref(self) -> Ref:
        """Where it is stored."""
        return (self.kind.stored, self.namespace, self.name)


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and how."""

    manager: str
    dry_run: bool = False
    """Everything is checked and answered, and nothing is stored."""
    force: bool = False
    """An apply takes fields over from others."""


class Writer:
    """Writes to a store; what it refuses has changed nothing."""

    def __init__(self, store: Store, registry: Registry) -> None:
        """Takes the objects and the kinds."""
        self._store = store
        self._registry = registry
        self._remover = Remover(store, registry)

    def create(
        self, target: Target, body: Json, author: Author, operation: str = "Update", fields: Json | None = None
    ) -> Json:
        """A new object, named by its body.

        Raises:
            Refused: it exists, is not acceptable, or its namespace isn't there or is going.
        """
        kind = target.kind
        check_place(kind, target.namespace, target.name, body)
        with self._store.lock:
            self._check_room(target, text(body, "metadata", "name"))
            moment = metadata.now()
            fresh = metadata.new(kind, target.namespace, inward(kind, _without_nulls(body)))
            obj = defaulted(kind, begun(kind, fresh, moment), moment)
            check_object(kind, obj)
            name = text(obj, "metadata", "name")
            ref = (kind.stored, target.namespace, name)
            if self._store.get(ref) is not None:
                raise already_exists(kind, name)
            obj = metadata.managed(obj, author.manager, operation, fields or {}, kind.api_version)
            return obj if author.dry_run else self._put(target.kind, ref, obj)

    def replace(self, target: Target, body: Json, author: Author) -> Json:
        """An object as a body says it is, if nobody changed it in between."""
        check_place(target.kind, target.namespace, target.name, body)
        return self._write(target, lambda _current: body, author)

    def change(self, target: Target, change: Callable[[Json], Json], author: Author) -> Json:
        """An object changed by a patch; a version in the patch must be the present one."""
        return self._write(target, change, author)

    def apply(self, target: Target, wanted: Json, author: Author) -> tuple[Json, bool]:
        """An object created or merged as its author wants it, and whether it is new."""
        kind, by_item = target.kind, not target.kind.custom
        check_place(kind, target.namespace, target.name, wanted)
        if dig(wanted, "metadata", "managedFields"):
            raise bad_request("metadata.managedFields must be nil")
        wanted = _without_nulls({**wanted, "metadata": {**mapping(wanted, "metadata"), "name": target.name}})
        fields = applying.fields_of(wanted, by_item=by_item)
        with self._store.lock:
            current = self._store.get(target.ref)
            if current is None and target.subresource:
                raise not_found(kind, target.name)
            if current is None:
                return self.create(target, wanted, author, "Apply", fields), True
            before, others = _applied_by(current, author.manager)
            disputed = list(applying.disputes(current, wanted, others, by_item=by_item))
            if disputed and not author.force:
                raise _apply_conflict(disputed)

            def merge(have: Json) -> Json:
                return applying.applied(have, wanted, before, list(others.values()), by_item=by_item)

            return self._write(target, merge, author, "Apply", fields), False

    def delete(self, target: Target, options: Json, *, dry_run: bool = False) -> Json:
        """Begins the end of an object; returns it as it is then, or as it last was."""
        with self._store.lock:
            obj = self._current(target)
            _check_preconditions(target, mapping(options, "preconditions"), obj)
            if not dry_run:
                orphan = dig(options, "orphanDependents") is True
                policy = "Orphan" if orphan else text(options, "propagationPolicy") or "Background"
                self._remover.delete(target.ref, policy)
            return self._store.get(target.ref) or obj

    def _write(
        self,
        target: Target,
        change: Callable[[Json], Json],
        author: Author,
        operation: str = "Update",
        fields: Json | None = None,
    ) -> Json:
        kind = target.kind
        with self._store.lock:
            before = self._current(target)
            body = inward(kind, change(outward(kind, before)))
            self._check_same(target, before, body)
            after = metadata.next_of(kind, before, _without_nulls(body), target.subresource)
            after = defaulted(kind, after, metadata.now())
            if kind is CRDS and not target.subresource:
                after = accepted(after, metadata.now())
            if _plain(after) == _plain(before) and not (operation == "Apply" and _new_wishes(before, author, fields)):
                return before
            check_object(kind, after)
            after = metadata.managed(after, author.manager, operation, fields or {}, kind.api_version)
            return after if author.dry_run else self._put(kind, target.ref, after)

    def _put(self, kind: ServedKind, ref: Ref, obj: Json) -> Json:
        stored = self._store.put(ref, obj)
        if kind is CRDS:
            self._registry.define(stored)
        self._remover.released(ref)
        return stored

    def _current(self, target: Target) -> Json:
        obj = self._store.get(target.ref)
        if obj is None:
            raise not_found(target.kind, target.name)
        return obj

    def _check_room(self, target: Target, name: str) -> None:
        """May anything be created there now?"""
        kind = target.kind
        if kind.namespaced:
            namespace = self._store.get((NAMESPACES.resource, "", target.namespace))
            if namespace is None:
                raise not_found(NAMESPACES, target.namespace)
            if text(namespace, "status", "phase") == "Terminating":
                why = f"unable to create new content in namespace {target.namespace} because it is being terminated"
                raise forbidden(kind, name, why)
        if kind.custom:
            crd = self._store.get((CRDS.resource, "", kind.resource))
            if text(crd, "metadata", "deletionTimestamp"):
                raise method_not_allowed("create not allowed while custom resource definition is terminating")

    def _check_same(self, target: Target, before: Json, body: Json) -> None:
        """Is a changed object still the one that was meant, in the version that was meant?"""
        check_place(target.kind, target.namespace, target.name, body)
        wanted = text(body, "metadata", "resourceVersion")
        if wanted and wanted != text(before, "metadata", "resourceVersion"):
            raise conflict(target.kind, target.name)
        uid, own = text(body, "metadata", "uid"), text(before, "metadata", "uid")
        if uid and uid != own:
            why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {own}"
            raise conflict(target.kind, target.name, why)


def _check_preconditions(target: Target, wanted: Json, obj: Json) -> None:
    """Is an object that shall be deleted the one that was meant?"""
    for field, word, then in (
        ("uid", "UID", "deleted and then recreated"),
        ("resourceVersion", "ResourceVersion", "modified"),
    ):
        asked, found = text(wanted, field), text(obj, "metadata", field)
        if asked and asked != found:
            why = f"the {word} in the precondition ({asked}) does not match the {word} in record ({found})"
            said = f'Operation cannot be fulfilled on {target.kind.kind} "{target.name}": {why}'
            details = {"name": target.name, "group": target.kind.group, "kind": target.kind.kind}
            raise Refused(409, "Conflict", f"{said}. The object might have been {then}", details)


def _applied_by(obj: Json, manager: str) -> tuple[Json, dict[str, Json]]:
    """The fields that a manager applied last, and those of others by their names."""
    fields = {
        text(item, "manager"): mapping(item, "fieldsV1")
        for item in metadata.managers(obj)
        if text(item, "operation") == "Apply"
    }
    return fields.pop(manager, {}), fields


def _new_wishes(before: Json, author: Author, fields: Json | None) -> bool:
    """Does an apply, which changes nothing, claim other fields than before?"""
    return _applied_by(before, author.manager)[0] != (fields or {})


def _apply_conflict(disputed: list[tuple[str, str]]) -> Refused:
    causes = [
        {"reason": "FieldManagerConflict", "message": f'conflict with "{manager}"', "field": path}
        for manager, path in disputed
    ]
    said = "\n".join(f'conflict with "{manager}": {path}' for manager, path in disputed)
    count = f"{len(disputed)} conflict{'s' if len(disputed) > 1 else ''}"
    return Refused(409, "Conflict", f"Apply failed with {count}: {said}", {"causes": causes})


def _plain(obj: Json) -> Json:
    """An object without what no write is for."""
    left_out = ("managedFields", "resourceVersion")
    plain = {key: value for key, value in mapping(obj, "metadata").items() if key not in left_out}
    return {**obj, "metadata": plain}


def _without_nulls(obj: Json) -> Json:
    return {key: _cleaned(value) for key, value in obj.items() if value is not None}


def _cleaned(value: object) -> object:
    if isinstance(value, Mapping):
        return _without_nulls(value)
    return [_cleaned(item) for item in sequence(value)] if isinstance(value, list) else value
