"""What flux is asked: the argv of each call, and which kinds its commands know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runners.tools.calls import ToolError

Argv = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """How flux's command line calls one kind of the API."""

    words: tuple[str, ...]
    reconciles: bool = True
    with_source: bool = False


KINDS: Mapping[str, Words] = {
    "Kustomization": Words(("kustomization",), with_source=True),
    "HelmRelease": Words(("helmrelease",), with_source=True),
    "GitRepository": Words(("source", "git")),
    "OCIRepository": Words(("source", "oci")),
    "Bucket": Words(("source", "bucket")),
    "HelmRepository": Words(("source", "helm")),
    "HelmChart": Words(("source", "chart"), with_source=True),
    "ImageRepository": Words(("image", "repository")),
    "ImagePolicy": Words(("image", "policy")),
    "ImageUpdateAutomation": Words(("image", "update")),
    "Receiver": Words(("receiver",)),
    "Alert": Words(("alert",), reconciles=False),
    "Provider": Words(("alert-provider",), reconciles=False),
}
"""The kinds that can be suspended and resumed; most can be reconciled too (flux 2.9)."""


def check_argv(context: str, *, pre: bool = False) -> Argv:
    """Is the cluster fit for Flux (``pre``), or is Flux itself well? Ends 1 when not."""
    return _argv(context, "check", *(("--pre",) if pre else ()))


def reconcile_argv(context: str, kind: str, namespace: str, name: str, *, with_source: bool = False) -> Argv:
    """Asks a controller to reconcile now, after its source where that is wanted and the kind has one.

    Raises:
        ToolError: flux has no command for the kind.
    """
    words = _words(kind, "reconciled")
    if not words.reconciles:
        raise ToolError(f"flux has no command by which a {kind} is reconciled")
    source = ("--with-source",) if with_source and words.with_source else ()
    return _argv(context, "reconcile", *words.words, name, "-n", namespace, *source)


def suspend_argv(context: str, kind: str, namespace: str, name: str) -> Argv:
    """Stops a controller from reconciling one object.

    Raises:
        ToolError: flux has no command for the kind.
    """
    return _argv(context, "suspend", *_words(kind, "suspended").words, name, "-n", namespace)


def resume_argv(context: str, kind: str, namespace: str, name: str) -> Argv:
    """Lets a controller reconcile one object again; flux waits until it has.

    Raises:
        ToolError: flux has no command for the kind.
    """
    return _argv(context, "resume", *_words(kind, "resumed").words, name, "-n", namespace)


def _argv(context: str, *args: str) -> Argv:
    return ("flux", "--context", context, *args)


def _words(kind: str, done: str) -> Words:
    try:
        return KINDS[kind]
    except KeyError:
        raise ToolError(f"flux has no command by which a {kind} is {done}") from None
