"""Plays the Job controller: pods until as many have succeeded as are asked for, or too many have failed."""

from __future__ import annotations

from collections.abc import Sequence

from runners.demo.actors import resources as res
from runners.demo.actors.api import condition
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import (
    by_controller,
    has_condition,
    is_active,
    is_deleted,
    is_ready,
    pod_of,
    suffix,
)
from runners.demo.actors.times import now
from runners.layers.jsons import Json, integer, mapping, text, truth


class JobController(Actor):
    """Runs Jobs."""

    name = "job-controller"

    def act(self) -> None:
        """Brings every Job one step on."""
        jobs = [job for job in self.api.list(res.JOBS) if not is_deleted(job) and not _is_done(job)]
        owned = by_controller(self.api.list(res.PODS)) if jobs else {}
        for job in jobs:
            if not truth(job, "spec", "suspend"):
                self._bring_on(job, owned.get(text(job, "metadata", "uid"), []))

    def _bring_on(self, job: Json, pods: Sequence[Json]) -> None:
        active = [pod for pod in pods if is_active(pod)]
        succeeded, failed = (
            sum(text(pod, "status", "phase") == phase for pod in pods) for phase in ("Succeeded", "Failed")
        )
        complete = succeeded >= integer(job, "spec", "completions", default=1)
        given_up = failed > integer(job, "spec", "backoffLimit", default=6)
        if not (complete or given_up or active):
            active.append(self._make(job))
        status: dict[str, object] = {
            "startTime": text(job, "status", "startTime") or now(),
            "active": len(active) or None,
            "ready": sum(map(is_ready, active)),
            "succeeded": succeeded or None,
            "failed": failed or None,
        }
        if complete:
            met = "Reached expected number of succeeded pods"
            kinds = ("SuccessCriteriaMet", "Complete")
            status["conditions"] = [condition(kind, True, "CompletionsReached", met) for kind in kinds]
            status["completionTime"] = now()
        elif given_up:
            message = "Job has reached the specified backoff limit"
            kinds = ("FailureTarget", "Failed")
            status["conditions"] = [condition(kind, True, "BackoffLimitExceeded", message) for kind in kinds]
        self.api.set_status(res.JOBS, job, status)

    def _make(self, job: Json) -> Json:
        name, uid = text(job, "metadata", "name"), text(job, "metadata", "uid")
        labels = {
            "job-name": name,
            "batch.kubernetes.io/job-name": name,
            "controller-uid": uid,
            "batch.kubernetes.io/controller-uid": uid,
        }
        pod = pod_of(res.JOBS, job, f"{name}-{suffix()}", labels)
        policy = text(job, "spec", "template", "spec", "restartPolicy", default="Never")
        return self.api.ensure(res.PODS, {**pod, "spec": {**mapping(pod, "spec"), "restartPolicy": policy}}, None)


def _is_done(job: Json) -> bool:
    return has_condition(job, "Complete") or has_condition(job, "Failed")
