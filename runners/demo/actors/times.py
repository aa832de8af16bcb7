"""Times as the API writes them, and durations as Flux does."""

from __future__ import annotations

from datetime import UTC, datetime

from runners.layers.durations import seconds


def now() -> str:
    """This moment, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def pause(written: str) -> float:
    """Seconds of a duration such as ``1m30s``; a minute where it is none."""
    return seconds(written) or 60.0


def duration(value: float) -> str:
    """Seconds as Go writes them: ``1m30s``."""
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s" if minutes else f"{rest}s"
