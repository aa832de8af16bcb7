"""What is looked at beside the rows: Git as it really answers, keys and the sheet."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import utime
from pathlib import Path

import pytest

from runners.cluster.errors import Forbidden, NotFound
from runners.layers.jsons import Json
from runners.layers.settings import FoundationEntry, KeySource, Settings
from runners.layers.survival.sheet_text import sheet_text
from runners.surroundings import Place, look_around
from runners.tools.capture import Captured, ToolMissing, capture
from tests.layers import worlds as w
from tests.layers.test_survival_sheet import made
from tests.tui.still_session import ACCESS, NoConnection

SETTINGS = Settings(
    origin="bedplate.yaml",
    foundation=(FoundationEntry("longhorn", "longhorn/helmfile.yaml", ("longhorn-system",)),),
    keys=(
        KeySource("a/there", "keys/a.yaml", "", "longhorn"),
        KeySource("b/gone", "", "no-such-plugin x", "flux"),
        KeySource("c/closed", "~/c.yaml", "", "flux"),
    ),
    survival_file="~/home.yaml",
)


class Answers(NoConnection):
    """Answers by path; a word stands for an error."""

    answers: Mapping[str, Json | str] = {
        "/api/v1/namespaces/a/secrets/there": {},
        "/api/v1/namespaces/c/secrets/closed": "forbidden",
    }

    def request(self, method: str, path: str, **_more: object) -> Json:
        assert method == "GET"
        found = self.answers.get(path, "not found")
        if isinstance(found, str):
            raise (Forbidden if found == "forbidden" else NotFound)(found)
        return found


def place(folder: Path, **more: object) -> Place:
    async def git(argv: Sequence[str]) -> Captured:
        return await capture(argv, environ=ENVIRON, cwd=folder, timeout=20)

    environ = {"HOME": str(folder / "home"), "PATH": ""}
    made = Place(folder, SETTINGS, environ, Answers(ACCESS), git)
    return replace(made, **more)  # type: ignore[arg-type]


ENVIRON = {
    "PATH": "/usr/bin:/bin:/usr/local/bin",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "n",
    "GIT_AUTHOR_EMAIL": "n@n",
    "GIT_COMMITTER_NAME": "n",
    "GIT_COMMITTER_EMAIL": "n@n",
}


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=folder, env=ENVIRON, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "longhorn").mkdir(parents=True)
    (folder / "longhorn" / "helmfile.yaml").write_text("releases: []\n")
    (folder / "notes.md").write_text("")
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "Lay the foundation")
    git(folder, "remote", "add", "origin", "../remote.git")
    git(folder, "push", "-qu", "origin", "main")
    return folder


def test_git_says_what_of_the_foundation_it_has_not(repository: Path) -> None:
    fine = look_around(place(repository)).checkout
    assert (fine.branch, fine.upstream, fine.ahead, fine.behind, fine.changed) == ("main", "origin/main", 0, 0, ())
    (repository / "longhorn" / "values.yaml").write_text("")
    (repository / "notes.md").write_text("not of the foundation")
    git(repository, "commit", "-qam", "Note")
    now = look_around(place(repository)).checkout
    assert (now.ahead, now.changed) == (1, ("longhorn/values.yaml",))
    assert now.commit != fine.commit


def test_without_git_it_is_said_why(tmp_path: Path) -> None:
    async def missing(_argv: Sequence[str]) -> Captured:
        raise ToolMissing("git", "git is not installed")

    assert look_around(place(tmp_path)).checkout.error.startswith("fatal: not a git repository")
    assert look_around(place(tmp_path, git=missing)).checkout.error == "git is not installed"


def test_keys_are_looked_for_at_both_ends(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "a.yaml").write_text("")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "c.yaml").write_text("")
    found = look_around(place(tmp_path)).keys
    assert [(state.source, state.in_cluster) for state in found] == [(True, True), (False, False), (True, None)]


def test_the_sheet_is_found_where_it_is_wanted(tmp_path: Path) -> None:
    before = look_around(place(tmp_path)).sheet
    assert (before.path, before.written) == (str(tmp_path / "home" / "home.yaml"), 0.0)
    (tmp_path / "home").mkdir()
    file, sheet = tmp_path / "home" / "home.yaml", made()
    file.write_text(sheet_text(sheet))
    utime(file, (w.NOW + 86_400, w.NOW + 86_400))  # as of a copy
    found = look_around(place(tmp_path)).sheet
    assert (found.written, found.content, found.error) == (w.NOW, sheet, "")
    unset = replace(SETTINGS, survival_file="")
    assert look_around(place(tmp_path, settings=unset)).sheet.path == ""


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "is no survival sheet, or a damaged one: is empty"),
        (sheet_text(replace(made(), written="")), "does not say when it was written"),
    ],
)
def test_a_sheet_that_is_of_no_use_is_said_to_be_none(text: str, error: str, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "home.yaml").write_text(text)
    assert look_around(place(tmp_path)).sheet.error.startswith(error)


def test_a_source_that_cannot_be_looked_at_is_not_there(tmp_path: Path) -> None:
    key = KeySource("a/there", "x" * 300, "", "longhorn")  # no file system takes such a name: looking raises
    (found,) = look_around(place(tmp_path, settings=replace(SETTINGS, keys=(key,)))).keys
    assert found.source is False
