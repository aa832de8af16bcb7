"""Reads kubeconfigs the way kubectl does, and resolves one context to an ``Access``.

Of several files in KUBECONFIG the first one's current-context wins, and for each named entry the first file that has
it wins as a whole. ``--kubeconfig`` beats the variable; without either it is ``~/.kube/config``, and without that the
service account of the pod that this runs in.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runners.cluster.access import Access, KubeconfigError
from runners.cluster.in_cluster import in_cluster
from runners.layers.jsons import Json, mapping, sequence, text

_PATHS_OF_CLUSTER = ("certificate-authority",)
_PATHS_OF_USER = ("client-certificate", "client-key", "tokenFile")


@dataclass
class _Merged:
    """What the files say together."""

    files: list[Path] = field(default_factory=list)
    current: str = ""
    contexts: dict[str, Json] = field(default_factory=dict)
    clusters: dict[str, Json] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return ", ".join(str(path) for path in self.files)


def load(environ: Mapping[str, str], *, kubeconfig: Path | None = None, context: str | None = None) -> Access:
    """Resolves the context that kubectl would use, or the one that is named.

    Args:
        environ: KUBECONFIG and HOME are read from it; exec plugins run in it later.
        kubeconfig: the file of ``--kubeconfig``; it must exist.
        context: the name of ``--context``.

    Raises:
        KubeconfigError: with one clear line.
    """
    paths = _candidates(environ, kubeconfig)
    merged = _merge(paths, must_exist=kubeconfig is not None)
    if not merged.contexts and not merged.clusters:
        access = in_cluster(environ) if context is None and kubeconfig is None else None
        if access:
            return access
        raise KubeconfigError(_nothing(paths, merged))
    return _resolve(merged, context or merged.current, environ, asked=bool(context))


def contexts(environ: Mapping[str, str], *, kubeconfig: Path | None = None) -> tuple[str, ...]:
    """The names of every context there is, in the files' order."""
    return tuple(_merge(_candidates(environ, kubeconfig), must_exist=kubeconfig is not None).contexts)


def _candidates(environ: Mapping[str, str], kubeconfig: Path | None) -> list[Path]:
    if kubeconfig is not None:
        return [kubeconfig]
    listed = [Path(part) for part in environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    home = environ.get("HOME")
    return listed or [(Path(home) if home else Path.home()) / ".kube" / "config"]


def _merge(paths: list[Path], *, must_exist: bool) -> _Merged:
    merged = _Merged()
    for path in dict.fromkeys(paths):
        document = _read(path, must_exist=must_exist)
        if document is None:
            continue
        merged.files.append(path)
        merged.current = merged.current or text(document, "current-context")
        folder = path.absolute().parent
        for name, entry in _named(document, "contexts", "context", path).items():
            merged.contexts.setdefault(name, entry)
        for name, entry in _named(document, "clusters", "cluster", path).items():
            merged.clusters.setdefault(name, _absolute(entry, _PATHS_OF_CLUSTER, folder))
        for name, entry in _named(document, "users", "user", path).items():
            merged.users.setdefault(name, _absolute_command(_absolute(entry, _PATHS_OF_USER, folder), folder))
    return merged


def _read(path: Path, *, must_exist: bool) -> Json | None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if must_exist:
            raise KubeconfigError(f"{path}: there is no such file") from None
        return None
    except OSError as error:
        raise KubeconfigError(f"{path}: {error.strerror or error}") from error
    try:
        document = yaml.load(content, Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        raise KubeconfigError(f"{path}:{line} not YAML: {getattr(error, 'problem', None) or 'unreadable'}") from None
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise KubeconfigError(f"{path}: not a kubeconfig: a mapping with clusters, users and contexts is wanted")
    return document


def _named(document: Json, section: str, field_name: str, path: Path) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for item in sequence(document, section):
        name = text(item, "name")
        if name in found:
            raise KubeconfigError(f"{path}: {section} has two entries named {name!r}")
        found[name] = mapping(item, field_name)
    return found


def _absolute(entry: Json, names: tuple[str, ...], folder: Path) -> Json:
    written = {name: text(entry, name) for name in names}
    return {**entry, **{name: os.path.normpath(folder / path) for name, path in written.items() if path}}


def _absolute_command(user: Json, folder: Path) -> Json:
    command = text(user, "exec", "command")
    if os.sep not in command:
        return user
    return {**user, "exec": {**mapping(user, "exec"), "command": os.path.normpath(folder / command)}}


def _nothing(paths: list[Path], merged: _Merged) -> str:
    if merged.files:
        return f"{merged.where}: no cluster and no context in it; give --kubeconfig, or set KUBECONFIG"
    listed = ", ".join(str(path) for path in paths)
    return f"no kubeconfig: {listed} does not exist; give --kubeconfig, or set KUBECONFIG"


def _resolve(merged: _Merged, name: str, environ: Mapping[str, str], *, asked: bool) -> Access:
    if not name:
        known = ", ".join(merged.contexts) or "none"
        raise KubeconfigError(f"{merged.where}: no current-context; give --context (there are: {known})")
    if name not in merged.contexts:
        what = f"no context {name!r}" if asked else f"the current-context {name!r} does not exist"
        raise KubeconfigError(f"{merged.where}: {what}{_nearest(name, merged.contexts)}")
    entry = merged.contexts[name]
    cluster_name, user_name = text(entry, "cluster"), text(entry, "user")
    where = f"{merged.where}: context {name!r}"
    if cluster_name not in merged.clusters:
        raise KubeconfigError(f"{where} names cluster {cluster_name!r}, which{_missing(cluster_name, merged.clusters)}")
    if user_name and user_name not in merged.users:
        raise KubeconfigError(f"{where} names user {user_name!r}, which{_missing(user_name, merged.users)}")
    cluster = merged.clusters[cluster_name]
    return Access(
        context=name,
        server=_server(cluster, where),
        cluster=cluster,
        user=merged.users.get(user_name, {}),
        cluster_name=cluster_name,
        user_name=user_name,
        namespace=text(entry, "namespace") or "default",
        source=merged.where,
        environ=dict(environ),
    )


def _server(cluster: Json, where: str) -> str:
    """The address; without a scheme it is HTTPS where anything about TLS is set and HTTP elsewhere, as in client-go."""
    server = text(cluster, "server").rstrip("/")
    if not server:
        raise KubeconfigError(f"{where}: its cluster has no server")
    if "://" in server:
        return server
    secured = ("certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify")
    return f"https://{server}" if any(cluster.get(key) for key in secured) else f"http://{server}"


def _nearest(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f" (there are: {', '.join(known)})" if known else " (there are none)"


def _missing(name: str, known: Mapping[str, object]) -> str:
    return f" does not exist{_nearest(name, known)}"
