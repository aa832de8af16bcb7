"""The first day: from an empty cluster to one whose GitOps layer works on its foundation."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.settings import Settings
from runners.layers.walkthroughs.flux_steps import flux_steps
from runners.layers.walkthroughs.shared_steps import (
    foundation_step,
    keys_before,
    keys_for_flux,
    preflight,
    right_cluster,
    services_step,
)
from runners.layers.walkthroughs.steps import Step, Walkthrough
from runners.layers.walkthroughs.verify import verify_steps


def bootstrap(settings: Settings) -> Walkthrough:
    """The walkthrough for one repository."""
    return Walkthrough("bootstrap", "Bootstrap", tuple(_steps(settings)))


def _steps(settings: Settings) -> Iterator[Step]:
    yield right_cluster()
    yield preflight()
    for entry in settings.before_flux:
        yield from keys_before(settings, entry.component)
        yield foundation_step(entry)
    yield from keys_for_flux(settings)
    yield from flux_steps(settings)
    yield services_step()
    yield from verify_steps(settings)
