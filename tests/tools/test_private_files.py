"""What was copied lies in a file that nobody else may read."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from runners.tools.private_files import as_written, keep_copied


def test_what_was_copied_last_is_kept(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    keep_copied(environ, "kubectl get pods\nkubectl get nodes")
    path = keep_copied(environ, "helmfile list")
    assert path == tmp_path / "bedplate" / "copied.sh"
    assert path.read_text() == "helmfile list\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "bedplate").mkdir()
    (tmp_path / "bedplate" / "copied.sh").symlink_to(other)
    with pytest.raises(OSError, match="symbolic links"):
        keep_copied({"XDG_STATE_HOME": str(tmp_path)}, "helmfile list")
    assert other.read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/people/ada/.local/state/bedplate/copied.sh", "~/.local/state/bedplate/copied.sh"),
        ("/people/adam/x", "/people/adam/x"),
    ],
)
def test_a_path_in_a_persons_own_folder_begins_there(path: str, written: str) -> None:
    assert as_written(Path(path), Path("/people/ada")) == written
