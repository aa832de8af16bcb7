"""A runbook is Markdown in which no text of a repository is anything but text."""

from __future__ import annotations

import pytest

from runners.layers.findings import Finding, Severity
from runners.layers.settings import Settings
from runners.layers.survival.sheet import (
    Sheet,
    SheetClaim,
    SheetCluster,
    SheetGitOps,
    SheetKey,
    SheetRelease,
    SheetTarget,
)
from runners.layers.walkthroughs.engine import Progress, StepState, StepView
from runners.layers.walkthroughs.runbook import code, escaped, runbook
from runners.layers.walkthroughs.sheet_runbook import sheet_parts
from runners.layers.walkthroughs.steps import Step, Walkthrough

SETTINGS = Settings("bedplate.yaml")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("a `b` *c* _d_ <e> [f](g)", r"a \`b\` \*c\* \_d\_ \<e\> \[f\](g)"),
        ("two\nlines\n# head", r"two lines \# head"),
    ],
)
def test_what_markdown_would_take_for_its_own_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_code_holds_backticks() -> None:
    assert code("a") == "`a`"
    assert code("a``b") == "```a``b```"
    assert code("`a`") == "`` `a` ``"


def test_a_command_cannot_leave_its_block() -> None:
    step = Step("s", "S", "because", lambda _moment: (), shell=lambda _settings, _context: "echo '```'\n# no head")
    text = runbook(Walkthrough("x", "X", (step,)), SETTINGS, "home")
    assert "````sh\necho '```'\n# no head\n````" in text


def test_where_it_stands_is_said_when_that_is_known() -> None:
    step = Step("s", "S", "because", lambda _moment: (), looks_at="the thing")
    walk = Walkthrough("x", "X", (step,))
    proof = (Finding("it", Severity.WARNING, "is not there yet", "wait"),)
    text = runbook(walk, SETTINGS, "home", Progress(walk, (StepView(step, StepState.WAITING, proof),)))
    assert "## 1. S · ◐ waiting" in text
    assert "**Proof:** the thing" in text
    assert "it: is not there yet → wait" in text
    assert "No cluster was looked at" not in text
    unseen = runbook(walk, SETTINGS, "home")
    assert "waiting" not in unseen
    assert "No cluster was looked at" in unseen


CLAIMS = (
    SheetClaim(
        "apps", "data", "longhorn", "5Gi", "pvc-1", "pvc-1", "returns", "", "backup-1", "2027-01-14T02:00:00Z", 7
    ),
    SheetClaim("apps", "c|ache", "longhorn", "1Gi", "pvc-2", "pvc-2", "lost", "no backup *yet*", "", "", 0),
)
SHEET = Sheet(
    "2027-01-15T08:00:00Z",
    SheetCluster("home", "https://10.0.0.10:6443", "41c7d0aa", "v1.37.2"),
    "1.12",
    (SheetRelease("longhorn", "longhorn-system", "longhorn", "1.12.1", 7),),
    SheetGitOps("v2.9.5", "ssh://git@git.home/infra.git", "main", "clusters/home", "main@sha1:3d27"),
    (SheetTarget("default", "s3://backups@eu/", "longhorn-system/backup-credentials"),),
    CLAIMS,
    (SheetKey("flux-system/sops-age", "flux", "keys/age.txt", "", "", ""),),
    (),
)


def test_a_recovery_s_runbook_has_what_the_sheet_says() -> None:
    text = "\n".join(sheet_parts(SHEET, "", SHEET.written_at + 7200))
    assert "Written 2027-01-15T08:00:00Z, 120m ago, of the cluster `home`" in text
    assert "the uid `41c7d0aa`" in text
    assert "Longhorn **1.12**: the helmfile has to ask for this minor" in text
    assert "chart 1.12.1, revision 7" in text
    assert "| apps/data | 5Gi | pvc-1 | backup-1 | 2027-01-14T02:00:00Z | 7 |" in text
    assert r"| apps/c\|ache | 1Gi | pvc-2 | **none**: no backup \*yet\* | – | – |" in text
    assert "key `flux-system/sops-age` before flux, from `keys/age.txt`" in text
    assert "credentials in the Secret `longhorn-system/backup-credentials`" in text


def test_without_a_sheet_the_runbook_says_why_and_how_to_do_without() -> None:
    text = "\n".join(sheet_parts(None, "home.yaml: is not there", 0.0))
    assert "There is none: home.yaml: is not there." in text
    assert "`bedplate survival --write FILE`" in text
    assert "backup target" in text
