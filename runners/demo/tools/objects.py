"""Objects of a manifest on a cluster: where each belongs, what differs, made and changed as helm does it."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from runners.cluster.errors import ApiError, Conflict, NotFound
from runners.demo.actors.api import MERGE_PATCH, Requests, contains
from runners.demo.actors.resources import Resource
from runners.layers.jsons import Json, mapping, sequence, text, truth

_SERVED_WITHIN = 10.0
"""Seconds that a new kind may take to be served."""


class NoSuchKind(Exception):  # noqa: N818  it says what is the case
    """The server doesn't serve an object's kind; the text is helm's, with what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one object is on the server."""

    resource: Resource
    namespace: str
    """Empty for what has none."""
    name: str

    @property
    def path(self) -> str:
        """The object's own path."""
        return self.resource.path(self.namespace, self.name)


@dataclass(frozen=True)
class Objects:
    """One cluster's objects, as one release or one bootstrap reads and writes them."""

    requests: Requests
    _kinds: dict[tuple[str, str], tuple[Resource, bool]] = field(default_factory=dict)

    def place(self, obj: Json, namespace: str) -> Place:
        """Where an object belongs; ``namespace`` is for what names none.

        Raises:
            NoSuchKind: the server doesn't serve its kind.
        """
        version, kind, name = text(obj, "apiVersion"), text(obj, "kind"), text(obj, "metadata", "name")
        own = text(obj, "metadata", "namespace") or namespace
        if (version, kind) not in self._kinds:
            self._discover(version)
        if (version, kind) not in self._kinds:
            raise NoSuchKind(
                f'resource mapping not found for name: "{name}" namespace: "{text(obj, "metadata", "namespace")}" '
                f'from "": no matches for kind "{kind}" in version "{version}"\nensure CRDs are installed first'
            )
        resource, namespaced = self._kinds[version, kind]
        return Place(resource, own if namespaced else "", name)

    def live(self, place: Place) -> Json | None:
        """An object as the server has it, or None."""
        try:
            return self.requests.request("GET", place.path)
        except NotFound:
            return None

    def apply(self, place: Place, wanted: Json, before: Json | None = None) -> bool:
        """Makes an object, or changes what differs of it; what was wanted before and no longer is goes.

        Returns:
            Whether anything was written.
        """
        live = self.live(place)
        if live is None:
            body = {**stored(wanted), "metadata": {**mapping(wanted, "metadata"), **_where(place)}}
            self.requests.request("POST", place.resource.path(place.namespace), body=body)
            self._wait_until_served(wanted)
            return True
        patch = difference(before or {}, wanted, live)
        if patch:
            self.requests.request("PATCH", place.path, body=patch, content_type=MERGE_PATCH)
        return bool(patch)

    def delete(self, place: Place) -> None:
        """Deletes an object, if it is there."""
        try:
            self.requests.request("DELETE", place.path)
        except NotFound:
            return

    def ensure_namespace(self, name: str) -> None:
        """Makes a namespace where there is none, with the label that Helm gives it."""
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"name": name}}}
        try:
            self.requests.request("GET", f"/api/v1/namespaces/{name}")
        except NotFound:
            try:
                self.requests.request("POST", "/api/v1/namespaces", body=body)
            except Conflict:
                return

    def _discover(self, version: str) -> None:
        try:
            found = self.requests.request("GET", f"/apis/{version}" if "/" in version else f"/api/{version}")
        except NotFound:
            return
        for item in sequence(found, "resources"):
            plural, kind = text(item, "name"), text(item, "kind")
            if "/" not in plural:
                self._kinds[version, kind] = Resource(version, plural, kind), truth(item, "namespaced")

    def _wait_until_served(self, made: Json) -> None:
        """A CRD's kind is served a moment after the CRD is there."""
        if text(made, "kind") != "CustomResourceDefinition":
            return
        group, kind = text(made, "spec", "group"), text(made, "spec", "names", "kind")
        served = [text(version, "name") for version in sequence(made, "spec", "versions") if truth(version, "served")]
        deadline = time.monotonic() + _SERVED_WITHIN
        for version in (f"{group}/{name}" for name in served):
            while (version, kind) not in self._kinds:
                self._discover(version)
                if (version, kind) not in self._kinds:
                    if time.monotonic() > deadline:
                        raise ApiError(f"the server does not serve {kind} ({version}) although its CRD is there")
                    time.sleep(0.05)


def difference(before: Json, wanted: Json, live: Json) -> dict[str, object]:
    """The merge patch that makes a live object what is wanted, less what was wanted before and no longer is.

    What others wrote beside it is left alone: that is the three-way merge.
    """
    return _difference(stored(before), stored(wanted), live)


def _difference(before: Json, wanted: Json, live: Json) -> dict[str, object]:
    patch: dict[str, object] = {
        key: None for key in before if key not in wanted and live.get(key) is not None and key != "status"
    }
    for key, value in wanted.items():
        have = live.get(key)
        if isinstance(value, Mapping) and isinstance(have, Mapping):
            inner = _difference(mapping(before, key), value, have)
            if inner:
                patch[key] = inner
        elif not contains(have, value) and not (have is None and value in ({}, None)):
            patch[key] = value
    return patch


def stored(obj: Json) -> Json:
    """An object as the server keeps it: a Secret's ``stringData`` has become ``data``."""
    if text(obj, "kind") != "Secret" or "stringData" not in obj:
        return obj
    plain = mapping(obj, "stringData")
    data = {key: base64.b64encode(str(value).encode()).decode() for key, value in plain.items()}
    rest = {key: value for key, value in obj.items() if key != "stringData"}
    return {**rest, "data": {**mapping(obj, "data"), **data}}


def merged_patch(obj: object, patch: object) -> object:
    """What a merge patch makes of an object (RFC 7386)."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(obj) if isinstance(obj, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged_patch(found.get(key), value)
    return found


def _where(place: Place) -> dict[str, str]:
    return {"namespace": place.namespace} if place.namespace else {}
