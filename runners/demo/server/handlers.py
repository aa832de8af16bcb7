"""From a call to its answer: what each verb does, whoever asks and by whichever way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from runners.demo.server import discovery, scale
from runners.demo.server.calls import (
    AGGREGATED,
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_PATCH,
    TEXT,
    Answer,
    Call,
)
from runners.demo.server.kinds_served import ServedKind
from runners.demo.server.logs import Logs
from runners.demo.server.patching import PatchError, json_patch, merge_patch
from runners.demo.server.problems import Refused, bad_request, forbidden, not_found, unknown_path, unsupported
from runners.demo.server.reading import listed
from runners.demo.server.registry import Registry
from runners.demo.server.reviews import USER, review
from runners.demo.server.routes import Route, route
from runners.demo.server.rules import Deed, Rules
from runners.demo.server.selectors import Selector, SelectorError, selector
from runners.demo.server.shapes import Form, Shape, form_of
from runners.demo.server.storage import Store
from runners.demo.server.strategic import strategic_merge
from runners.demo.server.watching import Event, Wish, watched
from runners.demo.server.writing import Author, Target, Writer
from runners.layers.jsons import Json, mapping, text

_HEALTH = frozenset({"healthz", "livez", "readyz"})
_LONGEST = {"api": 2, "apis": 3, "openapi": 5}
"""Up to how many parts a path is about the server and not about a resource."""


class Api:
    """Answers calls from a store."""

    def __init__(self, store: Store, rules: Rules, logs: Logs) -> None:
        """Takes the objects, who may do what, and what the pods have said."""
        self._store = store
        self._rules = rules
        self._logs = logs
        self._registry = Registry(store)
        self._writer = Writer(store, self._registry)
        self._verbs: Mapping[str, Callable[[Route, Call], Answer]] = {
            "get": self._get,
            "list": self._list,
            "watch": self._watch,
            "create": self._create,
            "update": self._update,
            "patch": self._patch,
            "delete": self._delete,
            "deletecollection": self._delete_all,
        }

    def answer(self, call: Call) -> Answer:
        """The answer, a refusal as a Status."""
        try:
            described = self._described(call)
            if described is not None:
                return described
            found = route(self._registry, call.method, call.path, call.query)
            self._check(found, call)
            return self._verbs[found.verb](found, call)
        except Refused as refusal:
            return Answer(refusal.code, refusal.status)

    def _described(self, call: Call) -> Answer | None:
        """What the server says of itself; None where a path is about resources."""
        parts, kinds = call.path.strip("/").split("/"), self._registry.all()
        if parts[0] in _HEALTH:
            return Answer(stream=iter([b"ok"]), media=TEXT)
        if parts[0] == "version":
            return Answer(body=discovery.VERSION)
        if parts[0] not in ("api", "apis", "openapi") or len(parts) > _LONGEST[parts[0]]:
            return None
        if parts in (["api"], ["apis"]) and form_of(call.accept) is Form.AGGREGATED:
            return Answer(body=discovery.aggregated(kinds, core=parts == ["api"]), media=AGGREGATED)
        body = discovery.described(parts, kinds)
        if body is None:
            raise unknown_path()
        return Answer(body=body)

    def _check(self, found: Route, call: Call) -> None:
        resource = "/".join(part for part in (found.kind.plural, found.subresource) if part)
        deed = Deed(found.verb, found.kind.group, resource, found.namespace)
        if not call.trusted and not self._rules.allows(deed):
            where = f'in the namespace "{found.namespace}"' if found.namespace else "at the cluster scope"
            what = f'cannot {deed.verb} resource "{resource}" in API group "{deed.group}"'
            raise forbidden(found.kind, found.name, f'User "{USER}" {what} {where}')

    def _get(self, found: Route, call: Call) -> Answer:
        obj = self._store.get(_target(found).ref)
        if obj is None:
            raise not_found(found.kind, found.name)
        if found.subresource == "log":
            return Answer(stream=self._logs.read(found.namespace, found.name, call.query), media=TEXT)
        if found.subresource == "scale":
            return Answer(body=scale.scale_of(obj))
        return Answer(body=_shape(found.kind, call).one(obj))

    def _list(self, found: Route, call: Call) -> Answer:
        page = listed(self._store, found.kind, found.namespace, _selector(found, call), call.query)
        return Answer(body=_shape(found.kind, call).many(page.items, page.metadata))

    def _watch(self, found: Route, call: Call) -> Answer:
        shape = _shape(found.kind, call)
        wish = Wish(found.kind, found.namespace, _selector(found, call), call.query)
        return Answer(stream=_lines(shape, watched(self._store, wish)))

    def _create(self, found: Route, call: Call) -> Answer:
        body = call.document()
        if found.kind.verbs == ("create",):
            return Answer(201, review(found.kind.kind, body, self._rules))
        obj = self._writer.create(_target(found), body, _author(call))
        return Answer(201, _shape(found.kind, call).one(obj))

    def _update(self, found: Route, call: Call) -> Answer:
        body, target = call.document(), _target(found)
        if found.subresource == "scale":
            return self._scaled(target, call, lambda _now: body)
        return Answer(body=_shape(found.kind, call).one(self._writer.replace(target, body, _author(call))))

    def _patch(self, found: Route, call: Call) -> Answer:
        target, shape = _target(found), _shape(found.kind, call)
        if call.media == APPLY_PATCH:
            obj, is_new = self._writer.apply(target, call.document(), _author(call))
            return Answer(201 if is_new else 200, shape.one(obj))
        patched = _patch_of(found.kind, call)
        if found.subresource == "scale":
            return self._scaled(target, call, patched)
        return Answer(body=shape.one(self._writer.change(target, patched, _author(call))))

    def _scaled(self, target: Target, call: Call, change: Callable[[Json], Json]) -> Answer:
        """Changes how many replicas are wanted, through a Scale."""
        whole = Target(target.kind, target.namespace, target.name)
        obj = self._writer.change(whole, lambda now: scale.scaled(now, change(scale.scale_of(now))), _author(call))
        return Answer(body=scale.scale_of(obj))

    def _delete(self, found: Route, call: Call) -> Answer:
        target, options = _target(found), _options(call)
        obj = self._writer.delete(target, options, dry_run=_dry(call, options))
        if text(obj, "metadata", "deletionTimestamp"):
            return Answer(body=_shape(found.kind, call).one(obj))
        details = {"name": found.name, "group": found.kind.group, "kind": found.kind.plural}
        details = {key: value for key, value in details.items() if value} | {"uid": text(obj, "metadata", "uid")}
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
        return Answer(body=status)

    def _delete_all(self, found: Route, call: Call) -> Answer:
        page = listed(self._store, found.kind, found.namespace, _selector(found, call), call.query)
        options = _options(call)
        for obj in page.items:
            target = Target(found.kind, text(obj, "metadata", "namespace"), text(obj, "metadata", "name"))
            try:
                self._writer.delete(target, options, dry_run=_dry(call, options))
            except Refused as refusal:
                # Gone with another one, or held against these options: the others go all the same.
                if refusal.code not in (404, 409):
                    raise
        return Answer(body=_shape(found.kind, call).many(page.items, page.metadata))


def _target(found: Route) -> Target:
    part = found.subresource if found.subresource in ("status", "scale") else ""
    # Whoever finalizes a namespace sends it whole, without the finalizer.
    if found.kind.resource == "namespaces":
        return Target(found.kind, "", found.name, part)
    return Target(found.kind, found.namespace, found.name, part)


def _author(call: Call) -> Author:
    force = call.query.get("force") in ("1", "true")
    return Author(call.manager, dry_run="All" in call.query.get("dryRun", ""), force=force)


def _dry(call: Call, options: Json) -> bool:
    return "All" in call.query.get("dryRun", "") or "All" in str(options.get("dryRun", ""))


def _options(call: Call) -> Json:
    """What a deletion says of how, in its body and in its query."""
    policy = call.query.get("propagationPolicy", "")
    return {**mapping(call.decoded()), **({"propagationPolicy": policy} if policy else {})}


def _shape(kind: ServedKind, call: Call) -> Shape:
    return Shape(kind, form_of(call.accept))


def _selector(found: Route, call: Call) -> Selector:
    try:
        return selector(call.query)
    except SelectorError as error:
        raise bad_request(f"unable to parse selector of {found.kind.plural}: {error}") from None


def _patch_of(kind: ServedKind, call: Call) -> Callable[[Json], Json]:
    """The change that a patch makes.

    Raises:
        Refused: patches of this type are not taken for this kind.
    """
    known = [JSON_PATCH, MERGE_PATCH, *(() if kind.custom else (STRATEGIC_PATCH,)), APPLY_PATCH]
    if call.media not in known:
        raise unsupported(call.media, known)
    patch = call.decoded() if call.media == JSON_PATCH else call.document()

    def change(current: Json) -> Json:
        if call.media == STRATEGIC_PATCH:
            return strategic_merge(current, mapping(patch))
        if call.media == MERGE_PATCH:
            return mapping(merge_patch(current, patch))
        try:
            return mapping(json_patch(current, patch))
        except PatchError as error:
            raise Refused(
                422, "Invalid", f"the server rejected our request due to an error in our request: {error}"
            ) from None

    return change


def _lines(shape: Shape, events: Iterator[Event | None]) -> Iterator[bytes]:
    first = True
    for event in events:
        if event is None:
            yield b""
            continue
        yield json.dumps(shape.event(event, first=first), separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        first = False
