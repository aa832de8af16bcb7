"""Makes plans: what an apply or a repair of one component would do now, and the same again when a person confirms.

What happens to one release is ``release_plans``'; here are the helmfile as a whole, the files that it rests on, and
what it says of contexts and hooks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio.to_thread

from runners.layers.identity import Identity
from runners.layers.plans import Plan
from runners.tools import helm, helmfile_output
from runners.tools.calls import Bench, PlanError, ToolError
from runners.tools.helm import Installed
from runners.tools.helmfile import ENVIRON, Helmfile
from runners.tools.helmfile import carry_out as carry_out
from runners.tools.helmfile_output import Asked
from runners.tools.helmfile_source import (
    Source,
    built,
    contexts_for,
    in_order,
    named_files,
    read_source,
)
from runners.tools.known_files import commit, digests
from runners.tools.release_plans import ReleasePlanner
from runners.tools.together import together

AT_ONCE = 2
"""Releases that are planned side by side; each keeps most of a processor busy."""

Present = Mapping[tuple[str, str], Installed]


class Planner:
    """Makes plans with one bench. Planning runs some of the helmfile's own hooks: ask before, where there are any."""

    def __init__(self, bench: Bench) -> None:
        """Takes what it works with."""
        self._bench = bench

    async def plan(
        self, component: str, helmfile: str, environment: str, identity: Identity, selected: tuple[str, ...] = ()
    ) -> Plan:
        """What an apply, or a repair, would do now.

        Args:
            component: the component's name, for the plan to carry.
            helmfile: path relative to the repository.
            environment: the helmfile's environment; empty for its default.
            identity: the pinned cluster.
            selected: ``namespace/name`` of the helmfile's releases that are the component's; all without any.

        Raises:
            ToolError: a tool is missing, failed, or said something that doesn't add up; the text is one line.
        """
        file = Helmfile(helmfile, environment, identity.context)
        path = self._bench.repo / helmfile
        source, files = await anyio.to_thread.run_sync(read_source, path)
        building = (await self._bench.ask(file.build(), ENVIRON, about=helmfile)).stdout
        filled_in, foreign = _said(building, file)
        wanted = await self._wanted(file, selected)
        present = await self._present(file, wanted)
        planner = ReleasePlanner(self._bench, file)
        calls = [partial(planner.make, one, present.get((one.namespace, one.name))) for one in wanted]
        try:
            made = await together(calls, at_once=_at_once(source | filled_in, wanted))
        except ToolError as error:
            if foreign:
                words = f"is meant for the context {', '.join(foreign)}, and this is {identity.context}"
                raise PlanError(f"{helmfile} {words}; and {error}") from error
            raise
        named = (found for name in filled_in.paths for found in named_files(path.parent, name))
        inputs = await self._digests((*files, *named))
        return Plan(
            component=component,
            helmfile=helmfile,
            environment=environment,
            identity=identity,
            releases=tuple(release for release, _ in made),
            inputs=inputs,
            commit=await commit(self._bench, inputs),
            made=time.time(),
            hooks=in_order((*filled_in.events, *source.on_reading)),
            hooks_written=filled_in.hooks or source.hooks,
            selected=selected,
            foreign_contexts=foreign,
            output="\n\n".join(text for _, text in made if text),
        )

    async def again(self, shown: Plan, identity: Identity) -> Plan:
        """The plan at the moment of confirming: its files, releases and renderings as they are now.

        There is no second diff: the changes are those that were shown, and ``plan_rules.differences`` says whether
        they still hold. Files or hooks that are not those that were shown end it before any tool is asked.

        Raises:
            ToolError: as ``plan``.
        """
        file = Helmfile(shown.helmfile, shown.environment, identity.context)
        source, files = await anyio.to_thread.run_sync(read_source, self._bench.repo / shown.helmfile)
        known = (*files, *(self._bench.repo / name for name in shown.inputs))
        inputs, hooks = await self._digests(known), in_order((*shown.hooks, *source.on_reading))
        if inputs != shown.inputs or hooks != shown.hooks:
            # Asking helmfile would run hooks that nobody was asked about.
            return replace(shown, identity=identity, inputs=inputs, hooks=hooks, made=time.time())
        wanted = await self._wanted(file, shown.selected)
        present = await self._present(file, wanted)
        before = {(release.namespace, release.name): release for release in shown.releases}
        planner = ReleasePlanner(self._bench, file)
        places = [(one, (one.namespace, one.name)) for one in wanted]
        calls = [partial(planner.again, one, present.get(at), before.get(at)) for one, at in places]
        releases = await together(calls, at_once=_at_once(Source(events=shown.hooks), wanted))
        inputs = await self._digests(known)
        state = await commit(self._bench, inputs)
        return replace(shown, identity=identity, releases=releases, inputs=inputs, commit=state, made=time.time())

    async def _wanted(self, file: Helmfile, selected: tuple[str, ...]) -> tuple[Asked, ...]:
        """What is asked for, of the selected releases where there are some."""
        said = await self._bench.ask(file.listing(), ENVIRON, about=file.path)
        wanted = helmfile_output.asked(said.stdout)
        if selected:
            listed = {f"{one.namespace}/{one.name}": one for one in wanted}
            missing = [name for name in selected if name not in listed]
            if missing:
                raise PlanError(
                    f"{file.path} asks for no release {', '.join(missing)} in {file.environment or 'default'}"
                )
            wanted = tuple(listed[name] for name in selected)
        names = [(one.namespace, one.name) for one in wanted]
        for namespace, name in names:
            if not namespace:
                raise PlanError(f"{file.path}: the release {name} names no namespace, so it would go anywhere")
            if names.count((namespace, name)) > 1:
                raise PlanError(f"{file.path}: the release {namespace}/{name} stands there twice")
        return wanted

    async def _present(self, file: Helmfile, wanted: Iterable[Asked]) -> Present:
        found: dict[tuple[str, str], Installed] = {}
        for namespace in dict.fromkeys(one.namespace for one in wanted):
            said = await self._bench.ask(helm.list_argv(file.context, namespace), about=f"releases in {namespace}")
            found |= helm.installed_releases(said.stdout)
        return {at: release for at, release in found.items() if release.status != "uninstalled"}

    async def _digests(self, files: Iterable[Path]) -> Mapping[str, str]:
        there = tuple(path for path in files if path.exists())
        return await anyio.to_thread.run_sync(digests, self._bench.repo, there)


def _at_once(source: Source, wanted: Iterable[Asked]) -> int:
    """One at a time where a hook might meet itself, or where helm builds the dependencies of one chart for two."""
    charts = [one.chart for one in wanted]
    return 1 if source.on_reading or len(set(charts)) < len(charts) else AT_ONCE


def _said(building: str, file: Helmfile) -> tuple[Source, tuple[str, ...]]:
    """What ``helmfile build`` says, and the contexts in it that are not the pinned one."""
    try:
        contexts = contexts_for(building, file.environment)
        return built(building), tuple(context for context in contexts if context != file.context)
    except PlanError as error:
        raise PlanError(f"{file.path}: {error}") from None
