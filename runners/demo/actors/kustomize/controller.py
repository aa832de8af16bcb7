"""Plays kustomize-controller: fetches what a Kustomization points at, applies it, prunes, and waits for its health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import has_condition, is_deleted
from runners.demo.actors.delays import Delays
from runners.demo.actors.events import Recorder
from runners.demo.actors.kustomize import words
from runners.demo.actors.kustomize.applying import Applier, ApplyError
from runners.demo.actors.kustomize.artifact import ArtifactError, fetch
from runners.demo.actors.kustomize.build import BuildError, build, has_path
from runners.demo.actors.kustomize.health import CURRENT, FAILED, status_of
from runners.demo.actors.kustomize.inventory import Entry, entries_of
from runners.demo.actors.kustomize.kinds import Kinds
from runners.demo.actors.kustomize.spec import checked, timeout, unmet
from runners.demo.actors.times import duration, pause
from runners.demo.actors.workloads import deployment_ready
from runners.layers.jsons import Json, integer, mapping, sequence, text, truth

NAMESPACE = "flux-system"
FINALIZER = "finalizers.fluxcd.io"
_WORK, _REQUEUE = 1.0, 5.0
"""Seconds, at the stage's pace: to fetch and build, and until a dependency is looked at again."""


@dataclass
class _Run:
    """One reconciliation of one Kustomization."""

    mark: tuple[object, ...]
    number: int
    artifact: Json
    quiet: bool
    """Nothing has changed: it only looks whether the cluster still is as it was."""
    entries: Sequence[Entry] | None = None
    """What it has applied; None until then."""

    @property
    def revision(self) -> str:
        return text(self.artifact, "revision")


class KustomizeController(Actor):
    """Reconciles Kustomizations."""

    name = "kustomize-controller"

    def __init__(self, connection: Requests, *, delays: Delays | None = None, needs_deployment: bool = False) -> None:
        """``needs_deployment``: it acts only while its Deployment in flux-system is available."""
        super().__init__(connection, delays=delays)
        self._needs_deployment = needs_deployment
        self._applier = Applier(self.api, Kinds(connection))
        self._events = Recorder(self.api, self.delays, self.name)
        self._runs: dict[str, _Run] = {}
        self._done: dict[str, _Run] = {}
        self._built: dict[tuple[str, str], Sequence[Json]] = {}

    def act(self) -> None:
        """Brings every Kustomization one step on."""
        found = self.api.list(res.KUSTOMIZATIONS)
        if not found or not self._deployed():
            return
        known = {(text(item, "metadata", "namespace"), text(item, "metadata", "name")): item for item in found}
        for kustomization in found:
            if is_deleted(kustomization):
                self._finalize(kustomization)
            elif not truth(kustomization, "spec", "suspend"):
                self._reconcile(kustomization, known)

    def _deployed(self) -> bool:
        return not self._needs_deployment or deployment_ready(self.api.get(res.DEPLOYMENTS, NAMESPACE, self.name))

    def _finalize(self, kustomization: Json) -> None:
        """Deletes what it has applied, and lets it go."""
        finalizers = list(sequence(kustomization, "metadata", "finalizers"))
        if FINALIZER not in finalizers:
            return
        if truth(kustomization, "spec", "prune") and not truth(kustomization, "spec", "suspend"):
            self._applier.prune(kustomization, entries_of(kustomization))
        left = [item for item in finalizers if item != FINALIZER]
        self.api.patch(res.KUSTOMIZATIONS, kustomization, {"metadata": {"finalizers": left}})

    def _reconcile(self, kustomization: Json, known: Mapping[tuple[str, str], Json]) -> None:
        finalizers = list(sequence(kustomization, "metadata", "finalizers"))
        if FINALIZER not in finalizers:
            changes = {"metadata": {"finalizers": [*finalizers, FINALIZER]}}
            kustomization = self.api.patch(res.KUSTOMIZATIONS, kustomization, changes)
        uid, source = text(kustomization, "metadata", "uid"), self._source(kustomization)
        artifact = mapping(source, "status", "artifact")
        generation = integer(kustomization, "metadata", "generation")
        mark = (generation, words.requested(kustomization), text(artifact, "revision"))
        run = self._runs.get(uid)
        if run is not None and run.mark == mark:
            self._go_on(kustomization, run)
        elif run is not None or self._is_due(kustomization, mark):
            self._begin(kustomization, mark, source, known)

    def _is_due(self, kustomization: Json, mark: tuple[object, ...]) -> bool:
        uid = text(kustomization, "metadata", "uid")
        done = self._done.get(uid)
        if done is None or done.mark != mark:
            return True
        conditions = sequence(kustomization, "status", "conditions")
        reason = next((text(item, "reason") for item in conditions if text(item, "type") == "Ready"), "")
        key = ("next", uid, done.number)
        if reason == "DependencyNotReady" or not text(done.artifact, "revision"):
            return self.delays.took(key, _REQUEUE)
        interval = text(kustomization, "spec", "interval", default="1m")
        if not has_condition(kustomization, "Ready"):
            interval = text(kustomization, "spec", "retryInterval") or interval
        return self.delays.elapsed(key, pause(interval))

    def _source(self, kustomization: Json) -> Json | None:
        reference = mapping(kustomization, "spec", "sourceRef")
        if text(reference, "kind") != res.GITREPOSITORIES.kind:
            return None
        namespace = text(reference, "namespace") or text(kustomization, "metadata", "namespace")
        return self.api.get(res.GITREPOSITORIES, namespace, text(reference, "name"))

    def _begin(
        self, kustomization: Json, mark: tuple[object, ...], source: Json | None, known: Mapping[tuple[str, str], Json]
    ) -> None:
        uid, artifact = text(kustomization, "metadata", "uid"), mapping(source, "status", "artifact")
        done = self._done.get(uid)
        quiet = done is not None and done.mark == mark and has_condition(kustomization, "Ready")
        run = _Run(mark, done.number + 1 if done else 1, artifact, quiet)
        reason, message = "ArtifactFailed", ""
        if source is None:
            reference = mapping(kustomization, "spec", "sourceRef")
            message = f"Source '{text(reference, 'kind')}/{text(reference, 'name')}' not found"
        elif not artifact:
            message = "Source artifact not found, retrying in 5s"
        elif behind := unmet(kustomization, run.revision, known):
            reason, message = "DependencyNotReady", behind
        if message:
            self._end(uid, run)
            self.api.set_status(res.KUSTOMIZATIONS, kustomization, words.waiting(kustomization, reason, message))
            return
        self._runs[uid] = run
        if not quiet:
            said = f"Building manifests for revision {run.revision} with a timeout of {timeout(kustomization)}"
            self.api.set_status(res.KUSTOMIZATIONS, kustomization, words.progressing(kustomization, said))
        self.delays.look_again(0)

    def _go_on(self, kustomization: Json, run: _Run) -> None:
        uid = text(kustomization, "metadata", "uid")
        if run.entries is None:
            if not run.quiet and not self.delays.took(("build", uid, run.number), _WORK):
                return
            self._apply(kustomization, run)
        else:
            self._check(kustomization, run)

    def _apply(self, kustomization: Json, run: _Run) -> None:
        try:
            manifests = self._manifests(kustomization, run.artifact)
        except ArtifactError as error:
            self._fail(kustomization, run, "ArtifactFailed", str(error))
            return
        except BuildError as error:
            self._fail(kustomization, run, "BuildFailed", str(error))
            return
        try:
            entries = self._applier.apply(kustomization, manifests)
        except ApplyError as error:
            self._fail(kustomization, run, "ReconciliationFailed", str(error))
            return
        run.entries = entries
        if truth(kustomization, "spec", "prune"):
            self._applier.prune(kustomization, set(entries_of(kustomization)) - set(entries))
        inventory: dict[str, object] = {"inventory": words.listed(entries), "lastAttemptedRevision": run.revision}
        if not checked(kustomization, entries):
            self._succeed(kustomization, run, "")
            return
        if not run.quiet:
            said = f"Running health checks for revision {run.revision} with a timeout of {timeout(kustomization)}"
            inventory |= words.progressing(kustomization, said, checks=True)
        self.api.set_status(res.KUSTOMIZATIONS, kustomization, inventory)
        self._check(kustomization, run)

    def _manifests(self, kustomization: Json, artifact: Json) -> Sequence[Json]:
        path = text(kustomization, "spec", "path") or "./"
        key = (text(artifact, "digest"), path)
        if key not in self._built:
            files = fetch(artifact)
            if not has_path(files, path):
                raise ArtifactError(f"kustomization path not found: {path}: no such file or directory")
            self._built = {known: built for known, built in self._built.items() if known[0] == key[0]}
            self._built[key] = build(files, path)
        namespace = text(kustomization, "spec", "targetNamespace")
        if not namespace:
            return self._built[key]
        return [{**obj, "metadata": {**mapping(obj, "metadata"), "namespace": namespace}} for obj in self._built[key]]

    def _check(self, kustomization: Json, run: _Run) -> None:
        """Looks at the health of what was applied."""
        entries = checked(kustomization, run.entries or ())
        states = {entry: status_of(entry, self._applier.find(entry)) for entry in entries}
        behind = ", ".join(f"{entry.said} status: '{state}'" for entry, state in states.items() if state != CURRENT)
        key = ("checks", text(kustomization, "metadata", "uid"), run.number)
        late = self.delays.elapsed(key, pause(timeout(kustomization)))
        taken = self.delays.age(key)
        if not behind:
            self._succeed(kustomization, run, duration(taken))
        elif FAILED in states.values():
            said = f"health check failed after {duration(taken)}: failed early due to stalled resources: [{behind}]"
            self._fail(kustomization, run, "HealthCheckFailed", said)
        elif late:
            said = f"health check failed after {duration(taken)}: timeout waiting for: [{behind}]"
            self._fail(kustomization, run, "HealthCheckFailed", said)
        elif run.quiet and not has_condition(kustomization, "Reconciling"):
            said = f"Running health checks for revision {run.revision} with a timeout of {timeout(kustomization)}"
            status = words.progressing(kustomization, said, checks=True)
            self.api.set_status(res.KUSTOMIZATIONS, kustomization, status)

    def _succeed(self, kustomization: Json, run: _Run, taken: str) -> None:
        self._end(text(kustomization, "metadata", "uid"), run)
        if run.quiet and has_condition(kustomization, "Ready"):
            return
        status = words.applied(kustomization, run.revision, taken)
        status["inventory"] = words.listed(run.entries or ())
        self.api.set_status(res.KUSTOMIZATIONS, kustomization, status)

    def _fail(self, kustomization: Json, run: _Run, reason: str, message: str) -> None:
        self._end(text(kustomization, "metadata", "uid"), run)
        status = words.failed(kustomization, reason, message)
        status["lastAttemptedRevision"] = run.revision
        self.api.set_status(res.KUSTOMIZATIONS, kustomization, status)
        self._events.warn(res.KUSTOMIZATIONS, kustomization, reason, message)

    def _end(self, uid: str, run: _Run) -> None:
        self._runs.pop(uid, None)
        self._done[uid] = run
        self.delays.age(("next", uid, run.number))
