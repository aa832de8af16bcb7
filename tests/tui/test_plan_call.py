"""``bedplate plan``: a walkthrough as a runbook, printed without a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from runners.demo.homelab import write_homelab
from runners.layers.survival.sheet_text import sheet_text
from runners.layers.walkthroughs import WALKTHROUGHS
from tests.layers.test_runbook import SHEET
from tui import cli

BOOKS = Path(__file__).parent / "runbooks"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's repository, and no kubeconfig anywhere."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    return write_homelab(tmp_path / "home")


@pytest.mark.parametrize("name", [path.stem for path in sorted(BOOKS.glob("*.md"))])
def test_a_runbook_is_the_one_that_was_read(name: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["-C", str(home), "plan", *name.split("-")]) == 0
    assert capsys.readouterr().out == (BOOKS / f"{name}.md").read_text()


def test_every_walkthrough_has_a_runbook_that_was_read() -> None:
    assert {path.stem.partition("-")[0] for path in BOOKS.glob("*.md")} == set(WALKTHROUGHS)


def test_the_context_that_is_given_stands_in_every_command(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "bedplate.yaml").write_text((home / "bedplate.yaml").read_text().replace("context: demo", ""))
    assert cli.run(["-C", str(home), "plan", "--context", "my home", "bootstrap"]) == 0
    tools = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("kubectl", "helmfile", "flux"))]
    commands = [line for line in tools if "--export" not in line]  # which asks no cluster
    assert len(commands) > 5
    assert all("context 'my home'" in line for line in commands)


def test_outside_of_a_repository_it_says_that_storage_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["-C", str(tmp_path), "--context", "home", "plan", "recover"]) == 0
    printed = capsys.readouterr().out
    assert f"**No helmfile of a foundation is in `{tmp_path.resolve()}`**" in printed
    assert "-C REPOSITORY" in printed


def test_an_unknown_walkthrough_names_the_nearest(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["-C", str(home), "plan", "bootstap"]) == 2
    assert "did you mean bootstrap?" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["recover", "bootstrap"])
@pytest.mark.parametrize("kubeconfig", [None, "not: [a kubeconfig"])
def test_without_a_context_a_placeholder_says_what_to_put_there(
    name: str, kubeconfig: str | None, tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "bedplate.yaml").write_text((home / "bedplate.yaml").read_text().replace("context: demo", ""))
    if kubeconfig is not None:
        (tmp_path / "none").write_text(kubeconfig)
    assert cli.run(["-C", str(home), "plan", name]) == 0
    said = capsys.readouterr().out
    why = said.partition("The context is not known here** (")[2].partition(")")[0]
    assert ("no kubeconfig" if kubeconfig is None else "not YAML") in why
    assert "`YOUR-CONTEXT`, put the name that `kubectl config get-contexts` shows" in said
    assert "kubectl --context YOUR-CONTEXT cluster-info" in said


def test_a_recovery_reads_the_sheet_that_lies_on_this_machine(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = home / "bedplate.yaml"
    assert "survival:" not in settings.read_text()
    settings.write_text(settings.read_text() + "survival: {write: home.survival.yaml}\n")
    (home / "home.survival.yaml").write_text(sheet_text(SHEET))
    assert cli.run(["-C", str(home), "plan", "recover"]) == 0
    said = capsys.readouterr().out
    assert "Longhorn **1.12**: the helmfile has to ask for this minor" in said
    assert "backup-1" in said.partition("## 1. Triage")[2], "the restore's own command names it too"
    (home / "home.survival.yaml").write_text("not a sheet")
    assert cli.run(["-C", str(home), "plan", "recover"]) == 0
    assert "There is none: " in capsys.readouterr().out
