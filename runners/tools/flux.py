"""What flux is asked: the argv of each call."""

from __future__ import annotations

from runners.layers.flux_words import KINDS, Words
from runners.tools.calls import ToolError

Argv = tuple[str, ...]


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
