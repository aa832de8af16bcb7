"""``bedplate init``: looks at a repository, says what it saw and why, asks, and writes a bedplate.yaml after a yes."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from runners.layers.config import NAME
from runners.layers.discovery.look import look
from runners.layers.discovery.proposal import Discovery, propose
from runners.layers.discovery.questions import Question
from runners.layers.discovery.writing import as_yaml
from runners.layers.findings import Finding
from runners.layers.outside_text import harmless
from runners.layers.settings import Ownership
from runners.layers.unusable import UnusableError
from runners.repository import RepositoryFiles, read_repository, write_settings

DONE, NOT_WRITTEN = 0, 1

BESIDE = f"{NAME}.proposed"
"""Where a proposal is written that shall not take the place of what is there."""

Ask = Callable[[str], str]


class _Stopped(Exception):  # noqa: N818  # nothing is wrong: a person has had enough
    """The input has ended."""


def init(root: Path, *, print_only: bool, ask: Ask = input) -> int:
    """Proposes a bedplate.yaml for a repository; prints it, or asks and writes it.

    Args:
        root: the repository.
        print_only: nothing is asked and nothing written.
        ask: asks a person one line; raises EOFError when there is nobody.

    Raises:
        UnusableError: it can't be written.
    """
    read = read_repository(root)
    looked = look(read.texts, read.remote)
    found = propose(looked, {})
    if print_only:
        for finding in (*read.findings, *found.findings):
            print(f"bedplate: {_said(finding)}", file=sys.stderr)
        print(as_yaml(found), end="")
        if not _proposes(found):
            print(f"bedplate: {root} shows neither a foundation nor a path that Flux syncs", file=sys.stderr)
            return NOT_WRITTEN
        return DONE
    _print(_seen(root, read, found))
    try:
        found = _answered(found, ask)
        text = as_yaml(found)
        _print(["", f"The proposed {NAME}:", "", *(f"  {line}".rstrip() for line in text.splitlines()), ""])
        return _offer(root, text, ask)
    except _Stopped:
        print(f"\nbedplate: {NAME} was not written", file=sys.stderr)
        return NOT_WRITTEN


def _proposes(found: Discovery) -> bool:
    """Is there anything in it that a person could use?"""
    return bool(found.settings.foundation or found.settings.gitops_path)


def _answered(found: Discovery, ask: Ask) -> Discovery:
    """The proposal after each open question was asked once; an answer may close others, or open them."""
    answers: dict[str, str] = {}
    asked: set[str] = set()
    while question := next((one for one in found.questions if one.id not in asked), None):
        asked.add(question.id)
        answer = _answer(question, ask)
        if answer:
            answers[question.id] = answer
            found = propose(found.looked, answers)
    return found


def _answer(question: Question, ask: Ask) -> str:
    _print(["", question.text, f"  ({question.why})"])
    if question.ordering:
        _print([f"  now: {question.default}"])
        prompt = "names with commas between them, or enter for this order: "
    else:
        _print([f"  {at}  {choice}" for at, choice in enumerate(question.choices, 1)])
        prompt = f"1–{len(question.choices)}, or enter for {question.default or 'leaving it open'}: "
    while True:
        said = _line(ask, prompt) or question.default
        answer = question.understood(said)
        if answer or not said:
            return answer
        _print(["  that is none of them"])


def _offer(root: Path, text: str, ask: Ask) -> int:
    """Writes the proposal after a yes; what is there already is replaced only by its own word."""
    path = root / NAME
    try:
        before = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        if _line(ask, f"Write {NAME}? [y/N] ").lower() not in ("y", "yes"):
            raise _Stopped from None
        return _write(path, text, instead=False)
    except OSError as error:
        raise UnusableError(f"{path} can't be read: {error.strerror}") from None
    if before == text:
        print(f"{NAME} says just this already")
        return DONE
    _print([f"There is a {NAME} already. What would change in it:", ""])
    _print(difflib.unified_diff(before.splitlines(), text.splitlines(), NAME, "proposed", lineterm="", n=2))
    said = _line(ask, f"\nWrite it beside, as {BESIDE} (b), or replace {NAME} (replace)? [b/replace/N] ").lower()
    if said in ("b", "beside"):
        return _write(root / BESIDE, text, instead=True)
    if said == "replace":
        return _write(path, text, instead=True)
    raise _Stopped


def _write(path: Path, text: str, *, instead: bool) -> int:
    try:
        write_settings(path, text, instead=instead)
    except OSError as error:
        raise UnusableError(f"{path} can't be written: {error.strerror}") from None
    print(f"wrote {path}")
    return DONE


def _seen(root: Path, read: RepositoryFiles, found: Discovery) -> Iterator[str]:
    """What was found, and why."""
    settings = found.settings
    yield f"Looked at {len(read.texts)} file{'s' if len(read.texts) != 1 else ''} in {root}. Nothing was run."
    yield from ("", "Foundation, by helmfile:")
    for entry in settings.foundation:
        owner = ", handed over to Flux" if entry.ownership is Ownership.HANDOVER else ""
        yield f"  {entry.component}: {entry.helmfile}{owner}"
        places = (entry.component, f"{entry.component}.after", f"{entry.component}.ownership")
        yield from (f"      {found.reasons[place]}" for place in places if place in found.reasons)
    if not settings.foundation:
        yield "  nothing: no helmfile was found"
    yield from ("", "GitOps, by Flux:")
    for begin in found.looked.roots:
        yield f"  {begin.path or 'the root of the repository'}: {begin.reason.place}: {begin.reason.text}"
    if not found.looked.roots:
        yield "  nothing: no place was found where Flux begins"
    gitops = [one.id for one in found.releases if one.ownership is Ownership.GITOPS]
    if gitops:
        yield f"  releases that are Flux's alone: {', '.join(gitops)}"
    if found.looked.hooks:
        yield from ("", "Hooks, which run when helmfile does:")
        for path, hook in found.looked.hooks:
            yield f"  {path}: {hook}{' - on a plan too' if hook.on_reading else ''}"
    findings = (*read.findings, *found.findings)
    if findings:
        yield from ("", "Worth knowing:", *(f"  {_said(finding)}" for finding in findings))


def _said(finding: Finding) -> str:
    remedy = f" → {finding.remedy}" if finding.remedy else ""
    return harmless(f"{finding.severity.symbol} {finding.subject}: {finding.text}{remedy}").replace("\n", " ")


def _print(lines: Iterator[str] | list[str]) -> None:
    for line in lines:
        print(harmless(line))


def _line(ask: Ask, prompt: str) -> str:
    try:
        return ask(prompt).strip()
    except EOFError:
        raise _Stopped from None
