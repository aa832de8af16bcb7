"""What helm knows of installed releases, asked after a release's Secret changed: chart versions, and their objects."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping

import anyio

from runners.layers.components.base import Revisions
from runners.layers.components.lost_objects import RECORDED
from runners.layers.kinds import CORE
from runners.layers.kinds.base import Key
from runners.layers.plans import ObjectRef
from runners.tools import helm
from runners.tools.calls import ToolError
from runners.tools.capture import Captured, ToolMissing, ToolTimeout
from runners.tools.rendering import Renderer

log = logging.getLogger(__name__)

SETTLE = 0.3
"""Seconds that a burst of changes is given before helm is asked once for all of them."""

_CLUSTER_SCOPED = frozenset((kind.group, kind.singular) for kind in CORE if not kind.namespaced)
_KINDS = {(kind.group, kind.singular): kind for kind in RECORDED.values()}

Argv = tuple[str, ...]


class HelmReleases:
    """Keeps what helm says of the releases up to date, on a thread of its own."""

    def __init__(
        self,
        context: str,
        namespaces: Collection[str],
        ask: Callable[[Argv], Awaitable[Captured]],
        changed: Callable[[], None],
    ) -> None:
        """Takes the context, how helm is asked, and whom to tell when its answer is in.

        Only of releases in these namespaces it is asked what they consist of: one call for each new revision.
        """
        self.charts: Mapping[tuple[str, str], str] = {}
        """(namespace, release) → version of its chart."""
        self.objects: Revisions = {}
        """What each deployed revision consists of."""
        self.settled = threading.Event()
        """Helm has answered for the first time, or can't."""
        self._context = context
        self._namespaces = frozenset(namespaces)
        self._ask = ask
        self._changed = changed
        self._due = threading.Event()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begins; nothing is asked before the first ``ask``."""
        threading.Thread(target=self._follow, name="helm releases", daemon=True).start()

    def stop(self) -> None:
        """Asks no more."""
        self._stopped.set()
        self._due.set()

    def ask(self) -> None:
        """Asks helm soon."""
        self._due.set()

    async def now(self) -> Mapping[tuple[str, str], str]:
        """The charts' versions at this moment; what helm said last where it can't be asked."""
        await self._try()
        return self.charts

    async def _try(self) -> None:
        try:
            await self._look()
        except (ToolError, ToolMissing, ToolTimeout, OSError) as error:
            log.warning("what helm has installed is unknown: %s", error)

    def _follow(self) -> None:
        while True:
            self._due.wait()
            if self._stopped.wait(SETTLE):
                return
            self._due.clear()
            anyio.run(self._try)
            self.settled.set()
            self._changed()

    async def _look(self) -> None:
        answer = await self._ask(helm.list_argv(self._context))
        if answer.code:
            raise ToolError(f"helm list ended {answer.code}")
        found = helm.installed_releases(answer.stdout)
        self.charts = {at: release.version for at, release in found.items()}
        mine = [
            release
            for release in found.values()
            if release.namespace in self._namespaces and release.status == "deployed"
        ]
        known = {(one.namespace, one.name, one.revision): one for one in mine}
        objects = {at: kept for at, kept in self.objects.items() if at in known}
        for at in known.keys() - objects.keys():
            try:
                objects[at] = await self._objects(known[at])
            except ToolError as error:
                log.warning("what should be there of release %s/%s is unknown: %s", at[0], at[1], error)
        self.objects = objects

    async def _objects(self, release: helm.Installed) -> frozenset[Key]:
        argv = helm.manifest_argv(self._context, release.name, release.namespace, release.revision)
        answer = await self._ask(argv)
        if answer.code:
            raise ToolError(f"helm get manifest {release.name} ended {answer.code}")
        recorded = Renderer(release.namespace, _CLUSTER_SCOPED).read(answer.stdout)
        return frozenset(key for ref in recorded.hashes.keys() - recorded.beside if (key := _key(ref)) is not None)


def _key(ref: ObjectRef) -> Key | None:
    """The row of an object, where its kind is watched."""
    kind = _KINDS.get((ref.group, ref.kind))
    return None if kind is None else (kind.id, ref.namespace if kind.namespaced else "", ref.name)
