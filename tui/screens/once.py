"""Leaving a screen once: on a slow line a key comes twice, and the second must not meet the screen below."""

from __future__ import annotations

from typing import Generic

from tui.screens.ground import Answer, Ground


class LeavesOnce(Ground[Answer], Generic[Answer]):
    """A screen that can be left by several keys, of which only the first one counts."""

    _has_left = False

    def leave(self, answer: Answer | None = None) -> None:
        """Hands the answer to whoever opened the screen; a second call does nothing.

        Textual takes a screen away with its next turn, so until then it still gets keys.
        """
        if not self._has_left:
            self._has_left = True
            self.dismiss(answer)
