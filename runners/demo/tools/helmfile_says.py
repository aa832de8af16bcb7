"""Helmfile's tables and its report of a helm that failed, laid out as it does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_HEAD = ("NAME", "NAMESPACE", "CHART", "VERSION", "DURATION")
Row = tuple[str, str, str, str, str]


def summary(title: str, rows: Sequence[Row]) -> list[str]:
    """The table at the end of a run, with its title in a bar above; nothing for no rows."""
    if not rows:
        return []
    lines = (_HEAD, *rows)
    widths = [max(len(line[at]) for line in lines) for at in range(len(_HEAD))]
    written = ["   ".join([*map(str.ljust, line[:-1], widths), line[-1].rjust(widths[-1])]) for line in lines]
    bars = len(written[0]) - len(title) - 2
    return ["", f"{'=' * (bars // 2)} {title} {'=' * (bars - bars // 2)}", *written, ""]


def helm_failed(argv: Sequence[str], stderr: str, status: str = "exit status 1", code: int = 1) -> str:
    """What helmfile says of a helm that ended badly."""
    helm = Path(argv[0])
    stderr = "\n".join(f"  {line}" for line in stderr.splitlines())
    words = ["helm", *argv[1:]]
    args = "\n".join(f"  {at}: {word} ({len(word.encode())} bytes)" for at, word in enumerate(words))
    return (
        f'command "{helm}" exited with non-zero status:\n\nPATH:\n  {helm}\n\nARGS:\n{args}\n\n'
        f"ERROR:\n  {status}\n\nEXIT STATUS\n  {code}\n\nSTDERR:\n{stderr}\n\nCOMBINED OUTPUT:\n{stderr}"
    )
