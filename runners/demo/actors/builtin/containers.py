"""Plays the programs in containers, as far as they can be heard: a few lines of log when they start and are ready."""

from __future__ import annotations

from collections.abc import Callable

from runners.demo.actors import resources as res
from runners.demo.actors.api import Requests
from runners.demo.actors.base import Actor
from runners.demo.actors.builtin.owned import is_ready
from runners.demo.actors.delays import Delays
from runners.demo.actors.times import now
from runners.layers.jsons import Json, sequence, text

Say = Callable[[str, str, str], None]
"""Takes namespace, pod and a piece of its log."""


class Containers(Actor):
    """The programs of every pod."""

    name = "containers"

    def __init__(self, connection: Requests, say: Say, *, delays: Delays | None = None) -> None:
        """Takes where their logs go."""
        super().__init__(connection, delays=delays)
        self._say = say
        self._said: set[tuple[str, str]] = set()

    def act(self) -> None:
        """Lets every pod say what it has not said yet."""
        pods = self.api.list(res.PODS)
        for pod in pods:
            if text(pod, "status", "phase") == "Running":
                self._once(pod, "starting")
                if is_ready(pod):
                    self._once(pod, "ready")
        there = {text(pod, "metadata", "uid") for pod in pods}
        self._said = {(uid, word) for uid, word in self._said if uid in there}

    def _once(self, pod: Json, word: str) -> None:
        said = (text(pod, "metadata", "uid"), word)
        if said in self._said:
            return
        self._said.add(said)
        node = text(pod, "spec", "nodeName")
        for container in sequence(pod, "spec", "containers"):
            line = f'{now()} level=info msg="{word}" program={text(container, "name")} image={text(container, "image")}'
            self._say(text(pod, "metadata", "namespace"), text(pod, "metadata", "name"), f"{line} node={node}\n")
