"""A screen that lies on the overview and follows the cluster as that does."""

from __future__ import annotations

from runners.layers.picture import Picture
from tui.screens.once import LeavesOnce
from widgets.header import HeaderFacts


class FollowingScreen(LeavesOnce[None]):
    """Is shown every picture for as long as it is there."""

    def show_picture(self, picture: Picture, header: HeaderFacts) -> None:
        """Shows what is said at a moment."""
        raise NotImplementedError
