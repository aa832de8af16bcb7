"""``bedplate check``: the same picture as the screen's, printed for people or as JSON."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator

from runners.layers.findings import Finding, Severity, worst
from runners.layers.freshness import Reach
from runners.layers.outside_text import harmless
from runners.layers.picture import ComponentState, Layer, Picture
from runners.layers.verdicts import Verdict
from runners.session import Session
from tui.check_data import as_data

HEALTHY, NOT_HEALTHY, CANT_TELL = 0, 1, 3

PATIENCE = 15.0
"""Seconds that a cluster is given to answer before the verdict is that nothing can be said."""

PATIENCE_FOR_A_LOGIN = 90.0
"""The same once a credential plugin has asked a person for something."""

_SHOWN = Severity.NOTE


def check(session: Session, *, as_json: bool, wait: float) -> int:
    """Watches until there is an answer, prints it, and returns the exit code.

    Args:
        session: not started yet; it is stopped in the end.
        as_json: print one JSON object instead of lines.
        wait: seconds to wait until everything is healthy.
    """
    with settled(session, wait) as latest:
        code = exit_code(latest)
        if as_json:
            text = json.dumps(as_data(latest, code, session.watches.kinds), indent=2)
        else:
            text = harmless("\n".join(as_lines(latest)))
    # At once, so that a reader who is gone is met here and not at the interpreter's end.
    print(text, flush=True)
    return code


@contextlib.contextmanager
def settled(session: Session, wait: float = 0.0) -> Iterator[Picture]:
    """The first picture that says all there is to say, of a session that is started here and stopped afterwards."""
    came, asked = threading.Event(), threading.Event()
    session.subscribe(lambda _picture: came.set())

    def said(line: str) -> None:
        # A login link is of no use after the patience has run out.
        asked.set()
        print(f"bedplate: {harmless(line)}", file=sys.stderr, flush=True)

    session.plugin_said = said
    session.start()
    try:
        yield _await(session, came, asked, wait)
    finally:
        session.stop()


def _await(session: Session, came: threading.Event, asked: threading.Event, wait: float) -> Picture:
    started = time.monotonic()
    while True:
        has_looked = session.has_looked  # before: the picture has all that was found by then
        latest = session.take_picture()
        waited = time.monotonic() - started
        answered = latest.identity is not None and latest.freshness.reach is not Reach.LOADING
        loading = any(_is_loading(state) for state in latest.components)
        settled = answered and not loading and has_looked
        if settled and (exit_code(latest) == HEALTHY or waited >= wait):
            return latest
        # Who says how long means it, however little that is.
        patience = wait or PATIENCE
        if waited >= (max(PATIENCE_FOR_A_LOGIN, wait) if asked.is_set() else patience):
            return latest
        came.wait(0.5)
        came.clear()


def _is_loading(state: ComponentState) -> bool:
    return any(finding.text == Reach.LOADING.value for finding in state.findings)


def exit_code(picture: Picture) -> int:
    """0 when all is healthy, 1 when something is not, 3 when nothing is known to be wrong but something is unknown.

    One layer with its hand in the other is not healthy; what would not survive is no illness of what is there.
    """
    verdicts = {state.verdict for state in picture.components}
    trespasses = worst(picture.boundary) is Severity.BLOCKER
    if verdicts - {Verdict.HEALTHY, Verdict.UNKNOWN} or trespasses:
        return NOT_HEALTHY
    if Verdict.UNKNOWN in verdicts or picture.identity is None or not picture.layer(Layer.FOUNDATION):
        return CANT_TELL
    return HEALTHY


def as_lines(picture: Picture) -> list[str]:
    """The picture for people: a line a component, and what speaks against it below."""
    identity = picture.identity
    lines = [
        f"{identity.context}  {identity.server}  {identity.version}  {picture.nodes_ready}/{picture.nodes} nodes ready"
        if identity
        else "the cluster has not answered"
    ]
    width = max((len(state.name) for state in picture.components), default=0)
    for layer in Layer:
        lines += ["", layer.value.capitalize() if layer is Layer.FOUNDATION else "GitOps"]
        for state in picture.layer(layer):
            known = f"  {state.version}" if state.version else ""
            lines.append(f"  {state.verdict.symbol} {state.name:{width}}  {state.verdict.value}{known}")
            lines += [f"      {line}" for line in _finding_lines(state.findings)]
    lines += ["", *_section("Boundary", "" if picture.boundary else "clean", picture.boundary)]
    if picture.preflight:
        lines += ["", *_section("Preflight", "", picture.preflight)]
    survival = picture.survival
    if survival.words(picture.at) or survival.findings:
        lines += ["", *_section("Survival", survival.words(picture.at), survival.findings)]
    if picture.unplaced:
        lines += ["", *_finding_lines(picture.unplaced)]
    return lines


def _section(name: str, words: str, findings: tuple[Finding, ...]) -> list[str]:
    said = f"{name}  {words}" if words else name
    return [said, *(f"  {line}" for line in _finding_lines(findings))]


def _finding_lines(findings: tuple[Finding, ...]) -> list[str]:
    shown = [finding for finding in findings if finding.severity >= _SHOWN]
    return [
        f"{finding.severity.symbol} {finding.subject}: {finding.text}"
        + (f"  → {finding.remedy}" if finding.remedy else "")
        for finding in shown
    ]
