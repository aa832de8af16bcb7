"""Reads what a rehearsal begins with: the repository, the survival sheet, where keys come from, what helm can render.

Only looks, and only at this machine: no cluster and no network is asked. Of the tools, helm alone is called, to render
a chart that lies in the repository; helmfile would run the hooks and programs that a helmfile names.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import anyio

from runners.cluster.access import KubeconfigError
from runners.cluster.kubeconfig import load
from runners.layers.discovery import Release, look, seen_with
from runners.layers.discovery.look import Looked
from runners.layers.rehearsal.charts import ChartTry, Rendering, Tried, rendering_of
from runners.layers.rehearsal.missing import Facts
from runners.layers.settings import Settings
from runners.layers.survival.judge import SheetFile
from runners.layers.unusable import UnusableError
from runners.repository import read_repository, read_settings
from runners.surroundings import has_source, read_sheet_file, sheet_path
from runners.tools.capture import ToolMissing, ToolTimeout, capture
from runners.tools.tool_errors import one_line

_TOOLS = ("helmfile", "helm", "flux", "git")
_PATIENCE = 20.0
"""Seconds that helm may take for one chart."""


class NothingToRehearse(UnusableError):  # noqa: N818  it says what is the case
    """There is nothing to walk a recovery of, or the sheet that was named is none."""


def read_for_rehearsal(repository: Path, environ: Mapping[str, str], sheet: Path | None) -> Facts:
    """Everything that is to be known beforehand; helm may take its time.

    Args:
        repository: the person's; nothing is written into it.
        environ: the person's environment.
        sheet: the survival sheet that is meant; the one that bedplate.yaml names where none is.

    Raises:
        NothingToRehearse: no foundation is found, or the named sheet can't be used.
        runners.layers.config.ConfigError: bedplate.yaml is there and can't be used.
    """
    settings = read_settings(repository)
    if not settings.foundation:
        raise NothingToRehearse(f"{repository}: no foundation is found there, so there is nothing to rehearse")
    read = read_repository(repository)
    looked = look(read.texts, read.remote)
    asked = {entry.helmfile: releases_of(looked, entry.helmfile) for entry in settings.foundation}
    renderings = [rendering_of(read.texts, one) for ones in asked.values() for one in ones if one.installed]
    file = _sheet(settings, environ, repository, sheet)
    context, server = _cluster(settings, file, environ)
    return Facts(
        settings=settings,
        found=seen_with(looked, settings),
        asked=asked,
        sheet=file,
        keys=tuple(has_source(key, environ, repository) for key in settings.keys),
        charts=tuple(_tried(renderings, repository, environ)),
        programs=frozenset(name for name in _TOOLS if shutil.which(name, path=environ.get("PATH", ""))),
        environ=environ,
        now=time.time(),
        context=context,
        server=server,
    )


def releases_of(looked: Looked, path: str) -> Sequence[Release]:
    """Every release that a helmfile asks for, those of what it includes too."""
    called = next((one for one in looked.callables if one.path == path), None)
    if called is not None and called.releases:
        return called.releases
    by_path, waiting = {one.path: one for one in looked.helmfiles}, [path]
    seen: dict[str, None] = {}
    while waiting:
        at = waiting.pop(0)
        if at in by_path and at not in seen:
            seen[at] = None
            waiting += [include.path for include in by_path[at].includes]
    return [release for at in seen for release in by_path[at].releases]


def _sheet(settings: Settings, environ: Mapping[str, str], repository: Path, named: Path | None) -> SheetFile:
    file = read_sheet_file(named or sheet_path(settings, environ, repository))
    if named is not None and file.content is None:
        raise NothingToRehearse(f"{named} {file.error}" if file.error else f"{named} is not there")
    return file


def _cluster(settings: Settings, sheet: SheetFile, environ: Mapping[str, str]) -> tuple[str, str]:
    """What the cluster is called, and where it is by the kubeconfig, which is read and not used."""
    context = settings.context or (sheet.content.cluster.context if sheet.content is not None else "")
    try:
        access = load(environ, context=context or None)
    except KubeconfigError:
        return context, ""
    return access.context, access.server


def _tried(
    renderings: Iterable[Rendering | ChartTry], repository: Path, environ: Mapping[str, str]
) -> Iterator[ChartTry]:
    helm = shutil.which("helm", path=environ.get("PATH", ""))
    for each in renderings:
        if isinstance(each, ChartTry):
            yield each
        elif helm is None:
            yield ChartTry(each.release.id, each.release.chart, Tried.NOT_TRIED, "helm is not on PATH")
        else:
            yield anyio.run(_render, helm, each, repository, environ)


async def _render(helm: str, each: Rendering, repository: Path, environ: Mapping[str, str]) -> ChartTry:
    """Renders with a helm that has no plugins, no repositories and no cluster."""
    one = each.release
    values = [word for path in each.values for word in ("-f", path)]
    space = ("--namespace", one.namespace) if one.namespace else ()
    # What comes after -- is no flag, however a release is called: --post-renderer would run a program.
    argv = (helm, "template", *space, *values, "--", one.name, f"./{each.folder}")
    with tempfile.TemporaryDirectory(prefix="bedplate-helm-") as home:
        places = {f"HELM_{name}": f"{home}/{name.lower()}" for name in _PLACES}
        alone = {"PATH": environ.get("PATH", ""), "HOME": home, "KUBECONFIG": f"{home}/none", **places}
        try:
            said = await capture(argv, environ=alone, cwd=repository, timeout=_PATIENCE)
        except (ToolMissing, ToolTimeout) as error:
            return ChartTry(one.id, one.chart, Tried.NOT_TRIED, str(error))
    if said.code:
        return ChartTry(
            one.id, one.chart, Tried.FAILED, one_line(said.stderr, said.stdout) or f"helm ended {said.code}"
        )
    return ChartTry(one.id, one.chart, Tried.RENDERED)


_PLACES = ("CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "PLUGINS", "REGISTRY_CONFIG", "REPOSITORY_CONFIG")
"""Of helm's variables those that name where it keeps something."""
