"""``bedplate plan``: a walkthrough as a runbook in Markdown, for this repository and this context."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runners.cluster.kubeconfig import load
from runners.layers.config_nodes import nearest
from runners.layers.outside_text import harmless
from runners.layers.settings import Settings
from runners.layers.unusable import UnusableError
from runners.layers.walkthroughs import WALKTHROUGHS
from runners.layers.walkthroughs.runbook import runbook
from runners.layers.walkthroughs.steps import Subject
from runners.repository import read_settings
from runners.tools.asked_versions import asked_versions

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
    print(harmless(runbook(make(subject(settings, component, repository)), settings, meant)))
    return DONE


def subject(settings: Settings, component: str, repository: Path) -> Subject:
    """What a walkthrough is made for, as the repository says it; without a component it is about the first one."""
    named = component or next((entry.component for entry in settings.foundation), "")
    entry = settings.entry(named)
    return Subject(settings, named, asked_versions(repository / entry.helmfile) if entry is not None else {})
