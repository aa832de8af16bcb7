"""What is worth saying about a repository: as findings, each with its file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runners.layers.discovery.documents import is_known
from runners.layers.discovery.helmfiles import Helmfile
from runners.layers.discovery.look import Looked
from runners.layers.discovery.owners import OwnedRelease
from runners.layers.discovery.questions import Question
from runners.layers.discovery.reach import Reached
from runners.layers.discovery.roots import FoundRoot
from runners.layers.findings import Finding, Severity
from runners.layers.settings import Ownership, Settings

_NOTICED = 5
"""Odd things that a screen carries; ``bedplate init`` has them all."""


def remarks(
    looked: Looked,
    chosen: FoundRoot | None,
    releases: Sequence[OwnedRelease],
    reached: Sequence[Reached],
    circles: Sequence[tuple[str, str]],
) -> Iterator[Finding]:
    """Everything that is odd, unreadable, or only known to helmfile itself.

    Args:
        looked: the repository.
        chosen: where Flux begins for this cluster; None while any of them may be meant.
        releases: whose each release is.
        reached: what Flux manages from there.
        circles: (component, after) that can't be kept.
    """
    for one in looked.helmfiles:
        yield from _of_helmfile(one)
    for root in looked.roots if chosen is None else (chosen,):
        for odd in root.remarks:
            yield Finding(odd.place, Severity.WARNING, odd.text, "commit what Flux needs, or bootstrap anew")
    for each in reached:
        for broken in each.broken:
            yield Finding(broken.place, Severity.WARNING, broken.text, "mend it in Git: Flux can't get past it")
        for beyond in each.beyond:
            yield Finding(beyond.place, Severity.NOTE, beyond.text)
    for other in looked.others:
        what = ", ".join(other.paths) or "what it names"
        words = f"{other.name} deploys {what}: Argo CD is an owner that Bedplate only sees"
        yield Finding(other.place, Severity.WARNING, words, "leave to Argo CD what it deploys")
    for release in releases:
        if release.ownership is Ownership.HANDOVER:
            words = "is installed by helmfile and taken over by Flux; take the HelmRelease away and it is uninstalled"
            yield Finding(f"release {release.id}", Severity.NOTE, f"{words} ({release.reason})")
    for component, after in circles:
        yield Finding(component, Severity.WARNING, f"comes after {after}, which comes after {component}", "mend needs")


def _of_helmfile(one: Helmfile) -> Iterator[Finding]:
    ask = f"helmfile -f {one.path} list says what it asks for"
    for mistake in (*one.mistakes, *one.missing):
        yield Finding(mistake.place, Severity.WARNING, mistake.text, ask)
    for unknown in one.unknown:
        yield Finding(unknown.place, Severity.NOTE, unknown.text, ask)
    if one.template_only is not None:
        words = f"{one.template_only.text}: it is rendered, never applied, and is left out"
        yield Finding(one.template_only.place, Severity.NOTE, words)
    for variable in one.variables:
        words = f"needs the variable {variable.text}, or helmfile refuses to read it"
        yield Finding(variable.place, Severity.NOTE, words, f"export {variable.text}=… before Bedplate is started")
    if not (one.releases or one.includes or one.mistakes or one.missing or one.unknown):
        yield Finding(one.path, Severity.NOTE, "asks for no release")
    for release in one.releases:
        if not release.namespace:
            words = f"the release {release.name} names no namespace, so it would go anywhere"
            yield Finding(f"{release.file}:{release.line}", Severity.WARNING, words, "write its namespace")
        if release.context:
            words = f"the release {release.id} is meant for the context {release.context}"
            yield Finding(f"{release.file}:{release.line}", Severity.NOTE, words)
    for context in one.contexts:
        where = context.text if is_known(context.text) else "that a template names"
        yield Finding(context.place, Severity.NOTE, f"is meant for the context {where}")


def notices(
    looked: Looked, settings: Settings, found: Sequence[Finding], open_ones: Sequence[Question]
) -> Iterator[Finding]:
    """What a person should know who works without bedplate.yaml."""
    if not settings.foundation:
        words = "has neither bedplate.yaml nor a helmfile"
        yield Finding("repository", Severity.WARNING, words, "start Bedplate in your repository, or name it with -C")
    if len(looked.roots) > 1 and settings.gitops_path is None:
        names = ", ".join(one.path or "." for one in looked.roots)
        yield Finding(
            "repository",
            Severity.NOTE,
            f"has {len(looked.roots)} clusters: {names}",
            "name the one that is meant in bedplate.yaml, as gitops.path; bedplate init asks",
        )
    elif settings.foundation and open_ones:
        count = f"{len(open_ones)} thing{'s' if len(open_ones) != 1 else ''}"
        yield Finding(
            "repository", Severity.NOTE, f"leaves {count} open", "bedplate init asks, and writes bedplate.yaml"
        )
    odd = [finding for finding in found if finding.severity >= Severity.WARNING]
    yield from odd[:_NOTICED]
    if len(odd) > _NOTICED:
        more = f"{len(odd) - _NOTICED} more things are odd"
        yield Finding("repository", Severity.WARNING, more, "bedplate init lists them")
