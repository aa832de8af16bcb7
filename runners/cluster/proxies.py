"""Which proxy a cluster is reached through: the entry's own ``proxy-url``, else the environment's."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from runners.cluster.access import Access, KubeconfigError
from runners.layers.jsons import text

_SCHEMES = ("http", "https", "socks5", "socks5h")


def proxy_for(access: Access) -> str:
    """The URL of the proxy (it may hold a password), or an empty string.

    As in kubectl, the entry's ``proxy-url`` holds for every host, and HTTPS_PROXY and HTTP_PROXY don't for loopback
    nor for what NO_PROXY lists.

    Raises:
        KubeconfigError: the proxy's scheme is not supported.
    """
    own = text(access.cluster, "proxy-url")
    found = own or _from_environment(access.server, access.environ)
    if found and urlsplit(found).scheme not in _SCHEMES:
        where = f"{access.source}: cluster {access.cluster_name!r}: proxy-url" if own else "HTTPS_PROXY"
        raise KubeconfigError(f"{where}: a URL with {', '.join(_SCHEMES)} is wanted")
    return found


def _from_environment(server: str, environ: Mapping[str, str]) -> str:
    parts = urlsplit(server)
    name = f"{parts.scheme}_proxy"
    proxy = environ.get(name.upper()) or environ.get(name, "")
    if not proxy or _is_local(parts.hostname or ""):
        return ""
    from kubernetes.client.rest import should_bypass_proxies

    if should_bypass_proxies(server, environ.get("NO_PROXY") or environ.get("no_proxy", "")):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
