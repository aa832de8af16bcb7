"""``bedplate plan``: a walkthrough as a runbook in Markdown, for this repository and this context."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from runners.cluster.access import KubeconfigError
from runners.cluster.kubeconfig import load
from runners.layers.config_nodes import nearest
from runners.layers.outside_text import harmless
from runners.layers.unusable import UnusableError
from runners.layers.walkthroughs import WALKTHROUGHS
from runners.layers.walkthroughs.recover import NAME as RECOVER
from runners.layers.walkthroughs.runbook import code, escaped, runbook
from runners.layers.walkthroughs.sheet_runbook import sheet_parts
from runners.repository import read_settings
from runners.surroundings import read_sheet_file, sheet_path
from tui.walk_choice import subject

DONE = 0
PLACEHOLDER = "YOUR-CONTEXT"
"""Stands in the commands where nobody says what the context is called."""


def print_runbook(
    name: str, component: str, environ: Mapping[str, str], repository: Path, kubeconfig: Path | None, context: str
) -> int:
    """Prints it; no cluster is asked and no tool is called.

    Raises:
        UnusableError: there is no such walkthrough.
    """
    make = WALKTHROUGHS.get(name)
    if make is None:
        known = tuple(WALKTHROUGHS)
        raise UnusableError(f"there is no walkthrough {name}{nearest(name, known)}\nthere are {', '.join(known)}")
    settings = read_settings(repository)
    about = subject(settings, repository, component)
    meant, first = context or settings.context, list[str]()
    if not meant:
        meant, first = _context(environ, kubeconfig)
    if name == RECOVER:
        if not settings.foundation:
            first.append(_without_storage(repository.resolve()))
        sheet = read_sheet_file(sheet_path(settings, environ, repository))
        about = replace(about, sheet=sheet.content)
        first += sheet_parts(sheet.content, sheet.missing, time.time())
    print(harmless(runbook(make(about), settings, meant, first=first)))
    return DONE


def _without_storage(repository: Path) -> str:
    return (
        f"**No helmfile of a foundation is in {code(str(repository))}**: nothing of storage stands below. Print this "
        f"again in your repository, or with {code('-C REPOSITORY')}."
    )


def _context(environ: Mapping[str, str], kubeconfig: Path | None) -> tuple[str, list[str]]:
    """The kubeconfig's context. Where it is lost with the cluster: a placeholder, and how to fill it."""
    try:
        return load(environ, kubeconfig=kubeconfig).context, []
    except KubeconfigError as error:
        told = (
            f"**The context is not known here** ({escaped(str(error))}). Wherever a command says {code(PLACEHOLDER)}, "
            f"put the name that {code('kubectl config get-contexts')} shows for your cluster; or print this again with "
            f"{code('--context NAME')}, or with {code('context: NAME')} in bedplate.yaml."
        )
        return PLACEHOLDER, [told]
