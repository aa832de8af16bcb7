"""Proves the README's two commands: from a clean clone, with an empty home folder, and nothing but Python and git.

    prove_readme.py demo SCRATCH
    prove_readme.py tests SCRATCH

What stands in the README is what is run. The demo has to show its empty cluster on a terminal, and to leave nothing
behind once it is left.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.terminal import Terminal

CHECKOUT = Path(__file__).resolve().parent.parent
DEMO, TESTS = "bedplate demo", "pytest"
_INSTALLING = 300
"""Seconds for an environment to be made and filled."""


def main(args: list[str]) -> int:
    """Proves one of the commands and returns the exit code."""
    which, scratch = args[0], Path(args[1])
    line = command(DEMO if which == "demo" else TESTS)
    home = scratch / "home"
    home.mkdir(parents=True)
    clone = scratch / "clone"
    subprocess.run(["git", "clone", "--quiet", str(CHECKOUT), str(clone)], check=True)
    print(f"  {line}", flush=True)
    environ = fresh_environ(home)
    if which == "tests":
        return subprocess.run(["bash", "-c", line], cwd=clone, env=environ).returncode
    show_the_demo(line, clone, environ)
    return 0


def command(end: str) -> str:
    """The README's line that ends so.

    Raises:
        SystemExit: there is not exactly one.
    """
    text = (CHECKOUT / "README.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    found = [
        line for block in blocks for line in block.splitlines() if line.startswith("python3") and line.endswith(end)
    ]
    if len(found) != 1:
        raise SystemExit(f"prove_readme: the README has {len(found)} lines that end in {end!r}, not one")
    return found[0]


def fresh_environ(home: Path) -> dict[str, str]:
    """The environment of a new machine: an empty home, Python, git and what the system itself has."""
    tools = home.parent / "tools"
    tools.mkdir()
    (tools / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "UV_HTTP", "LANG"))}
    temporary = home.parent / "tmp"
    temporary.mkdir()
    return {**kept, "HOME": str(home), "PATH": f"{tools}:/usr/bin:/bin", "TMPDIR": str(temporary)}


def show_the_demo(line: str, clone: Path, environ: dict[str, str]) -> None:
    """The line in a terminal, until the empty cluster is there; then it is left, and must have left nothing."""
    with Terminal(["bash", "-c", line], environ=environ, cwd=clone) as terminal:
        terminal.wait("the demo's empty cluster", seconds=_INSTALLING, seen=_shows_the_empty_cluster)
        print(terminal.text, flush=True)
        terminal.press("q")
        code = terminal.wait_for_end(30)
    if code != 0:
        raise SystemExit(f"prove_readme: the demo ended {code}")
    left = sorted(path.name for path in Path(environ["TMPDIR"]).iterdir() if "bedplate" in path.name)
    at_home = sorted(path.name for path in Path(environ["HOME"]).iterdir() if "bedplate" in str(path).lower())
    if left or at_home:
        raise SystemExit(f"prove_readme: the demo left {', '.join([*left, *at_home])}")


def _shows_the_empty_cluster(text: str) -> bool:
    return "DEMO" in text and "Nothing is installed" in text and "3/3 nodes" in text


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
