"""A few lines that can't be overlooked: something got worse in the middle of a change."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from runners.layers.alarms import Alarm
from widgets.safe import plain


class AlarmBanner(Widget):
    """Stands above everything else until it is acknowledged, and is not there otherwise."""

    DEFAULT_CSS = """
    AlarmBanner {
        height: auto;
        max-height: 3;
        padding: 0 1;
        background: $error;
        color: $text;
        text-style: bold;
        display: none;
        &.-raised { display: block; }
    }
    """

    alarms: reactive[tuple[Alarm, ...]] = reactive((), layout=True)
    """What is wrong, the worst first."""

    def watch_alarms(self, alarms: tuple[Alarm, ...]) -> None:
        """Comes and goes."""
        self.set_class(bool(alarms), "-raised")

    def render(self) -> Content:
        """The worst first; whose volumes they are as far as there is room."""
        return Content(plain("ALARM (! when seen): " + "; ".join(map(_words, self.alarms))))


def _words(alarm: Alarm) -> str:
    found = alarm.finding
    return f"{found.subject} {found.text} → {found.remedy}: {alarm.names}"
