"""The person's copy of the demo's repository: plain files, and beside them a note of the commit they came from."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from runners.demo.tools.remote import NoRepository, Remote, demo_folder
from runners.layers.jsons import text

NAME = "homelab"


@dataclass(frozen=True, slots=True)
class Checkout:
    """One folder of files and the remote that they came from."""

    folder: Path
    remote: Remote
    commit: str

    def committed(self) -> Mapping[str, str]:
        """Blob of each file as it was committed."""
        return self.remote.find(self.commit).files

    def files(self) -> Iterator[str]:
        """Every file that is there, by its path inside."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.folder).as_posix()

    def ignores(self, path: str) -> bool:
        """Does ``.gitignore`` name it? Patterns of names only."""
        patterns = self.folder / ".gitignore"
        lines = patterns.read_text().split() if patterns.is_file() else []
        return any(fnmatch.fnmatch(path.rpartition("/")[2], pattern) for pattern in lines)


def create(demo: Path, folder: Path, name: str = NAME) -> Checkout:
    """Commits the files of a folder to the remote of a name, and notes that they come from there."""
    remote = Remote(demo / "git" / name)
    found = Checkout(folder, remote, "")
    commit = remote.commit({path: (folder / path).read_bytes() for path in found.files()}, "Lay the foundation")
    return note(demo, Checkout(folder, remote, commit))


def pull(demo: Path, folder: Path) -> Checkout:
    """Brings the newest commit's files into the checkout that is in a folder, and notes that they come from there."""
    found = checkout_at(folder, demo)
    assert found is not None, f"{folder} was checked out"
    head = found.remote.head()
    for path, content in found.remote.archive(head).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return note(demo, replace(found, commit=head))


def note(demo: Path, checkout: Checkout) -> Checkout:
    """Remembers which commit a folder's files come from."""
    said = {"folder": str(checkout.folder.resolve()), "commit": checkout.commit, "remote": checkout.remote.name}
    (demo / "git" / "checkout.json").write_text(json.dumps(said))
    return checkout


def checkout_at(where: Path, demo: Path | None = None) -> Checkout | None:
    """The checkout that a folder lies in, or None."""
    try:
        demo = demo or demo_folder()
        said = json.loads((demo / "git" / "checkout.json").read_text())
    except (NoRepository, FileNotFoundError):
        return None
    folder = Path(text(said, "folder"))
    where = where.resolve()
    if where != folder and folder not in where.parents:
        return None
    return Checkout(folder, Remote(demo / "git" / text(said, "remote")), text(said, "commit"))
