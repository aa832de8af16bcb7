"""``flux bootstrap`` as it is started: its argv, and the one variable that carries the token."""

from __future__ import annotations

from collections.abc import Mapping

from runners.layers.flux_bootstrap import bootstrap_call
from runners.layers.gitops_settings import TOKEN_VARIABLES, BootstrapSettings
from runners.tools.calls import ToolError

Argv = tuple[str, ...]


def bootstrap_argv(settings: BootstrapSettings, context: str) -> Argv:
    """The argv of ``flux bootstrap``.

    Raises:
        ToolError: the provider is not one that flux bootstraps.
    """
    if settings.provider not in TOKEN_VARIABLES:
        raise ToolError(f"flux does not bootstrap with {settings.provider}")
    return bootstrap_call(settings, context)


def token_environ(settings: BootstrapSettings, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The variable that flux reads the token from, with the person's token; empty when there is none."""
    token = environ.get(settings.token_variable, "")
    return {TOKEN_VARIABLES[settings.provider]: token} if token and settings.provider in TOKEN_VARIABLES else {}
