"""What nobody foresaw in a worker: said on the screen, so that nothing looks for ever as if it were still at it."""

from __future__ import annotations

from textual.worker import Worker, WorkerState


def failure(event: Worker.StateChanged) -> str:
    """One line for a worker that failed, empty for every other; the error's own text may hold anything, so not that."""
    if event.state is not WorkerState.ERROR:
        return ""
    return f"Bedplate itself failed: {type(event.worker.error).__name__} in {event.worker.description}"
