"""Procedures that a person does rarely and must not get wrong, as declared lists of steps.

A walkthrough is one file with its steps, and one line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runners.layers.walkthroughs.bootstrap import bootstrap
from runners.layers.walkthroughs.recover import recover
from runners.layers.walkthroughs.steps import Subject, Walkthrough
from runners.layers.walkthroughs.upgrade import upgrade

WALKTHROUGHS: Mapping[str, Callable[[Subject], Walkthrough]] = {
    "bootstrap": lambda subject: bootstrap(subject.settings),
    "upgrade": upgrade,
    "recover": lambda subject: recover(subject.settings, subject.sheet),
}
"""By the names that the command line knows."""
