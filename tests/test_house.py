"""The house itself: what lies at the root, how big a file may be, and what no file of the project says."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

AT_THE_ROOT = {
    *("tui", "widgets", "runners", "tests", "snapshots", "bedplate.py"),
    *("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE"),
    *("pyproject.toml", "uv.lock", ".gitignore", ".ci"),
}

BROAD = {
    "runners/cluster/reflector.py": "a thread's edge: a bug shows in the pane and the log, and is retried",
    "runners/cluster/store.py": "one listener's bug costs neither the watch nor the other listeners",
    "runners/edges.py": "a thread's edge: a bug is logged and shown, and the thread goes on",
    "runners/operate.py": "a Lease is given back whatever kept its run from starting; the error goes on",
    "runners/demo/actors/base.py": "a thread's edge: one odd object must not end the whole play",
}
"""Where anything at all may be caught, once each, and why."""

LONGEST_FILE = 400
LONGEST_FUNCTION = 50

_MACHINE = re.compile(r"(?<![\w.])/(?:work|root|(?:home|Users)/\w+)/")


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def _product() -> list[Path]:
    return _tracked("bedplate.py", "tui/*.py", "widgets/*.py", "runners/*.py")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_ls_is_the_architecture() -> None:
    found = {_name(path).partition("/")[0] for path in _tracked()}
    assert found <= AT_THE_ROOT
    assert len(_product()) > 100, "the tree is not where this test looks for it"


def test_tests_are_no_package() -> None:
    """A ``tests/tui/__init__.py`` would shadow ``tui``."""
    assert not [_name(path) for path in (ROOT / "tests").rglob("__init__.py")]


def test_no_two_test_files_share_a_name() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert not [name for name, times in names.items() if times > 1]


def test_files_can_be_read_at_one_sitting() -> None:
    lengths = {_name(path): len(path.read_text().splitlines()) for path in _product()}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}


def test_functions_can_be_read_at_one_look() -> None:
    long = {
        f"{_name(path)}: {node.name}": node.end_lineno - node.lineno + 1
        for path in _product()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION}


def test_anything_at_all_is_caught_only_where_it_has_a_reason() -> None:
    """Ruff's BLE passes a handler that logs or raises again; here each one is counted."""
    found = Counter(_name(path) for path in _product() for _ in _broad_excepts(ast.parse(path.read_text())))
    assert found == Counter(dict.fromkeys(BROAD, 1))


@pytest.mark.parametrize(
    "code",
    [
        "try: f()\nexcept: pass",
        "try: f()\nexcept Exception: raise",
        "try: f()\nexcept (ValueError, BaseException): pass",
        "with contextlib.suppress(Exception): f()",
    ],
)
def test_a_broad_except_is_seen(code: str) -> None:
    assert len(list(_broad_excepts(ast.parse(code)))) == 1


def _broad_excepts(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            if node.type is None or _is_broad(node.type):
                yield node
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            yield from (argument for argument in node.args if _is_broad(argument))


def _is_broad(caught: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in {"Exception", "BaseException"} for node in ast.walk(caught))


def test_the_project_does_not_name_the_machine_it_is_written_on() -> None:
    found = {
        f"{_name(path)}: {match[0]}"
        for path in _tracked()
        for match in _MACHINE.finditer(path.read_text(errors="replace"))
    }
    assert not found
    assert not [_name(path) for path in _tracked() if f"{ROOT}/" in path.read_text(errors="replace")]


@pytest.mark.parametrize("written", ["in /{}/checkout/x", '"/{}/someone/.kube/config"'])
@pytest.mark.parametrize("folder", ["work", "root", "home/someone"])
def test_a_machines_path_is_seen(written: str, folder: str) -> None:
    assert _MACHINE.search(written.format(folder))
    assert not _MACHINE.search(f"clusters/{folder}/x and ./{folder}/x")


def _readme_commands() -> list[list[str]]:
    """The words of each command in the README's shell blocks, those of a chain apart and without ``.venv/bin/``."""
    blocks = re.findall(
        r"^```(?:sh|bash|console)\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    lines = [line.removeprefix("$ ").strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    commands = [shlex.split(part, comments=True) for line in lines for part in line.split("&&")]
    return [[words[0].removeprefix(".venv/bin/"), *words[1:]] for words in commands if words]


def test_the_readme_says_how_the_tests_are_run() -> None:
    commands = _readme_commands()
    assert ["uv", "run", "pytest"] in commands
    assert [".ci/run"] in commands


def test_the_programs_that_the_readme_calls_exist() -> None:
    elsewhere = {
        "python3",
        "uv",
        "uvx",
        "pipx",
        "pip",
        "git",
        "cd",
        "kubectl",
        "helm",
        "helmfile",
        "flux",
        "brew",
        "export",
    }
    for words in _readme_commands():
        program = words[2] if words[:2] == ["uv", "run"] else words[0]
        here = shutil.which(program, path=str(Path(sys.executable).parent)) or (ROOT / program).is_file()
        assert here or program in elsewhere, words


def test_the_calls_of_bedplate_in_the_readme_exist() -> None:
    calls = [words[words.index("bedplate") + 1 :] for words in _readme_commands() if "bedplate" in words[:3]]
    assert ["demo"] in calls
    for call in calls:
        names = [word for word in call[:1] if word.isalpha()]
        argv = [sys.executable, "bedplate.py", *names, "--help"]
        said = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, env={"COLUMNS": "200"})
        assert said.returncode == 0, said.stderr
        for option in (word.partition("=")[0] for word in call if word.startswith("-")):
            assert option in said.stdout, f"bedplate {shlex.join(call)}: no {option}"
