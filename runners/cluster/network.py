"""Words for what goes wrong below HTTP: names, routes, proxies, TLS, time."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator

from runners.cluster.errors import ApiError, TimedOut, Unreachable
from runners.cluster.words import Asked, one_line

_READS = ("get", "list", "watch")
_LATE = "no answer in time"


def failures() -> tuple[type[Exception], ...]:
    """What the HTTP client raises when there is no whole answer."""
    import urllib3.exceptions
    from kubernetes.client.exceptions import ApiException

    return (urllib3.exceptions.HTTPError, ApiException, http.client.HTTPException, OSError)


def unreachable(error: BaseException, asked: Asked, server: str) -> ApiError:
    """The error for a request that got no answer, or only part of one."""
    what, unsent = _what(error)
    head = f"{asked} on {server}: {what}"
    kind = TimedOut if what == _LATE else Unreachable
    if asked.verb in _READS or unsent:
        return kind(head, asked=asked)
    return kind(f"{head}; it may have been carried out all the same: look before you repeat it", asked=asked)


def _what(error: BaseException) -> tuple[str, bool]:
    """What happened, in words, and whether it is certain that nothing was sent."""
    import urllib3.exceptions as urls

    chain = tuple(_chain(error))
    for link in chain:
        match link:
            case ssl.SSLCertVerificationError():
                return f"its certificate is not accepted: {one_line(link.verify_message)}", True
            case urls.NameResolutionError():
                return "its name can't be resolved; is the network or VPN up?", True
            case urls.ProxyError():
                return f"the proxy does not let it through: {_system(chain)}", True
            case urls.NewConnectionError():
                return f"no connection: {_system(chain)}; is the cluster up, and the network or VPN to it?", True
            case urls.ConnectTimeoutError():
                return "no connection in time; is the network or VPN up?", True
            case urls.ReadTimeoutError() | TimeoutError():
                return _LATE, False
            case urls.ProtocolError() | http.client.HTTPException():
                return f"the connection broke: {_system(chain, 'it was closed by the other side')}", False
            case ssl.SSLError():
                return f"TLS failed: {one_line(link.reason or str(link))}", False
    return f"the connection broke: {_system(chain)}", False


def _system(chain: tuple[BaseException, ...], otherwise: str = "") -> str:
    """The operating system's word at the root of it; without one what is given, or the innermost exception's."""
    for link in chain:
        if isinstance(link, OSError) and link.strerror:
            return link.strerror.lower()
    return otherwise or one_line(str(chain[-1]), 200)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception with its causes; the Kubernetes client's own wrappers keep theirs as context only."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        inner = getattr(link, "original_error", None)
        link = inner if isinstance(inner, BaseException) else link.__cause__ or link.__context__ or _wrapped(link)


def _wrapped(error: BaseException) -> BaseException | None:
    """The exception that urllib3 hands on as an argument."""
    return next((arg for arg in error.args if isinstance(arg, BaseException)), None)
