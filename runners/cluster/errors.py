"""What can go wrong between here and an API server, each with a text for people."""

# The names are the API's own words for its refusals.
# ruff: noqa: N818

from __future__ import annotations

import json
from collections.abc import Mapping

from runners.cluster.words import Asked, one_line
from runners.layers.jsons import Json, integer, text


class ApiError(Exception):
    """A request was not answered as wanted; the text says what was asked, of which server, and what to do next."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        reason: str = "",
        asked: Asked | None = None,
        retry_after: float = 0.0,
    ) -> None:
        """Takes the text; the HTTP status (0 without an answer) and the API's own reason where there are any."""
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.asked = asked
        self.retry_after = retry_after
        """Seconds that the server asked to wait; 0 when it didn't."""


class Unreachable(ApiError):
    """No answer: the network, a proxy, TLS or a timeout."""


class TimedOut(Unreachable):
    """Nothing came in time on a connection that was made."""


class CredentialsError(ApiError):
    """There is nothing to authenticate with: an exec plugin or a file of the kubeconfig failed. Nothing was sent."""


class Unauthorized(ApiError):
    """401: the credentials are not, or no longer, accepted."""


class Forbidden(ApiError):
    """403: the user may not do this."""


class NotFound(ApiError):
    """404: no such object, or the kind is not served."""


class Conflict(ApiError):
    """409: it exists already, or someone changed it in between."""


class Gone(ApiError):
    """410: the resource version or continue token is too old; list again."""


class Invalid(ApiError):
    """400 or 422: the server does not accept what was asked for."""


class ServerTrouble(ApiError):
    """429 or 5xx: the server can't answer now."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: ServerTrouble,
}

_NEXT: Mapping[type[ApiError], str] = {
    Unauthorized: "log in again, or look at the context's user",
    Forbidden: "ask for that right, or use another context",
    Conflict: "look at the object again before you repeat it",
    Gone: "list again",
}


def refusal(asked: Asked, server: str, status: int, body: bytes, retry_after: str = "") -> ApiError:
    """The error for an answer with an error status; the body is a Status object, or whatever a proxy made of it."""
    said = decode_status(body)
    return from_status(said, asked, server, status, retry_after)


def from_status(said: Json, asked: Asked, server: str, status: int = 0, retry_after: str = "") -> ApiError:
    """The error for a decoded Status object, as an answer or as an ERROR event of a watch."""
    code = status or integer(said, "code")
    kind = _BY_STATUS.get(code, ServerTrouble if code >= 500 else ApiError)
    message = one_line(text(said, "message")) or f"HTTP {code}"
    hint = _NEXT.get(kind, "")
    wait = integer(said, "details", "retryAfterSeconds") or integer({"s": retry_after}, "s")
    head = f"may not {asked} on {server}" if kind is Forbidden else f"{asked} on {server}"
    return kind(
        f"{head}: {message}" + (f"; {hint}" if hint else ""),
        status=code,
        reason=text(said, "reason"),
        asked=asked,
        retry_after=float(wait),
    )


def decode_status(body: bytes) -> Json:
    """A Status object from a body; a body that is none becomes its message."""
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        decoded = None
    if isinstance(decoded, Mapping) and decoded.get("kind") == "Status":
        return decoded
    return {"message": one_line(body[:2000].decode("utf-8", "replace"), 200)}
