"""What would be missing beside the claims: Git, keys, the sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.findings import Severity
from runners.layers.freshness import LIVE, LOADING, Freshness, Reach
from runners.layers.identity import Identity
from runners.layers.rehearsal.last_walk import Recovered
from runners.layers.rehearsal.record import Rehearsal
from runners.layers.runs import RunRecord, RunState
from runners.layers.settings import KeySource
from runners.layers.survival.checkout import Checkout, checkout_findings, read_status
from runners.layers.survival.fold import Claims
from runners.layers.survival.judge import SheetFile, Surroundings, survival
from runners.layers.survival.keys import KeyState, key_findings
from runners.layers.survival.sheet import Sheet
from tests.layers.test_survival_sheet import made
from tests.layers.worlds import NOW

FINE = Checkout("3d2789eb", "main", "origin/main")
DAY = 86_400.0
LOST = "is not there, so flux could not come back without the cluster's copy"


@pytest.mark.parametrize(
    ("checkout", "said"),
    [
        (FINE, []),
        (replace(FINE, changed=("longhorn/a",)), ["of the foundation longhorn/a is not as it was committed"]),
        (
            replace(FINE, changed=("a", "b", "c", "d", "e")),
            ["of the foundation a, b, c and 2 more are not as it was committed"],
        ),
        (replace(FINE, ignored=("longhorn/secret.yaml",)), ["is told not to keep longhorn/secret.yaml"]),
        (replace(FINE, ahead=1), ["1 commit is not pushed to origin/main"]),
        (
            replace(FINE, ahead=3, behind=2),
            ["3 commits are not pushed to origin/main", "lacks 2 commits of origin/main"],
        ),
        (replace(FINE, upstream=""), ["has no upstream: nothing of it was pushed"]),
        (replace(FINE, branch="", upstream=""), ["is on no branch, so nobody knows what was pushed"]),
        (Checkout(error="git is not installed"), ["whether it has the foundation can't be told: git is not installed"]),
    ],
)
def test_checkout(checkout: Checkout, said: list[str]) -> None:
    assert [finding.text for finding in checkout_findings(checkout)] == said


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("# branch.oid (initial)\0# branch.head main\0", Checkout(branch="main")),
        ("# branch.oid abc\0# branch.head (detached)\0", Checkout("abc")),
        (
            "# branch.oid abc\0# branch.head main\0# branch.upstream o/main\0# branch.ab +2 -1\0"
            "1 .M N... 100644 100644 100644 1 1 longhorn/a b\0"
            "2 R. N... 100644 100644 100644 1 1 R100 longhorn/new\0longhorn/old\0"
            "u UU N... 100644 100644 100644 100644 1 2 3 longhorn/both\0"
            "? longhorn/ü\0! longhorn/s.log\0! longhorn/charts/\0? longhorn/x-1.2.tgz\0",
            Checkout(
                "abc",
                "main",
                "o/main",
                2,
                1,
                ("longhorn/a b", "longhorn/new", "longhorn/both", "longhorn/ü"),
                ("longhorn/s.log",),
            ),
        ),
        ("", Checkout()),
        ("nonsense\0# branch.ab odd\0", Checkout()),
    ],
)
def test_status_is_read(output: str, found: Checkout) -> None:
    assert read_status(output) == found


@pytest.mark.parametrize(
    ("file", "command", "source", "in_cluster", "said"),
    [
        ("keys/age.yaml", "", True, True, []),
        ("keys/age.yaml", "", True, None, []),
        ("keys/age.yaml", "", False, True, [f"keys/age.yaml {LOST}"]),
        ("", "age-plugin x", False, None, [f"the command age-plugin {LOST}"]),
        ("keys/age.yaml", "", True, False, ["is not in the cluster; flux needs it"]),
    ],
)  # fmt: skip
def test_keys(file: str, command: str, source: bool, in_cluster: bool | None, said: list[str]) -> None:
    state = KeyState(KeySource("flux-system/sops-age", file, command, "flux"), source, in_cluster)
    assert [finding.text for finding in key_findings((state,))] == said


def run(ended: float, state: RunState = RunState.SUCCEEDED, *, exclusive: bool = True) -> RunRecord:
    return RunRecord("r", "apply longhorn", (), "", "", ended - 60, state, ended, exclusive=exclusive)


@pytest.mark.parametrize(
    ("sheet", "runs", "said"),
    [
        (SheetFile(), [], "is kept nowhere: recovery would have to guess what was there"),
        (SheetFile("s.yaml"), [], "s.yaml is not there yet"),
        (SheetFile("s.yaml", error="Permission denied"), [], "s.yaml: Permission denied"),
        (SheetFile("s.yaml", NOW - 8 * DAY), [], "s.yaml is 8 d old"),
        (SheetFile("s.yaml", NOW - 6 * DAY), [], ""),
        (SheetFile("s.yaml", NOW - DAY), [run(NOW - 60)], "s.yaml is older than the last change"),
        (SheetFile("s.yaml", NOW - DAY), [run(NOW - DAY + 0.9)], ""),  # it was written in the second of the change
        (SheetFile("s.yaml", NOW - DAY), [run(NOW - 2 * DAY)], ""),
        (SheetFile("s.yaml", NOW - DAY), [run(NOW - 60, RunState.FAILED), run(NOW - 60, exclusive=False)], ""),
    ],
)
def test_sheet(sheet: SheetFile, runs: list[RunRecord], said: str) -> None:
    found = survival(Claims(), LIVE, Surroundings(FINE, sheet=sheet), runs, NOW)
    assert [finding.text for finding in found.besides] == [said] * bool(said)
    assert found.looked


@pytest.mark.parametrize(
    ("uid", "server", "said"),
    [
        ("41c7d0aa", "https://elsewhere:6443", False),
        ("0f5e77aa", "https://10.0.0.10:6443", True),
        ("", "https://10.0.0.10:6443", True),
    ],
)
def test_the_sheet_of_another_cluster_is_said_to_be_that(uid: str, server: str, said: bool) -> None:
    around = Surroundings(FINE, sheet=SheetFile("s.yaml", NOW, content=made()))
    found = survival(Claims(), LIVE, around, (), NOW, Identity("home", server, uid)).besides
    text = "s.yaml is the sheet of another cluster, uid 41c7d0aa… at https://10.0.0.10:6443, written "
    assert [finding.text.startswith(text) for finding in found if finding.subject != "recovery"] == [True] * said


HOME = Identity("home", "https://10.0.0.10:6443", "41c7d0aa")
REHEARSAL = Rehearsal(
    "a1", NOW - DAY, "ada@workshop", "home", "41c7d0aa", "recover", "/infra", 9, 9, "", 600.0, 190.0, 400.0, ()
)
NOTED = replace(made(), last_rehearsed="2027-01-14T20:00:00Z", rehearsed_to_storage=240)
DONE = Recovered(NOW - DAY / 2, f"{HOME.server} {HOME.uid}", 503.0, True, {"storage": 141.0, "GitOps": 337.0})
FOR_REAL = "last done for real 2027-01-14: every step in 8m23s, storage after 2m21s, GitOps after 5m37s"
BY_JOURNAL = "last rehearsed 2027-01-14: all 9 steps in 10m, storage after 3m10s, GitOps after 6m40s"


@pytest.mark.parametrize(
    ("known", "sheet", "said"),
    [
        ((), None, "was never rehearsed"),
        ((), made(), "was never rehearsed"),
        ((replace(REHEARSAL, uid="other"),), made(), "was never rehearsed"),
        ((replace(REHEARSAL, done=3, to_storage=0.0),), made(), "was never rehearsed"),
        ((REHEARSAL,), made(), BY_JOURNAL),
        ((replace(REHEARSAL, began=NOW - 9 * DAY), REHEARSAL), None, BY_JOURNAL),
        ((REHEARSAL,), NOTED, "last rehearsed or done 2027-01-14, storage after 4m, says the sheet"),
        ((), replace(NOTED, rehearsed_to_storage=0), "last rehearsed or done 2027-01-14, says the sheet"),
    ],
)
def test_when_recovery_was_rehearsed(known: tuple[Rehearsal, ...], sheet: Sheet | None, said: str) -> None:
    around = Surroundings(FINE, sheet=SheetFile("s.yaml", NOW, content=sheet), rehearsals=known)
    (found,) = (each for each in survival(Claims(), LIVE, around, (), NOW, HOME).besides if each.subject == "recovery")
    assert found.text == said
    assert found.severity is (Severity.NOTE if "never" in said else Severity.OK)


@pytest.mark.parametrize(
    ("real", "known", "said"),
    [
        (DONE, (), FOR_REAL),
        (DONE, (REHEARSAL,), FOR_REAL),
        (replace(DONE, began=NOW - 2 * DAY), (REHEARSAL,), BY_JOURNAL),
        (replace(DONE, cluster="https://10.0.0.10:6443 other"), (), "was never rehearsed"),
        (replace(DONE, finished=False), (), "last begun for real 2027-01-14: storage after 2m21s, GitOps after 5m37s"),
        (replace(DONE, finished=False, milestones={}), (), "was never rehearsed"),
        (replace(DONE, skipped=1), (), f"{FOR_REAL.replace('every step', 'to its end')}; 1 step skipped"),
    ],
)
def test_a_recovery_that_was_done_is_the_best_rehearsal(
    real: Recovered, known: tuple[Rehearsal, ...], said: str
) -> None:
    around = Surroundings(FINE, rehearsals=known, recoveries=(real,))
    (found,) = (each for each in survival(Claims(), LIVE, around, (), NOW, HOME).besides if each.subject == "recovery")
    assert found.text == said


@pytest.mark.parametrize(
    ("freshness", "unseen"),
    [
        (LIVE, ""),
        (LOADING, ""),
        (Freshness(Reach.FORBIDDEN, detail="list claims"), "claims are forbidden: list claims"),
        (Freshness(Reach.STALE, since=1.0), "claims are stale"),
    ],
)
def test_claims_that_cannot_be_relied_on_are_not_counted(freshness: Freshness, unseen: str) -> None:
    found = survival(Claims(returning=3), freshness, None, (), NOW)
    assert (found.unseen, found.looked) == (unseen, False)
    assert bool(found.claims.all) is freshness.trusted


def test_what_worries_is_a_warning_and_not_a_failure() -> None:
    around = Surroundings(replace(FINE, changed=("a",), ahead=1, behind=1, ignored=("b",)))
    assert {finding.severity for finding in survival(Claims(), LIVE, around, (), NOW).findings} == {
        Severity.NOTE,
        Severity.WARNING,
    }
