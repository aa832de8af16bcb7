"""The shapes in which objects are sent: whole, their metadata only, or as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from runners.demo.server.columns import cells_of, columns_of
from runners.demo.server.event_forms import outward
from runners.demo.server.kinds_served import ServedKind
from runners.demo.server.problems import Refused
from runners.demo.server.watching import Event
from runners.layers.jsons import Json, mapping

_META = "meta.k8s.io/v1"


class Form(Enum):
    """Which shape."""

    WHOLE = ""
    METADATA = "PartialObjectMetadata"
    TABLE = "Table"
    AGGREGATED = "APIGroupDiscoveryList"


def form_of(accept: str) -> Form:
    """The first of the media types asked for that can be had.

    Raises:
        Refused: there is none.
    """
    for wish in accept.split(",") if accept.strip() else ("*/*",):
        media, *parameters = (part.strip() for part in wish.split(";"))
        if media in ("application/json", "application/yaml", "application/*", "*/*"):
            what = next((part[3:] for part in parameters if part.startswith("as=")), "")
            if what.removesuffix("List") == Form.METADATA.value:
                return Form.METADATA
            if what in (Form.WHOLE.value, Form.TABLE.value, Form.AGGREGATED.value):
                return Form(what)
    known = "application/json"
    raise Refused(406, "NotAcceptable", f"only the following media types are accepted: {known}")


@dataclass(frozen=True, slots=True)
class Shape:
    """A form for objects of a kind."""

    kind: ServedKind
    form: Form

    def one(self, obj: Json) -> Json:
        """One object."""
        if self.form is Form.METADATA:
            return {"kind": "PartialObjectMetadata", "apiVersion": _META, "metadata": obj.get("metadata", {})}
        if self.form is Form.TABLE:
            version = {"resourceVersion": mapping(obj, "metadata").get("resourceVersion", "")}
            return self._table([obj], version, headed=True)
        return outward(self.kind, obj)

    def many(self, objects: Sequence[Json], metadata: Json) -> Json:
        """A list."""
        if self.form is Form.TABLE:
            return self._table(objects, metadata, headed=True)
        if self.form is Form.METADATA:
            head: Json = {"kind": "PartialObjectMetadataList", "apiVersion": _META}
            return {**head, "metadata": metadata, "items": [self.one(obj) for obj in objects]}
        head = {"kind": self.kind.many, "apiVersion": self.kind.api_version, "metadata": metadata}
        return {**head, "items": [self._item(obj) for obj in objects]}

    def event(self, event: Event, *, first: bool) -> Json:
        """An event of a watch; a table has its head in the first one only."""
        obj = event.obj
        if event.what == "ERROR":
            return {"type": event.what, "object": obj}
        if self.form is Form.TABLE:
            version = {"resourceVersion": mapping(obj, "metadata").get("resourceVersion", "")}
            rows = [] if event.what == "BOOKMARK" else [obj]
            return {"type": event.what, "object": self._table(rows, version, headed=first)}
        return {"type": event.what, "object": self.one(obj)}

    def _item(self, obj: Json) -> Json:
        """An object of a list; built-in ones leave out what the list says of them all."""
        if self.kind.custom:
            return self.one(obj)
        return {key: value for key, value in self.one(obj).items() if key not in ("apiVersion", "kind")}

    def _table(self, objects: Sequence[Json], metadata: Json, *, headed: bool) -> Json:
        head = [{"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0}]
        head += [
            {"name": item.name, "type": item.kind, "format": "", "description": "", "priority": item.priority}
            for item in columns_of(self.kind)
        ]
        partial = Shape(self.kind, Form.METADATA)
        rows = [{"cells": cells_of(self.kind, obj), "object": partial.one(obj)} for obj in objects]
        table = {"kind": "Table", "apiVersion": _META, "metadata": metadata, "rows": rows}
        return {**table, "columnDefinitions": head if headed else None}
