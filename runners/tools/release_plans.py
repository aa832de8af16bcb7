"""The plan of one release: compared, rendered twice, and put together.

The recipe, each line of it tried on a real cluster: an installed release is compared with the cluster; where that
stops at a kind that is not served yet, with helm's record. Of one that isn't installed, what is rendered is the plan:
all of it is new. What is uninstalled has its objects in helm's record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import anyio.to_thread

from runners.layers.plans import Change, Comparison, ObjectChange, ReleaseAction, ReleasePlan
from runners.tools import helm, helmfile_output
from runners.tools.calls import Bench, PlanError, Said, failure
from runners.tools.chart_versions import asked_version
from runners.tools.helm import Installed
from runners.tools.helmfile import Helmfile, environ
from runners.tools.helmfile_output import Asked
from runners.tools.rendering import Rendered, Renderer, placed, random_between, scopes
from runners.tools.tool_errors import clean, missing_kind

_DIFF_CODES = (0, 2)
"""No change, and changes."""

_VALIDATES = {Comparison.LIVE: (True,), Comparison.RECORDED: (False,), Comparison.NEW: (True, False)}
"""Whether a rendering asks the server what it serves. It can't where a kind is not served yet: a new release may use
one that another brings."""


@dataclass(frozen=True)
class ReleasePlanner:
    """Plans the releases of one helmfile on one cluster."""

    bench: Bench
    file: Helmfile

    async def make(self, wanted: Asked, present: Installed | None) -> tuple[ReleasePlan, str]:
        """What would happen to one release, and the text of its diff.

        Raises:
            ToolError: a tool failed, or said something that doesn't add up.
        """
        if not wanted.installed:
            return await self._uninstalled(wanted, present), ""
        compared, said = await self._compare(wanted, present)
        renderer = self._renderer(wanted)
        # A diff has asked the chart repositories already.
        first = await self._render(wanted, compared, renderer, refresh=said is None)
        second = await self._render(wanted, compared, renderer)
        release = replace(
            self._rendered(wanted, present, first),
            compared=compared,
            random=random_between(first, second),
            changes=_all_new(first) if said is None else self._changes(said, first),
        )
        release = replace(release, action=_action(release))
        return release, await self._text(release) if said is not None and release.changes else ""

    async def again(self, wanted: Asked, present: Installed | None, shown: ReleasePlan | None) -> ReleasePlan:
        """The same release as it is now, with the changes that were shown.

        Raises:
            ToolError: as ``make``.
        """
        if shown is None or not wanted.installed or shown.action is ReleaseAction.UNINSTALL:
            return (await self.make(wanted, present))[0]
        rendered = await self._render(wanted, shown.compared, self._renderer(wanted))
        now = self._rendered(wanted, present, rendered)
        now = replace(now, compared=shown.compared, random=shown.random, changes=shown.changes)
        return replace(now, action=_action(now))

    async def _compare(self, wanted: Asked, present: Installed | None) -> tuple[Comparison, Said | None]:
        if present is None:
            return Comparison.NEW, None
        compared, said = Comparison.LIVE, await self._diff(wanted, Comparison.LIVE)
        if said.code not in _DIFF_CODES and missing_kind(said.stderr):
            compared, said = Comparison.RECORDED, await self._diff(wanted, Comparison.RECORDED)
        if said.code not in _DIFF_CODES:
            raise failure(said, "helmfile diff", wanted.name)
        return compared, said

    async def _diff(self, wanted: Asked, compared: Comparison) -> Said:
        argv = self.file.diff(wanted.name, wanted.namespace, compared, self.bench.served)
        return await self.bench.call(argv, environ(compared))

    async def _text(self, release: ReleasePlan) -> str:
        """The diff for a person to read. It is no part of what is compared, so that its failure is a remark."""
        argv = self.file.diff(release.name, release.namespace, release.compared, self.bench.served, full=True)
        said = await self.bench.call(argv, environ(release.compared))
        if said.code not in _DIFF_CODES:
            return str(failure(said, "helmfile diff", release.name))
        return clean(said.stdout).strip()

    async def _render(
        self, wanted: Asked, compared: Comparison, renderer: Renderer, *, refresh: bool = False
    ) -> Rendered:
        template = partial(self.file.template, wanted.name, wanted.namespace, self.bench.served)
        for validate in _VALIDATES[compared]:
            argv = template(new=compared is Comparison.NEW, validate=validate, refresh=refresh)
            said = await self.bench.call(argv, environ(compared))
            if said.code == 0:
                return await anyio.to_thread.run_sync(renderer.read, said.stdout)
        raise failure(said, "helmfile template", wanted.name)

    def _renderer(self, wanted: Asked) -> Renderer:
        return Renderer(wanted.namespace, self.bench.served.cluster_scoped)

    def _rendered(self, wanted: Asked, present: Installed | None, rendered: Rendered) -> ReleasePlan:
        folder = (self.bench.repo / self.file.path).parent
        version = asked_version(folder, wanted, rendered.charts)
        return replace(
            _release(wanted, present),
            version=version,
            hashes=rendered.hashes,
            beside=rendered.beside,
            longhorn_settings=rendered.longhorn_settings,
        )

    def _changes(self, said: Said, rendered: Rendered) -> tuple[ObjectChange, ...]:
        find, scoped = scopes(rendered.hashes), self.bench.served.cluster_scoped
        found = helmfile_output.changes(said.stdout, code=said.code)
        return tuple(ObjectChange(find(placed(item.ref, scoped)), item.change) for item in found)

    async def _uninstalled(self, wanted: Asked, present: Installed | None) -> ReleasePlan:
        """A release that should not be there: what of it goes is what helm has recorded, less what it keeps."""
        release = _release(wanted, present)
        if present is None:
            return release
        said = await self._diff(wanted, Comparison.RECORDED)
        if said.code not in _DIFF_CODES:
            raise failure(said, "helmfile diff", wanted.name)
        if (wanted.name, wanted.chart) not in helmfile_output.uninstalled(said.stderr):
            raise PlanError(f"{wanted.name}: it should not be installed, and helmfile does not say that it would go")
        argv = helm.manifest_argv(self.file.context, wanted.name, wanted.namespace)
        manifest = await self.bench.ask(argv, about=wanted.name)
        recorded = await anyio.to_thread.run_sync(self._renderer(wanted).read, manifest.stdout)
        gone = (ref for ref in recorded.hashes if ref not in recorded.kept)
        return replace(
            release,
            action=ReleaseAction.UNINSTALL,
            hashes=recorded.hashes,
            changes=tuple(ObjectChange(ref, Change.REMOVED) for ref in gone),
        )


def _all_new(rendered: Rendered) -> tuple[ObjectChange, ...]:
    """Everything, less the hooks; a chart's crds folder is installed with it."""
    hooks = {ref for ref in rendered.beside if ref.kind != "CustomResourceDefinition"}
    return tuple(ObjectChange(ref, Change.ADDED) for ref in rendered.hashes if ref not in hooks)


def _release(wanted: Asked, present: Installed | None) -> ReleasePlan:
    """What is known of a release before anything was rendered."""
    return ReleasePlan(
        name=wanted.name,
        namespace=wanted.namespace,
        action=ReleaseAction.NOTHING,
        chart=wanted.chart,
        revision=present.revision if present else 0,
        status=present.status if present else "",
        installed_version=present.version if present else "",
        version="",
        compared=Comparison.LIVE if present else Comparison.NEW,
    )


def _action(release: ReleasePlan) -> ReleaseAction:
    """A release whose last revision is not deployed is applied again, although nothing differs."""
    if not release.revision:
        return ReleaseAction.INSTALL
    newer = bool(release.version) and release.version != release.installed_version
    unfinished = release.status != "deployed"
    return ReleaseAction.UPGRADE if release.changes or newer or unfinished else ReleaseAction.NOTHING
