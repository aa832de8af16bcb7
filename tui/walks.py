"""The walkthroughs that there are, as a person chooses among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runners.layers.settings import Settings
from runners.layers.walkthroughs import bootstrap, recover
from runners.layers.walkthroughs.steps import Walkthrough

WALKTHROUGHS: Mapping[str, tuple[tuple[str, str], Callable[[Settings], Walkthrough]]] = {
    "bootstrap": (("Bootstrap", "the first day: from an empty cluster to Flux"), bootstrap.bootstrap),
    recover.NAME: (("Recover", "the worst day: from backups and Git to a cluster with its data"), recover.recover),
}
"""By name: title and what it is for, and its steps for one repository."""
