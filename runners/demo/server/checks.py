"""What the server checks of an object that it is given; much less than the real one, and in the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runners.demo.server.crds import troubles
from runners.demo.server.kinds_served import CRDS, ServedKind
from runners.demo.server.problems import bad_request, invalid
from runners.layers.jsons import Json, mapping, text

_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)


def check_place(kind: ServedKind, namespace: str, name: str, obj: Json) -> None:
    """Is an object what its path says? Fields that it leaves out are taken from there.

    Raises:
        Refused: it is something else.
    """
    version, what = text(obj, "apiVersion"), text(obj, "kind")
    if version and version != kind.api_version:
        registered = f'no kind "{what}" is registered for version "{version}"'
        raise bad_request(f'{what} in version "{kind.version}" cannot be handled as a {kind.kind}: {registered}')
    if what and what != kind.kind:
        raise bad_request(f'{what} in version "{kind.version}" cannot be handled as a {kind.kind}')
    if kind.custom and not (version and what):
        raise bad_request(f"Object '{'Kind' if not what else 'apiVersion'}' is missing")
    if not isinstance(obj.get("metadata", {}), dict):
        raise bad_request("json: cannot unmarshal metadata into an object")
    inside = text(obj, "metadata", "namespace")
    if inside and inside != namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    own = text(obj, "metadata", "name")
    if name and own and own != name:
        raise bad_request(f"the name of the object ({own}) does not match the name on the URL ({name})")


def check_object(kind: ServedKind, obj: Json) -> None:
    """Is an object acceptable as it would be stored?

    Raises:
        Refused: 422, with each cause.
    """
    causes = [*_name_causes(kind, text(obj, "metadata", "name")), *_text_causes(obj)]
    if kind is CRDS:
        causes += troubles(obj)
    if causes:
        raise invalid(kind, text(obj, "metadata", "name"), *causes)


def _name_causes(kind: ServedKind, name: str) -> Iterator[tuple[str, str]]:
    if not name:
        yield "metadata.name", "Required value: name or generateName is required"
    elif kind.group == "rbac.authorization.k8s.io":
        if name in (".", "..") or "/" in name or "%" in name:
            yield "metadata.name", f"Invalid value: \"{name}\": may not be '.' or '..', nor contain '/' or '%'"
    elif kind.resource == "namespaces":
        if "." in name:
            yield "metadata.name", f'Invalid value: "{name}": must not contain dots'
        elif not re.fullmatch(_LABEL, name):
            yield "metadata.name", f'Invalid value: "{name}": {_LABEL_WORDS}'
    elif len(name) > 253 or not _SUBDOMAIN.fullmatch(name):
        yield "metadata.name", f'Invalid value: "{name}": {_SUBDOMAIN_WORDS}'


def _text_causes(obj: Json) -> Iterator[tuple[str, str]]:
    for field in ("labels", "annotations"):
        for key, value in mapping(obj, "metadata", field).items():
            if not isinstance(value, str):
                yield f"metadata.{field}", f"Invalid value: {key!r}: must be a text"
