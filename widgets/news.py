"""What was said in passing goes when a question comes, so that it does not lie over its buttons."""

from __future__ import annotations

from textual.app import App


def clear_news(app: App[object]) -> None:
    """Takes it away; where a warning or an error is among it all stays, for that is said nowhere else."""
    shown = app._notifications  # noqa: SLF001  Textual has no other way to see what is said now
    if all(each.severity == "information" for each in shown):
        app.clear_notifications()
