"""Nothing changes the world past the choke point: which files hold a power that could, each with its reason.

What is read is the program's text, not its behaviour: every mention of a process, a signal, a socket's client, a
writing request, a run's start, by whatever name it was imported.
"""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_BUILTINS = frozenset(dir(builtins))

SIMULATOR = "runners/demo/"
"""Plays a cluster's managers, on a cluster of its own: it stands for others and is on nobody's road to a change."""

HOLDERS: Mapping[str, Mapping[str, str]] = {
    "starts processes": {
        "runners/tools/run_start.py": "starts the supervisor of a run",
        "runners/tools/supervisor.py": "is the run: starts its tool and its keeper",
        "runners/tools/capture.py": "short calls that read: plans, lists, versions",
        "runners/tools/lease_credentials.py": "the keeper's credential plugin",
        "runners/cluster/exec_plugin.py": "the kubeconfig's credential plugin",
    },
    "sends signals": {
        "runners/tools/supervisor.py": "to its own child",
        "runners/tools/capture.py": "to its own child",
        "runners/cluster/exec_plugin.py": "to its own child",
    },
    "speaks HTTP": {
        "runners/cluster/transport.py": "the connection's transport",
        "runners/cluster/network.py": "knows the transport's errors",
        "runners/cluster/proxies.py": "asks which proxy is meant",
        "runners/tools/lease_client.py": "the keeper's client, without anything but the standard library",
        "runners/cluster/port_forward.py": "the way to a pod's port, for a probe in its run",
    },
    "sends requests that may write": {
        "runners/cluster/transport.py": "passes on what the connection was asked for",
        "runners/cluster/rights.py": "posts reviews of this user's rights, which are kept nowhere and change nothing",
        "runners/lease_keeping.py": "takes and gives back the Lease, for the choke point",
        "runners/decision_keeping.py": "writes down what was decided, for the choke point",
        "runners/probes/hands.py": "what a probe or an act was confirmed to do, in its run",
        "runners/tools/lease_renewal.py": "renews the Lease of a run that was confirmed, in its keeper",
    },
    "calls tools": {
        "runners/operate.py": "hands the planner its bench",
        "runners/rehearsing.py": "helm template of charts in the repository, for a rehearsal",
        "runners/session.py": "helm list, for the charts' versions; git status",
        "runners/tools/versions.py": "the tools' versions",
    },
    "starts, interrupts or kills runs": {"runners/operate.py": "the choke point"},
    "makes runs": {"runners/operate.py": "the choke point"},
    "writes the survival sheet": {
        "runners/operate.py": "the choke point: after a good change, and when it is told to",
    },
    "takes the Lease": {"runners/operate.py": "the choke point"},
    "carries out acts": {"runners/acts/start.py": "is the process of a run that was confirmed"},
    "has hands in a cluster": {
        "runners/probes/claim.py": "makes a claim and two pods of its own, and deletes them",
        "runners/probes/claim_exchange.py": "the same",
        "runners/probes/claim_cleaning.py": "deletes them",
        "runners/acts/jobs.py": "an act",
        "runners/acts/longhorn.py": "an act",
        "runners/acts/restore.py": "an act",
    },
    "forwards ports": {"runners/probes/s3.py": "to an S3 server that exists only in the cluster"},
    "stores objects": {"runners/probes/s3_exchange.py": "one of its own, and deletes it"},
    "carries out probes": {"runners/probes/start.py": "is the process of a run that was confirmed"},
    "keeps decisions": {"runners/operate.py": "the choke point"},
    "imports by a name that is made up while it runs": {},
}

_NAMES: Mapping[str, tuple[str, ...]] = {
    "starts processes": (
        "subprocess.", "pty.", "multiprocessing.", "concurrent.futures.ProcessPoolExecutor",
        "os.fork", "os.forkpty", "os.exec*", "os.spawn*", "os.posix_spawn*", "os.system", "os.popen",
        "anyio.open_process", "anyio.run_process", "anyio.to_process.", "asyncio.create_subprocess_*",
    ),
    "sends signals": ("os.kill", "os.killpg", "signal.pidfd_send_signal", "signal.raise_signal"),
    "speaks HTTP": ("http.client.", "urllib.request.", "urllib3.", "requests.", "httpx.", "aiohttp.", "kubernetes.",
        "websocket."),
    "calls tools": ("runners.tools.capture.capture",),
    "makes runs": ("runners.tools.runs.RunRequest", "runners.tools.run_start."),
    "writes the survival sheet": ("runners.survival_file.keep_*", "runners.survival_file.write_sheet"),
    "takes the Lease": ("runners.lease_keeping.take_lease", "runners.lease_keeping.give_back"),
    "forwards ports": ("runners.cluster.port_forward.",),
    "stores objects": ("obstore.",),
    "carries out probes": ("runners.probes.PROBES", "runners.probes.start.", "runners.probes.s3.carry_out",
        "runners.probes.s3_exchange.exchange", "runners.probes.claim.carry_out", "runners.probes.claim_exchange.",
        "runners.probes.claim_cleaning."),
    "keeps decisions": ("runners.decision_keeping.keep",),
    "carries out acts": ("runners.acts.ACTS", "runners.acts.start.", "runners.acts.jobs.", "runners.acts.restore.",
        "runners.acts.longhorn."),
    "has hands in a cluster": ("runners.probes.hands.",),
    "imports by a name that is made up while it runs": ("importlib.import_module", "__import__", "eval", "exec"),
}  # fmt: skip

_INSIDE = {
    ("makes runs", "runners/tools/runs.py"),
    ("carries out probes", "runners/probes/__init__.py"),
    ("carries out probes", "runners/probes/s3.py"),
    ("carries out probes", "runners/probes/claim.py"),
    ("carries out probes", "runners/probes/claim_exchange.py"),
    ("carries out acts", "runners/acts/__init__.py"),
    ("carries out acts", "runners/acts/jobs.py"),
    ("carries out acts", "runners/acts/longhorn.py"),
    ("carries out acts", "runners/acts/restore.py"),
}
"""Where the thing itself is made."""


@functools.cache
def powers(code: str) -> frozenset[str]:
    """What a file could do to the world, by what it mentions."""
    tree = ast.parse(code)
    known = dict(_imported(tree))
    found = {
        power
        for name in {*known.values(), *_mentioned(tree, known)}
        for power, starts in _NAMES.items()
        if any(_is_meant(start, name) for start in starts)
    }
    return frozenset(found | set(_by_attribute(tree)))


def _is_meant(pattern: str, name: str) -> bool:
    """``subprocess.`` means the module and all in it, ``os.exec*`` a family, and ``os.kill`` itself alone."""
    if pattern.endswith("."):
        return name == pattern[:-1] or name.startswith(pattern)
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
                yield alias.name, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _mentioned(tree: ast.AST, known: Mapping[str, str]) -> Iterator[str]:
    """Every dotted name that begins with something imported, and every builtin function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, _, rest = _dotted(node).partition(".")
            if first in known:
                yield f"{known[first]}.{rest}" if rest else known[first]
            elif not rest and first in _BUILTINS:
                yield first


def _dotted(node: ast.expr) -> str:
    """``a.b.c``; empty where it begins with more than a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _by_attribute(tree: ast.AST) -> Iterator[str]:
    """What is known by how it is called, whatever object it is called on."""
    reading = {
        id(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == "GET"
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr in ("request", "urlopen") and id(node) not in reading:
            yield "sends requests that may write"
        if node.attr in ("start", "interrupt", "kill") and ast.unparse(node.value).endswith("runs"):
            yield "starts, interrupts or kills runs"
        if node.attr in ("send_signal", "terminate"):
            yield "sends signals"


def holders(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Who holds each power, the simulator left out."""
    held = [(power, name) for name, code in sources.items() if not name.startswith(SIMULATOR) for power in powers(code)]
    return {power: {name for one, name in held if one == power and (one, name) not in _INSIDE} for power in HOLDERS}


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    files = [
        ROOT / "bedplate.py",
        *(path for folder in ("tui", "widgets", "runners") for path in (ROOT / folder).rglob("*.py")),
    ]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_each_power_is_held_by_few_and_each_has_its_reason(sources: dict[str, str]) -> None:
    assert holders(sources) == {power: set(reasons) for power, reasons in HOLDERS.items()}


def test_the_simulator_is_on_nobodys_road(sources: dict[str, str]) -> None:
    """What the actors may do, nobody else may do through them."""
    for name, code in sources.items():
        if name.startswith(("runners/", "widgets/")) and not name.startswith(SIMULATOR):
            assert not any(module.startswith("runners.demo") for module in dict(_imported(ast.parse(code))).values()), (
                name
            )


@pytest.mark.parametrize(
    ("name", "added", "power"),
    [
        ("tui/app.py", "import subprocess\nsubprocess.run(['kubectl'])", "starts processes"),
        ("tui/app.py", "from subprocess import run as go\ngo(['kubectl'])", "starts processes"),
        ("runners/helm_releases.py", "import os as o\no.system('helm')", "starts processes"),
        ("runners/helm_releases.py", "import os\nos.execvp('helm', [])", "starts processes"),
        ("runners/helm_releases.py", "import anyio\nanyio.run_process(['helm'])", "starts processes"),
        ("widgets/log.py", "import asyncio\nasyncio.create_subprocess_exec('helm')", "starts processes"),
        ("tui/tail.py", "import os, signal\nos.kill(1, signal.SIGINT)", "sends signals"),
        ("tui/tail.py", "process.send_signal(2)", "sends signals"),
        ("runners/journal.py", "import urllib.request\nurllib.request.urlopen('http://a')", "speaks HTTP"),
        ("runners/journal.py", "from http.client import HTTPConnection", "speaks HTTP"),
        ("runners/cluster/objects.py", "connection.request('PATCH', '/api')", "sends requests that may write"),
        ("runners/cluster/objects.py", "connection.request(method, '/api')", "sends requests that may write"),
        ("runners/cluster/objects.py", "later = connection.request", "sends requests that may write"),
        ("tui/screens/change.py", "self.session.runs.start(request)", "starts, interrupts or kills runs"),
        ("tui/app.py", "runs.interrupt('7f3a')", "starts, interrupts or kills runs"),
        ("tui/app.py", "from runners.tools.runs import RunRequest as R", "makes runs"),
        ("runners/session.py", "from runners.tools.run_start import start_supervisor", "makes runs"),
        ("tui/app.py", "from runners.tools import capture\ncapture.capture(('helm',))", "calls tools"),
        ("tui/app.py", "from runners import lease_keeping\nlease_keeping.take_lease(c, 'x')", "takes the Lease"),
        ("runners/operate.py", "from runners.cluster.port_forward import Forward", "forwards ports"),
        ("runners/session.py", "import obstore as o\no.put(store, 'key', b'')", "stores objects"),
        ("runners/session.py", "from runners.probes import PROBES", "carries out probes"),
        ("tui/app.py", "from runners.probes import s3\ns3.carry_out((), print)", "carries out probes"),
        ("runners/session.py", "from runners.acts import restore\nrestore.restore((), print)", "carries out acts"),
        ("tui/app.py", "__import__('subprocess')", "imports by a name that is made up while it runs"),
    ],
)  # fmt: skip
def test_one_line_past_the_choke_point_is_seen(sources: dict[str, str], name: str, added: str, power: str) -> None:
    changed = holders({**sources, name: f"{sources[name]}\n{added}\n"})
    assert changed[power] - holders(sources)[power] == {name}


@pytest.mark.parametrize(
    "harmless",
    [
        "connection.request('GET', '/version')",
        "self.tail.start()",
        "import os\nos.killer = 1",
        "import signal\nsignal.signal(signal.SIGINT, handler)",
        "from runners.tools.capture import ToolMissing",
        "import socket",
    ],
)
def test_what_only_looks_like_it_is_not(harmless: str) -> None:
    assert powers(harmless) == set()
