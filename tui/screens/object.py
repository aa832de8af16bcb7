"""One object, seen in three ways: what describes it, its YAML, and the events about it; read when it is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from runners.cluster.connection import Connection
from runners.cluster.objects import events_about, get
from runners.layers.kinds import AnyKind
from runners.layers.kinds.base import Row
from runners.layers.object_text import as_yaml, coloured, description, event_lines
from tui.events import Face
from tui.screens.reading import ReadingScreen
from tui.texts import object_name, row_text
from widgets.hints import Hint


class ObjectScreen(ReadingScreen):
    """Nothing of it is watched: ctrl+r reads it again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "face('describe')", "Describe", show=False, tooltip="every column, labels, conditions"),
        Binding("y", "face('yaml')", "YAML", show=False, tooltip="the object as the server has it"),
        Binding("e", "face('events')", "Events", show=False, tooltip="what happened to this object"),
        Binding("ctrl+r", "reload", "Reload", show=False, tooltip="read it again"),
    ]

    HINTS = (Hint("d", "describe"), Hint("y", "yaml"), Hint("e", "events"), Hint("^r", "reload"))

    def __init__(
        self,
        connection: Connection,
        kind: AnyKind,
        row: Row,
        face: Face,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Takes the object's kind and row, what is shown of it at first, and the present time."""
        super().__init__(object_name(kind, row))
        self._connection = connection
        self._kind = kind
        self._row = row
        self._face = face
        self._clock = clock

    def on_mount(self) -> None:
        """Begins to read."""
        self.action_reload()

    def action_face(self, name: str) -> None:
        """Turns to another side of the object."""
        self._face = Face(name)
        self.action_reload()

    def action_reload(self) -> None:
        """Reads it now."""
        self.pane.wrap = self._face is not Face.YAML
        self._show("reading…", self._known)
        self.fetch(partial(self._read, self._face), self._came, self._failed)

    @property
    def _known(self) -> str:
        """What can be said without asking."""
        return row_text(self._kind, self._row, self._clock()) if self._face is Face.DESCRIPTION else ""

    def _came(self, text: str) -> None:
        self._show("", "\n".join(part for part in (self._known, text) if part))

    def _failed(self, words: str) -> None:
        self.pane.wrap = True
        self._show("can't be read", "\n\n".join(part for part in (self._known, f"✖ {words}") if part))

    def _show(self, remark: str, text: str) -> None:
        self._heading = f"{self._face.value} {object_name(self._kind, self._row)}"
        self.pane.show(text, f"{self._heading} ─ {remark}" if remark else self._heading)

    def _read(self, face: Face) -> str:
        """Asks the server; on a thread of its own."""
        row = self._row
        if face is Face.EVENTS:
            lines = event_lines(events_about(self._connection, self._kind.singular, row), self._clock())
            return "\n".join(lines) or "no events about it; a cluster forgets them after an hour"
        found = get(self._connection, self._kind, row.namespace, row.name)
        return coloured(as_yaml(found)) if face is Face.YAML else description(found, self._clock())
