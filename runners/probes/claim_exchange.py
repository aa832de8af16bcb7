"""One claim, a pod that writes to it and a second one that reads: made, watched to their end, and taken away again."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace

from runners.cluster.errors import ApiError, Forbidden
from runners.layers.claim_probe import objects
from runners.layers.claim_probe.images import choose_image
from runners.layers.claim_probe.objects import NAMESPACE, Trial
from runners.layers.claim_probe.sights import Ended, Seen, ended, waits_for
from runners.layers.jsons import Json, text
from runners.layers.kinds.base import age
from runners.layers.probes import Answer, Outcome
from runners.probes.claim_cleaning import CLAIMS, HOME, PODS, Cleaner
from runners.probes.hands import Hands

_NAMESPACES = "/api/v1/namespaces"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that are waited for one thing before it is said that it does not come."""

    pod: float = 180.0
    """For a pod to have done its part: its claim bound, its image pulled, its volume attached."""
    namespace: float = 60.0
    """For the namespace to be ready for pods."""
    gone: float = 120.0
    """For everything to be gone that was made."""


class _Stopped(Exception):  # noqa: N818  it carries an answer
    def __init__(self, outcome: Outcome, words: str) -> None:
        super().__init__(words)
        self.outcome = outcome


def exchange(cluster: Hands, trial: Trial, patience: Patience | None = None) -> Answer:
    """Carries out one probe; whatever becomes of it, what it made is taken away, as far as the cluster lets it.

    Raises:
        ApiError: what an earlier probe left can't be looked for.
    """
    one = _Exchange(cluster, trial, patience or Patience())
    began = time.monotonic()
    one.clear()
    try:
        one.make_ready()
        one.write()
        one.read_back()
        took = age(time.monotonic() - began)
        words = f"a claim on {trial.storage_class}: written by one pod, read by another"
        answer = Answer(Outcome.WORKED, f"{words}, in {took}")
    except _Stopped as stopped:
        answer = Answer(stopped.outcome, str(stopped))
    except ApiError as error:
        answer = Answer(Outcome.NOT_ASKED, str(error))
    finally:  # also when it is interrupted
        left = one.clean_up()
    return replace(answer, remarks=left)


class _Exchange:
    """The objects of one probe, from before they are made until they are gone."""

    def __init__(self, cluster: Hands, trial: Trial, patience: Patience) -> None:
        self._cluster, self._trial, self._patience = cluster, trial, patience
        self._cleaner = Cleaner(cluster, patience.gone)

    def clear(self) -> None:
        """Takes away what an earlier probe left that was killed."""
        for name in self._cleaner.leftovers():
            self._cluster.say(f"an earlier probe left {name}: it is removed")
        self._cleaner.clean()

    def make_ready(self) -> None:
        """Makes the namespace, and chooses the image."""
        self._cleaner.wait_for_namespace()
        if self._cluster.find(HOME) is None:
            self._cluster.make(_NAMESPACES, objects.namespace())
        self._wait_for_account()
        if not self._trial.image:
            chosen = choose_image(self._nodes())
            self._trial = replace(self._trial, image=chosen.image)
            self._cluster.say(f"image {chosen.image}: {chosen.why}")
        self._cluster.make(CLAIMS, objects.claim(self._trial))
        self._cluster.say(f"claim {NAMESPACE}/{self._trial.claim} of StorageClass {self._trial.storage_class} is made")

    def write(self) -> None:
        """The first pod writes the nonce, and is gone again."""
        found = self._run(objects.writer(self._trial), "writing")
        if found.message != self._trial.nonce:
            raise _Stopped(Outcome.FAILED, f"the pod wrote a nonce and then found {_quoted(found.message)}")
        self._cleaner.remove_pod(self._trial.writer)

    def read_back(self) -> None:
        """The second pod, which was not told the nonce, says what it finds."""
        found = self._run(objects.reader(self._trial), "reading")
        if found.message != self._trial.nonce:
            text_found = _quoted(found.message)
            raise _Stopped(Outcome.FAILED, f"what the second pod read is not what was written: {text_found}")

    def clean_up(self) -> tuple[str, ...]:
        """Takes everything away; says what it had to leave behind."""
        try:
            return self._cleaner.clean(whole=True)
        except ApiError as error:
            return (f"what it made may be left in namespace {NAMESPACE}, until the next probe: {error}",)

    def _run(self, pod: Json, doing: str) -> Ended:
        """Makes a pod and waits for its end; an exit code other than 0 is one too bad."""
        name = text(pod, "metadata", "name")
        self._cluster.make(PODS, pod)
        began, said = time.monotonic(), ""
        while True:
            seen = self._look(name)
            done = ended(seen.pod)
            if done is not None:
                self._cluster.say(f"pod {name}: exit code {done.code}, says {_quoted(done.message)}")
                if done.code != 0:
                    raise _Stopped(Outcome.FAILED, f"{doing} failed, exit code {done.code}: {_why(done)}")
                return done
            wait = waits_for(seen)
            if wait.text != said:
                said = wait.text
                self._cluster.say(f"pod {name}: {said}")
            if wait.hopeless or time.monotonic() - began > self._patience.pod:
                raise _Stopped(wait.outcome, f"{doing}: {wait.text}, after {age(time.monotonic() - began)}")
            self._cluster.pause()

    def _look(self, pod: str) -> Seen:
        found = self._cluster.find(f"{PODS}/{pod}")
        if found is None:
            raise _Stopped(Outcome.NOT_ASKED, f"somebody deleted pod {NAMESPACE}/{pod} meanwhile")
        return Seen(self._cluster.find(f"{CLAIMS}/{self._trial.claim}") or {}, found, self._events())

    def _events(self) -> list[Json]:
        try:
            return list(self._cluster.items(f"{HOME}/events"))
        except Forbidden:
            return []  # then its reason stays unsaid

    def _nodes(self) -> list[Json]:
        try:
            return list(self._cluster.items("/api/v1/nodes"))
        except Forbidden:
            return []

    def _wait_for_account(self) -> None:
        """A namespace that is new takes no pods before its ServiceAccount is there."""
        until = time.monotonic() + self._patience.namespace
        with suppress(Forbidden):  # then it shows when the pod is made
            while self._cluster.find(f"{HOME}/serviceaccounts/default") is None:
                if time.monotonic() > until:
                    words = f"namespace {NAMESPACE} gets no ServiceAccount, and without one no pod can be made"
                    raise _Stopped(Outcome.NOT_ASKED, words)
                self._cluster.pause()


def _quoted(message: str) -> str:
    return f"“{message[:80]}”" if message else "nothing"


def _why(done: Ended) -> str:
    return done.message or done.reason or "it gives no reason"
