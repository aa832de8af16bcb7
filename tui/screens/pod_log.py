"""The log of a pod, container by container, followed while the screen is there."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from runners.cluster.connection import Connection
from runners.cluster.errors import ApiError
from runners.cluster.objects import get
from runners.cluster.pod_log import PodLog, Wanted
from runners.layers.kinds.base import Row
from runners.layers.kinds.pods import PODS, containers
from tui.screens.reading import ReadingScreen
from widgets.hints import Hint

_OTHERS = "a pod's other containers"


class PodLogScreen(ReadingScreen):
    """Its reading ends with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "container(1)", "Next container", show=False, tooltip=_OTHERS),
        Binding("left_square_bracket", "container(-1)", "Previous container", show=False, tooltip=_OTHERS),
        Binding("p", "previous", "Previous", show=False, tooltip="a container's life before, and back"),
        Binding("ctrl+r", "reload", "Reload", show=False, tooltip="read it again"),
    ]

    HINTS = (Hint("[ ]", "container"), Hint("p", "previous"), Hint("s", "autoscroll"), Hint("^r", "again"))

    def __init__(self, connection: Connection, pod: Row) -> None:
        """Takes the pod's row; which containers it has is asked first."""
        super().__init__(f"{pod.namespace}/{pod.name}")
        self._connection = connection
        self._pod = pod
        self._containers: tuple[str, ...] = ()
        self._at = 0
        self._previous = False
        self._log: PodLog | None = None

    def on_mount(self) -> None:
        """Asks which containers there are."""
        self._say("which containers are there?")
        self.fetch(self._names, self._begin, self._failed)

    def forget(self) -> None:
        """Ends the reading too, from whichever end it comes."""
        super().forget()
        if self._log is not None:
            self._log.stop()

    def action_container(self, step: int) -> None:
        """Turns to another container of the pod."""
        if len(self._containers) > 1:
            self._at = (self._at + step) % len(self._containers)
            self._follow()

    def action_previous(self) -> None:
        """Turns to what the container wrote before it was started anew, and back."""
        self._previous = not self._previous
        self.action_reload()

    def action_reload(self) -> None:
        """Begins again."""
        if self._containers:
            self._follow()
        else:
            self.fetch(self._names, self._begin, self._failed)

    def _names(self) -> str:
        return "\n".join(containers(get(self._connection, PODS, self._pod.namespace, self._pod.name)))

    def _begin(self, names: str) -> None:
        self._containers = tuple(names.split("\n"))
        self._follow()

    def _follow(self) -> None:
        # The pane is looked up here: the thread that reads may come when the screen has none any more.
        bridge, pane = self.renew_bridge(), self.pane
        pane.clear()
        self._say("of its life before" if self._previous else "following")
        wanted = Wanted(self._pod.namespace, self._pod.name, self._containers[self._at], self._previous)
        self._log = PodLog(
            self._connection,
            wanted,
            lambda chunk: bridge.post(partial(pane.append, chunk)),
            lambda why: bridge.post(partial(self._ended, why)),
        )
        self._log.start()

    def _ended(self, why: ApiError | None) -> None:
        self._say("ended" if why is None else "broken off")
        if why is not None:
            self.pane.wrap = True
            self.pane.append(f"✖ {why}\n")
        elif not self.pane.line_count:
            self.pane.append("nothing was written\n")

    def _failed(self, words: str) -> None:
        self.pane.wrap = True
        self._say("can't be read")
        self.pane.append(f"✖ {words}\n")

    def _say(self, state: str) -> None:
        names = self._containers
        which = f" · {names[self._at]}" if names else ""
        count = f" {self._at + 1}/{len(names)}" if len(names) > 1 else ""
        self.pane.heading = f"{self._heading}{which}{count} ─ {state}"
