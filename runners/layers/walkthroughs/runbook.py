"""A walkthrough as a runbook in Markdown: to be reviewed, printed, and followed where Bedplate isn't."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runners.layers.findings import Finding
from runners.layers.settings import Settings
from runners.layers.walkthroughs.engine import Progress, StepView
from runners.layers.walkthroughs.steps import Step, Walkthrough

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def runbook(
    walkthrough: Walkthrough,
    settings: Settings,
    context: str,
    now: Progress | None = None,
    first: Iterable[str] = (),
) -> str:
    """The whole walkthrough, with the exact commands for one repository and one context.

    Args:
        walkthrough: its steps.
        settings: the repository's.
        context: the kubeconfig's context that the commands name.
        now: where it stands; without it each step says what its proof would look at.
        first: what is to be read before the steps, in Markdown.
    """
    parts = [f"# {escaped(walkthrough.title)}", _opening(walkthrough, settings, context, now), *first]
    for index, step in enumerate(walkthrough.steps):
        view = now.steps[index] if now is not None else None
        parts += [_heading(index, step, view), *_body(step, settings, context, view)]
    return "\n\n".join(parts)


def escaped(text: str) -> str:
    """A text in one line that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """A text as code within a line, whatever backticks it holds."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{' '.join(text.split())}{blank}{fence}"


def _opening(walkthrough: Walkthrough, settings: Settings, context: str, now: Progress | None) -> str:
    steps = len(walkthrough.steps)
    unseen = "" if now is not None else " No cluster was looked at: what is done already is here too."
    return (
        f"{steps} steps for the context {code(context)} ({escaped(settings.origin)}).{unseen} "
        "Go on only when a step's proof holds."
    )


def _heading(index: int, step: Step, view: StepView | None) -> str:
    stands = f" · {view.state.symbol} {view.state.value}" if view is not None else ""
    return f"## {index + 1}. {escaped(step.title)}{stands}"


def _body(step: Step, settings: Settings, context: str, view: StepView | None) -> Iterator[str]:
    yield escaped(step.why)
    yield f"**Do:** {escaped(step.do)}" if step.do else "**Do:** nothing: this step only looks"
    command = step.shell(settings, context) if step.shell is not None else ""
    if command:
        yield _block(command)
    yield f"**Proof:** {escaped(_looks_at(step))}"
    if view is not None and view.proof:
        yield "\n".join(_line(finding) for finding in view.proof)
    yield "  \n".join(_rest(step))


def _looks_at(step: Step) -> str:
    return step.looks_at or (step.command.proof if step.command is not None else "") or "a person's word"


def _rest(step: Step) -> Iterator[str]:
    if step.usually:
        yield f"**Usually:** {escaped(step.usually)}"
    yield f"**Undo:** {escaped(step.undo)}"
    yield f"**Skip:** {escaped(step.skip)}; write down why" if step.skip else "**Skip:** never"


def _line(finding: Finding) -> str:
    remedy = f" → {escaped(finding.remedy)}" if finding.remedy else ""
    return f"- {finding.severity.symbol} {escaped(finding.subject)}: {escaped(finding.text)}{remedy}"


def _block(command: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", command)), default=0))
    return f"{fence}sh\n{command}\n{fence}"
