"""``bedplate rehearse``: what a person's own recovery would miss, and that recovery walked on a played cluster."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from runners.demo.homelab import ACCESS_KEY
from runners.demo.launch import Demo, DemoError
from runners.demo.place import Place
from runners.demo.rehearsal.making import Material, make_setting, rehearsed_settings
from runners.journal import Journal
from runners.layers.findings import Finding
from runners.layers.gitops_settings import TOKEN_VARIABLES
from runners.layers.identity import Identity
from runners.layers.outside_text import harmless
from runners.layers.picture import Picture
from runners.layers.rehearsal.missing import Facts, is_missing, missing_at_steps, what_is_missing
from runners.options import Rehearsing
from runners.rehearsals import Record, Rehearsed
from runners.rehearsing import read_for_rehearsal
from runners.session import Session
from runners.tools.private_files import state_home
from tui.demo import pace
from tui.screens.rehearsal import RehearsalScreen, missing_words
from tui.sessions import make_session
from tui.start import open_screen

NOTHING_MISSING, MISSING = 0, 1
_GUIDE = "A rehearsal on a played cluster, after your disaster: w, then ↵ on Recover"


def rehearse(
    walkthrough: str, repository: Path, sheet: Path | None, environ: Mapping[str, str], *, on_a_screen: bool
) -> int:
    """Says what would be missing and walks it, or prints that alone; returns the exit code.

    Raises:
        runners.layers.unusable.UnusableError: there is nothing to rehearse, or a file can't be used.
    """
    facts = read_for_rehearsal(repository, environ, sheet)
    findings = what_is_missing(facts)
    if not on_a_screen:
        for line in missing_lines(findings):
            print(harmless(line))
    else:
        print("bedplate: setting up a cluster for the rehearsal …", file=sys.stderr, flush=True)
        try:
            _walk(walkthrough, repository, facts, findings, Journal(state_home(environ) / "journal.jsonl"))
        except DemoError as error:
            print(f"bedplate: {harmless(str(error))}", file=sys.stderr)
            return MISSING
    return MISSING if any(map(is_missing, findings)) else NOTHING_MISSING


def missing_lines(findings: Sequence[Finding]) -> list[str]:
    """What would be missing, a line each with what to do about it."""
    lines = [f"rehearsal of your recovery: {missing_words(findings)}"]
    for finding in findings:
        lines.append(f"{finding.severity.symbol} {finding.subject}: {finding.text}")
        lines += [f"    → {finding.remedy}"] if finding.remedy else []
    return lines


def _walk(walkthrough: str, repository: Path, facts: Facts, findings: Sequence[Finding], journal: Journal) -> None:
    sources = frozenset(state.key.secret for state in facts.keys if state.source)
    material = Material(facts.settings, facts.found, facts.asked, facts.sheet.content, sources, facts.context)
    missing = tuple(f"{each.subject}: {each.text}" for each in findings if is_missing(each))
    record = Record(journal, Rehearsed(walkthrough, str(repository), real_cluster(facts), missing))
    with Demo(make_setting(material), pace()) as place:
        make = partial(_session, place, material, Rehearsing(record.follow, missing_at_steps(facts)))
        first = partial(RehearsalScreen, findings)
        try:
            open_screen(make, _guide, label="REHEARSAL", first=first)
        finally:
            record.close()


def real_cluster(facts: Facts) -> Identity:
    """Which cluster's recovery is rehearsed, as its sheet knows it."""
    sheet = facts.sheet.content
    cluster = sheet.cluster if sheet is not None else None
    # Not the kubeconfig's current context, which may be of another cluster.
    context = facts.settings.context or (cluster.context if cluster else "")
    return Identity(context, cluster.server if cluster else facts.server, cluster.uid if cluster else "")


def _session(place: Place, material: Material, rehearsing: Rehearsing) -> Session:
    tokens = dict.fromkeys(TOKEN_VARIABLES.values(), "rehearsal")
    s3 = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": "rehearsal"}
    return make_session(
        {**place.environ(), **tokens, **s3},
        place.repository,
        place.kubeconfig,
        context=None,
        read_only=False,
        demo=True,
        settings=rehearsed_settings(material, place.s3.read_text()),
        rehearsing=rehearsing,
    )


def _guide(picture: Picture) -> str:
    return _GUIDE if picture.identity is not None else ""
