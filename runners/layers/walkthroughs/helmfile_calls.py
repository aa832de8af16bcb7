"""The calls of helmfile that a person would type for one component."""

from __future__ import annotations

import shlex

from runners.layers.settings import FoundationEntry


def helmfile_calls(entry: FoundationEntry, context: str, *verbs: str) -> str:
    """The calls of a component's helmfile, a line each."""
    environment = () if entry.environment in ("", "default") else ("-e", entry.environment)
    places = (release.partition("/") for release in entry.releases)
    selected = (word for space, _, name in places for word in ("-l", f"name={name},namespace={space}"))
    call = ("helmfile", "--kube-context", context, "-f", entry.helmfile, *environment, *selected)
    return "\n".join(shlex.join((*call, verb)) for verb in verbs)
