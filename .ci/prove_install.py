"""Proves what a person gets who installs Bedplate: away from the checkout, with an empty home folder.

    prove_install.py SCRATCH WHEEL
    prove_install.py SCRATCH --editable CHECKOUT

Libraries are installed in the versions of uv.lock. The first thing that is not as it should be ends it with one line.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = ("tui", "widgets", "runners")


class ProofError(Exception):
    """An installed Bedplate is not as it should be; the text says what was expected and what was seen."""


class Installed:
    """One installation in an environment of its own, called with nothing of this process's environment."""

    def __init__(self, scratch: Path, what: list[str]) -> None:
        """Installs what ``uv pip install`` takes; ``scratch`` is made."""
        self.bin = scratch / "venv" / "bin"
        self.home = scratch / "home"
        self._away = scratch / "away"
        for folder in (self.home, self._away):
            folder.mkdir(parents=True)
        locked = scratch / "locked.txt"
        export = ["uv", "export", "--quiet", "--no-dev", "--no-emit-project", "--no-hashes", "--output-file"]
        subprocess.run([*export, str(locked)], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["uv", "venv", "--quiet", str(self.bin.parent)], check=True)
        install = [
            "uv",
            "pip",
            "install",
            "--quiet",
            "--python",
            str(self.bin / "python"),
            "--constraints",
            str(locked),
        ]
        subprocess.run([*install, *what], check=True)

    def call(self, name: str, *args: str) -> subprocess.CompletedProcess[str]:
        """Runs a program of the installation in an empty folder."""
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8"}
        argv = [str(self.bin / name), *args]
        return subprocess.run(argv, cwd=self._away, env=environ, capture_output=True, text=True, timeout=60)

    def packages(self) -> Path:
        """The folder that libraries are installed into."""
        said = self.call("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        return Path(said.stdout.strip())


def main(args: list[str]) -> int:
    """Runs every proof for one installation and returns the exit code."""
    scratch, what = Path(args[0]), args[1:]
    installed = Installed(scratch, what)
    try:
        proved = [speaks(installed), refuses_without_a_kubeconfig(installed), plays_the_demo(installed)]
        if what[0] != "--editable":
            proved += [keeps_to_its_folder(Path(what[0])), collides_with_nothing(installed)]
    except ProofError as error:
        print(f"prove_install: {error}", file=sys.stderr)
        return 1
    print("\n".join(f"  {line}" for line in proved))
    return 0


def speaks(installed: Installed) -> str:
    """The console script and the module both say what they can do, and leave nothing in the home folder."""
    for name, *args in (["bedplate", "--help"], ["python", "-m", "bedplate", "--help"]):
        said = installed.call(name, *args)
        _expect(said.returncode == 0 and said.stdout.startswith("usage: bedplate"), f"{name} --help", said)
    left = [path.name for path in installed.home.rglob("*")]
    if left:
        raise ProofError(f"bedplate --help left {', '.join(left)} in the home folder")
    return "bedplate --help and python -m bedplate --help answer"


def refuses_without_a_kubeconfig(installed: Installed) -> str:
    """``bedplate check`` without a kubeconfig is one line for a person and exit code 2."""
    said = installed.call("bedplate", "check")
    lines = said.stderr.splitlines()
    clear = len(lines) == 1 and lines[0].startswith("bedplate: no kubeconfig") and not said.stdout
    _expect(said.returncode == 2 and clear, "bedplate check without a kubeconfig", said)
    return f"bedplate check: {lines[0]!r}, exit code 2"


def plays_the_demo(installed: Installed) -> str:
    """``bedplate demo healthy`` without a terminal prints a healthy cluster, and leaves nothing in the home folder."""
    said = installed.call("bedplate", "demo", "healthy")
    healthy = said.stdout.startswith("demo ") and "● monitoring       healthy" in said.stdout
    _expect(said.returncode == 0 and healthy, "bedplate demo healthy", said)
    left = [path.name for path in installed.home.rglob("*")]
    if left:
        raise ProofError(f"bedplate demo left {', '.join(left)} in the home folder")
    return "bedplate demo healthy: a healthy cluster of its own, exit code 0"


def keeps_to_its_folder(wheel: Path) -> str:
    """The wheel has the program under ``_bedplate/``, the front door, the licence, and nothing else: no tests."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    info = next(name.partition("/")[0] for name in names if ".dist-info/" in name)
    inside = tuple(f"_bedplate/{package}/" for package in PACKAGES)
    astray = [n for n in names if n != "bedplate.py" and not n.startswith((*inside, f"{info}/"))]
    if astray:
        raise ProofError(f"{wheel.name} has files beside _bedplate/: {', '.join(astray)}")
    sources = {path.relative_to(CHECKOUT).as_posix() for package in PACKAGES for path in _tracked(package)}
    expected = {f"_bedplate/{source}" for source in sources} | {"bedplate.py", f"{info}/licenses/LICENSE"}
    missing = sorted(expected - set(names))
    if missing:
        raise ProofError(f"{wheel.name} lacks {', '.join(missing)}")
    return f"{wheel.name}: {len(names)} files, all of the program under _bedplate/"


def collides_with_nothing(installed: Installed) -> str:
    """Nobody else finds our ``tui``, and Bedplate does not find another's."""
    site = installed.packages()
    for package in PACKAGES:
        said = installed.call("python", "-c", f"import {package}")
        _expect(f"No module named '{package}'" in said.stderr, f"import {package} outside of Bedplate", said)
        (site / package).mkdir()
        (site / package / "__init__.py").write_text(f"raise ImportError('this is another {package}')\n")
    refuses_without_a_kubeconfig(installed)
    return f"{', '.join(PACKAGES)} of other distributions neither see nor are seen"


def _tracked(package: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", package], cwd=CHECKOUT, check=True, capture_output=True, text=True)
    return [CHECKOUT / line for line in listed.stdout.splitlines()]


def _expect(true: bool, what: str, said: subprocess.CompletedProcess[str]) -> None:
    if not true:
        raise ProofError(f"{what} ended {said.returncode} and said {said.stdout!r} and, on stderr, {said.stderr!r}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
