"""Who imports whom: the contracts of pyproject.toml, and what is loaded when a part is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
PARTS = ("runners.layers", "runners.cluster", "runners.tools", "runners.probes", "runners.demo")

TALKS_HTTP = "runners.cluster.transport"
HEAVY = {TALKS_HTTP, "runners.cluster.port_forward"}
"""The modules that import the Kubernetes client; others import them when a request is made."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("tui", "widgets", "runners", cache_dir=None)


def test_every_contract_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


def test_a_planted_import_breaks_its_contract(tmp_path: Path) -> None:
    planted = {
        "runners/cluster/lines.py": "import runners.tools.calls",
        "runners/layers/verdicts.py": "import subprocess",
        "runners/repository.py": "import rich",
        "runners/journal.py": "import widgets.safe",
        "widgets/safe.py": "import runners.cluster.words",
    }
    for name in ("tui", "widgets", "runners"):
        for path in (ROOT / name).rglob("*.py"):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    for name, line in planted.items():
        path = tmp_path / name
        path.write_text(f"{path.read_text()}\n{line}\n")
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True, no_logo=True))"
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert said.returncode == 1
    assert f"0 kept, {len(planted)} broken" in said.stdout


def test_widgets_know_only_the_rules(graph: grimp.ImportGraph) -> None:
    astray = {
        (module, known)
        for module, known in _imports(graph, ["widgets"])
        if _within(known, ["runners"]) and not _within(known, ["runners.layers"])
    }
    assert not astray


def test_the_parts_of_the_runners_do_not_know_what_ties_them_together(graph: grimp.ImportGraph) -> None:
    astray = {
        (module, known)
        for module, known in _imports(graph, PARTS)
        if _within(known, ["runners"]) and not _within(known, PARTS)
    }
    assert not astray


def test_only_the_transport_imports_the_kubernetes_client_where_it_starts() -> None:
    headless = [module for module in _modules("runners") if module not in HEAVY]
    assert not _loaded_by(headless) & {"kubernetes", "websocket", "obstore", "textual", "rich"}


def test_the_transport_is_headless_too() -> None:
    loaded = _loaded_by([TALKS_HTTP])
    assert "kubernetes" in loaded
    assert not loaded & {"textual", "rich"}


def test_the_first_frame_is_there_before_anything_heavy_is() -> None:
    heavy = {"textual", "rich", "kubernetes", "yaml", "anyio", "asyncio", "ssl", "http", "email", "concurrent"}
    assert not _loaded_by(["bedplate", "tui.cli", "tui.start"]) & heavy


def test_what_watches_over_a_run_needs_the_standard_library_only() -> None:
    """It lives as long as the run and must be small; what a person has installed must not break it."""
    loaded = _loaded_by(["runners.tools.supervisor", "runners.tools.keeper"], isolated=True)
    assert loaded <= {*sys.stdlib_module_names, "runners"}


def _modules(package: str) -> list[str]:
    paths = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / package).rglob("*.py")]
    names = {".".join(path.parts).removesuffix(".__init__") for path in paths if path.name != "__main__"}
    assert len(names) > 20, "the tree is not where this test looks for it"
    return sorted(names)


def _loaded_by(modules: Iterable[str], *, isolated: bool = False) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded once it has imported these modules."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        f"import importlib, json\n"
        f"for name in {list(modules)!r}: importlib.import_module(name)\n"
        "names = {name.partition('.')[0] for name in sys.modules if not name.startswith('__')}\n"
        "print(json.dumps(sorted(names)))"
    )
    flags = ["-I", "-S"] if isolated else []
    said = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert said.returncode == 0, said.stderr
    return set(json.loads(said.stdout))


def _imports(graph: grimp.ImportGraph, packages: Iterable[str]) -> Iterator[tuple[str, str]]:
    packages = tuple(packages)
    for module in sorted(graph.modules):
        if _within(module, packages):
            for known in sorted(graph.find_modules_directly_imported_by(module)):
                yield module, known


def _within(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
