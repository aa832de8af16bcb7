"""A line that is typed into, quiet on the wire: nothing in it blinks."""

from __future__ import annotations

from textual.reactive import reactive
from textual.widgets import Input


class Field(Input):
    """One line; its cursor stands still, since each blink is sent over the line, however bad that is."""

    cursor_blink = reactive(False, init=False)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, compact=True, select_on_focus=False)
