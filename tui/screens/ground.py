"""What every screen has: the word DEMO where it is one, and a calm word where the terminal is too small."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.screen import Screen

from runners.cluster.store import Store
from runners.layers.kinds.base import Key
from runners.layers.runs import RunRecord
from tui.events import Face, RowAsked
from widgets.banner import Banner
from widgets.room import LEAST_HEIGHT, LEAST_WIDTH, LOW, NARROW
from widgets.too_small import TooSmall

Answer = TypeVar("Answer")


class Ground(Screen[Answer], Generic[Answer]):
    """A screen of this program."""

    # Textual's annotation hides from mypy that these are class variables.
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-tight"),
        (LEAST_WIDTH, "-narrow"),
        (NARROW, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [  # type: ignore[misc]
        (0, "-flat"),
        (LEAST_HEIGHT, "-low"),
        (LOW, "-high"),
    ]

    @property
    def is_there(self) -> bool:
        """Is it still shown? Textual takes a screen's widgets away before the screen hears that it goes, and what
        comes from a thread in between finds none of them."""
        return self.is_attached and self in self.app.screen_stack

    @property
    def meant_run(self) -> RunRecord | None:
        """The run that a person looks at here, if any: an interrupt means that one."""
        return None

    def open_key(self, store: Store, key: Key, face: Face = Face.DESCRIPTION) -> None:
        """Shows one side of the row that a key names, or says that it is gone."""
        row = store.get(key)
        if row is not None:
            self.post_message(RowAsked(row, face))
        else:
            self.notify(f"{key[2]} is not there any more", markup=False)

    def on_mount(self) -> None:
        """Puts both over whatever the screen shows."""
        self.mount(Banner("REHEARSAL" if self.app.has_class("-rehearsal") else "DEMO"), TooSmall())
