"""``bedplate plan``: a walkthrough as a runbook in Markdown, for this repository and this context."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from runners.cluster.kubeconfig import load
from runners.layers.config_nodes import nearest
from runners.layers.outside_text import harmless
from runners.layers.unusable import UnusableError
from runners.layers.walkthroughs import WALKTHROUGHS
from runners.layers.walkthroughs.recover import NAME as RECOVER
from runners.layers.walkthroughs.runbook import runbook
from runners.layers.walkthroughs.sheet_runbook import sheet_parts
from runners.repository import read_settings
from runners.surroundings import read_sheet_file, sheet_path
from tui.walk_choice import subject

DONE = 0


def print_runbook(
    name: str, component: str, environ: Mapping[str, str], repository: Path, kubeconfig: Path | None, context: str
) -> int:
    """Prints it; no cluster is asked and no tool is called.

    Raises:
        UnusableError: there is no such walkthrough, or no context to write it for.
    """
    make = WALKTHROUGHS.get(name)
    if make is None:
        known = tuple(WALKTHROUGHS)
        raise UnusableError(f"there is no walkthrough {name}{nearest(name, known)}\nthere are {', '.join(known)}")
    settings = read_settings(repository)
    meant = context or settings.context or load(environ, kubeconfig=kubeconfig).context
    about = subject(settings, repository, component)
    first: Iterable[str] = ()
    if name == RECOVER:
        sheet = read_sheet_file(sheet_path(settings, environ, repository))
        about = replace(about, sheet=sheet.content)
        first = sheet_parts(sheet.content, sheet.missing, time.time())
    print(harmless(runbook(make(about), settings, meant, first=first)))
    return DONE
