"""Plays the little of kubectl that Bedplate calls: its version, and a Secret deleted."""

from __future__ import annotations

import json
from collections.abc import Sequence

from runners.cluster.errors import NotFound
from runners.demo.tools.client import connect
from runners.demo.tools.edge import Failed, out
from runners.demo.tools.flags import Grammar, Unknown

VERSION = "v1.34.1"

_GRAMMAR = Grammar(
    valued=("context", "namespace", "output"), switches=("client",), short={"n": "namespace", "o": "output"}
)


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns the exit code."""
    line = _GRAMMAR.read(argv)
    if line.words == ("version",) and line.on("client") and line.value("output") == "json":
        out(json.dumps({"clientVersion": {"gitVersion": VERSION}}))
    elif line.words[:2] == ("delete", "secret") and len(line.words) == 3:
        _delete(line.value("context"), line.value("namespace", "default"), line.words[2])
    else:
        raise Unknown(" ".join(line.words) or "an empty command line")
    return 0


def _delete(context: str, namespace: str, name: str) -> None:
    try:
        connect(context).request("DELETE", f"/api/v1/namespaces/{namespace}/secrets/{name}")
    except NotFound:
        raise Failed(f'Error from server (NotFound): secrets "{name}" not found') from None
    out(f'secret "{name}" deleted from {namespace} namespace')
