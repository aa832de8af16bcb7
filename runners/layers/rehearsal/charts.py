"""Whether the charts of the foundation can be rendered on this machine, without a network; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from runners.layers.discovery.documents import Files, is_known
from runners.layers.discovery.paths import folder_of, resolved
from runners.layers.discovery.releases import Release
from runners.layers.findings import Finding, Severity


class Tried(Enum):
    """What came of it."""

    RENDERED = "rendered"
    FAILED = "failed"
    MISSING = "missing"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class ChartTry:
    """One release's chart as it was tried."""

    release: str
    """``namespace/name``."""
    chart: str
    tried: Tried
    why: str = ""
    """What helm said, or why it was not asked."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """How helm alone would render a chart that lies in the repository: it runs nothing, and asks nobody."""

    release: Release
    folder: str
    """The chart's folder, relative to the repository."""
    values: tuple[str, ...]
    """Paths of files with values, relative to the repository, the later ones over the earlier."""


def rendering_of(files: Files, one: Release) -> Rendering | ChartTry:
    """How a release's chart is rendered, or why it can't be tried here."""
    name = f"{one.chart} {one.version if is_known(one.version) else ''}".strip()

    def not_tried(why: str) -> ChartTry:
        return ChartTry(one.id, name, Tried.NOT_TRIED, why)

    if not (is_known(one.chart) and is_known(one.id)):
        return not_tried("only helmfile knows their names")
    if not one.chart.startswith("."):
        return not_tried("they come over the network")
    folder = resolved(folder_of(one.file), one.chart)
    if folder is None:
        return not_tried("they lie outside of the repository")
    if f"{folder}/Chart.yaml" not in files:
        return ChartTry(one.id, name, Tried.MISSING)
    paths = [resolved(folder_of(one.file), value) or "" if is_known(value) else "" for value in one.values]
    if one.inline or any(path.endswith(".gotmpl") or path not in files for path in paths):
        return not_tried("helmfile puts their values together")
    return Rendering(one, folder, tuple(paths))


def chart_findings(tries: Sequence[ChartTry]) -> Iterator[Finding]:
    """What can't be rendered; what could not be tried is said once for each reason."""
    for one in tries:
        subject = f"release {one.release}"
        if one.tried is Tried.MISSING:
            yield Finding(
                subject, Severity.BLOCKER, f"its chart {one.chart} is not there", "put it into the repository"
            )
        elif one.tried is Tried.FAILED:
            yield Finding(
                subject, Severity.BLOCKER, f"{one.chart} can't be rendered: {one.why}", "mend chart or values"
            )
    reasons: dict[str, list[str]] = {}
    for one in tries:
        if one.tried is Tried.NOT_TRIED:
            reasons.setdefault(one.why, []).append(one.chart)
    for why, charts in reasons.items():
        names = ", ".join(dict.fromkeys(charts))
        yield Finding("charts", Severity.NOTE, f"can't be rendered here ({why}): {names}")
