"""The walkthroughs that there are, as a person chooses among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runners.layers.settings import Settings
from runners.layers.survival.sheet import Sheet
from runners.layers.walkthroughs import bootstrap, recover
from runners.layers.walkthroughs.steps import Walkthrough

Make = Callable[[Settings, Sheet | None], Walkthrough]
"""Makes the steps for one repository, and the survival sheet where there is one."""

WALKTHROUGHS: Mapping[str, tuple[tuple[str, str], Make]] = {
    "bootstrap": (
        ("Bootstrap", "the first day: from an empty cluster to Flux"),
        lambda settings, _sheet: bootstrap.bootstrap(settings),
    ),
    recover.NAME: (("Recover", "the worst day: from backups and Git to a cluster with its data"), recover.recover),
}
"""By name: title and what it is for, and its steps."""
