"""A line or two that can't be overlooked: something got worse in the middle of a change."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from runners.layers.findings import Finding
from widgets.safe import plain


class Alarm(Widget):
    """Stands above everything else until it is acknowledged, and is not there otherwise."""

    DEFAULT_CSS = """
    Alarm {
        height: auto;
        max-height: 2;
        background: $error;
        color: $text;
        text-style: bold;
        display: none;
        &.-raised { display: block; }
    }
    """

    findings: reactive[tuple[Finding, ...]] = reactive(())
    """What is wrong, the worst first."""

    def watch_findings(self, findings: tuple[Finding, ...]) -> None:
        """Comes and goes."""
        self.set_class(bool(findings), "-raised")

    def render(self) -> Content:
        """The worst first; the remedy as far as there is room."""
        words = [f"{each.severity.symbol} ALARM {each.subject} {each.text}" for each in self.findings]
        remedy = f" → {self.findings[0].remedy}" if self.findings and self.findings[0].remedy else ""
        return Content(plain(f" [! seen] {'; '.join(words)}{remedy}"))
