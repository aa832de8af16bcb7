"""The proof after a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.findings import Severity
from runners.tools.applied import compare, differing_objects
from runners.tools.helm import Installed
from runners.tools.rendering import Rendered
from tests.layers.plan_examples import ref, release

NOW = Installed("longhorn", "longhorn-system", 8, "deployed", "longhorn", "1.12.1")
SHOWN = release(hashes=("ConfigMap a=1", "Secret b=2", "Job pre=3"))
SHOWN = replace(SHOWN, random=frozenset([ref("Secret b")]), beside=frozenset([ref("Job pre")]))
RECORDED = Rendered({ref("ConfigMap a"): "1", ref("Secret b"): "other"})


def test_what_was_shown_was_applied() -> None:
    (finding,) = compare(SHOWN, NOW, RECORDED)
    assert (finding.severity, finding.text) == (Severity.OK, "revision 8: applied what you saw")


def test_objects_that_differ_are_named() -> None:
    recorded = Rendered({ref("ConfigMap a"): "9", ref("Secret b"): "2", ref("ConfigMap c"): "1"})
    (finding,) = compare(SHOWN, NOW, recorded)
    assert finding.severity is Severity.WARNING
    assert finding.text == "revision 8 differs from what you saw: ConfigMap a, ConfigMap c"


def test_an_object_that_is_missing_is_named() -> None:
    assert differing_objects(SHOWN, Rendered({ref("Secret b"): "2"})) == "ConfigMap a"


def test_a_random_name_can_not_be_compared() -> None:
    shown = replace(release(hashes=("Job x-1=1",)), random=frozenset([ref("Job x-1"), ref("Job x-2")]))
    assert differing_objects(shown, Rendered({ref("Job x-3"): "1"})) == ""


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (None, "is not there"),
        (replace(NOW, revision=7), "is still at revision 7"),
        (replace(NOW, status="pending-upgrade"), "revision 8 is pending-upgrade"),
        (replace(NOW, status="failed"), "revision 8 is failed"),
    ],
)
def test_exit_0_proves_nothing(now: Installed | None, words: str) -> None:
    (finding,) = compare(SHOWN, now, RECORDED)
    assert (finding.severity, finding.text) == (Severity.BLOCKER, words)


@pytest.mark.parametrize(("now", "severity"), [(None, Severity.OK), (NOW, Severity.BLOCKER)])
def test_an_uninstalled_release_is_gone(now: Installed | None, severity: Severity) -> None:
    (finding,) = compare(release(action="uninstall"), now, Rendered())
    assert finding.severity is severity
