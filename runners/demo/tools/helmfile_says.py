"""Helmfile's tables and its report of a helm that failed, laid out as it does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_HEADS = {
    5: ("NAME", "NAMESPACE", "CHART", "VERSION", "DURATION"),
    3: ("NAME", "NAMESPACE", "DURATION"),
}
"""Of releases that were made or changed, and of those that are gone."""

Row = tuple[str, str, str, str, str]


def summary(title: str, rows: Sequence[Sequence[str]]) -> list[str]:
    """The table at the end of a run, with its title in a bar above; nothing for no rows."""
    if not rows:
        return []
    lines = (_HEADS[len(rows[0])], *rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    written = ["   ".join([*map(str.ljust, line[:-1], widths), line[-1].rjust(widths[-1])]) for line in lines]
    bars = len(written[0]) - len(title) - 2
    return ["", f"{'=' * (bars // 2)} {title} {'=' * (bars - bars // 2)}", *written, ""]


def helm_failed(argv: Sequence[str], stderr: str, stdout: str = "") -> str:
    """What helmfile says of a helm that ended badly."""
    helm = Path(argv[0])
    args = "\n".join(f"  {at}: {word} ({len(word.encode())} bytes)" for at, word in enumerate(["helm", *argv[1:]]))
    return (
        f'command "{helm}" exited with non-zero status:\n\nPATH:\n  {helm}\n\nARGS:\n{args}\n\n'
        f"ERROR:\n  exit status 1\n\nEXIT STATUS\n  1\n\nSTDERR:\n{_indented(stderr)}\n\n"
        f"COMBINED OUTPUT:\n{_indented(stdout + stderr)}"
    )


def _indented(said: str) -> str:
    return "\n".join(f"  {line}" for line in said.splitlines())
