"""What the server refuses, as the API's own Status objects and in its own words."""

from __future__ import annotations

from collections.abc import Sequence

from runners.demo.server.kinds_served import ServedKind
from runners.layers.jsons import Json


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A request that is answered by a Status."""

    def __init__(self, code: int, reason: str, message: str, details: Json | None = None) -> None:
        """Takes the HTTP status, the API's reason for it, a text for people, and what else clients read."""
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.details = details or {}

    @property
    def status(self) -> Json:
        """The Status object."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": str(self),
            "reason": self.reason,
            **({"details": self.details} if self.details else {}),
            "code": self.code,
        }


def unknown_path() -> Refused:
    """Nothing is served there."""
    return Refused(404, "NotFound", "the server could not find the requested resource", {})


def not_found(kind: ServedKind, name: str) -> Refused:
    """No such object."""
    return Refused(404, "NotFound", f'{kind.resource} "{name}" not found', _about(kind, name))


def already_exists(kind: ServedKind, name: str) -> Refused:
    """The name is taken."""
    return Refused(409, "AlreadyExists", f'{kind.resource} "{name}" already exists', _about(kind, name))


def conflict(kind: ServedKind, name: str, why: str = "") -> Refused:
    """Someone changed it in between, or it is not the object that was meant."""
    why = why or "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}'
    return Refused(409, "Conflict", message, _about(kind, name))


def bad_request(message: str) -> Refused:
    """It can't be understood."""
    return Refused(400, "BadRequest", message)


def invalid(kind: ServedKind, name: str, *causes: tuple[str, str]) -> Refused:
    """It is understood and not acceptable; takes pairs of a field and what is wrong with it."""
    said = [f"{field}: {what}" for field, what in causes]
    found = [{"reason": "FieldValueInvalid", "message": what, "field": field} for field, what in causes]
    details = {"name": name, "group": kind.group, "kind": kind.kind, "causes": found}
    text = said[0] if len(said) == 1 else f"[{', '.join(said)}]"
    return Refused(422, "Invalid", f'{kind.kind} "{name}" is invalid: {text}', details)


def forbidden(kind: ServedKind, name: str, why: str) -> Refused:
    """The user may not, or the object's place does not allow it."""
    named = f' "{name}"' if name else ""
    return Refused(403, "Forbidden", f"{kind.resource}{named} is forbidden: {why}", _about(kind, name))


def expired(message: str) -> Refused:
    """The resource version or continue token is older than what is remembered."""
    return Refused(410, "Expired", message)


def method_not_allowed(message: str = "the server does not allow this method on the requested resource") -> Refused:
    """The path is there, the method isn't."""
    return Refused(405, "MethodNotAllowed", message)


def unsupported(content_type: str, known: Sequence[str]) -> Refused:
    """The body is of a type that isn't read there."""
    message = f"the body of the request was in an unknown format - accepted media types include: {', '.join(known)}"
    return Refused(415, "UnsupportedMediaType", message, {"given": content_type})


def too_large_version(wanted: int, current: int) -> Refused:
    """A version of the future."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    message = f"Timeout: Too large resource version: {wanted}, current: {current}"
    return Refused(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def _about(kind: ServedKind, name: str) -> Json:
    about = {"name": name, "group": kind.group, "kind": kind.plural}
    return {key: value for key, value in about.items() if value}
