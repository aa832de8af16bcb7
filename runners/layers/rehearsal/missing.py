"""What a recovery would have to do without, found from files alone while the cluster still lives; pure.

A warning or worse is missing. A note is what can't be tried here, or what a person should know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from runners.layers.components.longhorn import LONGHORN
from runners.layers.discovery import Discovery, Release
from runners.layers.discovery.documents import is_known
from runners.layers.findings import Finding, Severity
from runners.layers.gitops_settings import bootstrap_findings
from runners.layers.kinds.fates import Fate
from runners.layers.rehearsal.charts import ChartTry, chart_findings
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.survival.fold import span
from runners.layers.survival.judge import TOO_OLD, SheetFile
from runners.layers.survival.keys import KeyState, key_findings
from runners.layers.survival.sheet import SHEET, Sheet, SheetClaim
from runners.layers.version_steps import minor_words
from runners.layers.walkthroughs.shared_steps import FOUNDATION
from runners.layers.walkthroughs.verify import VERIFY

_NAMED = 3
"""Of many with one trouble so many are named."""
_TOOLS = ("helmfile", "helm", "flux", "git")


@dataclass(frozen=True)
class Facts:
    """What was read, on this machine alone."""

    settings: Settings
    found: Discovery
    """The repository, seen with those settings."""
    asked: Mapping[str, Sequence[Release]]
    """Helmfile of the foundation → the releases that it asks for."""
    sheet: SheetFile
    keys: tuple[KeyState, ...]
    charts: tuple[ChartTry, ...]
    programs: frozenset[str]
    """The tools that are on PATH."""
    environ: Mapping[str, str]
    now: float
    """Seconds since the epoch."""
    context: str = ""
    """What the cluster is called, by bedplate.yaml, the sheet, or else the kubeconfig; empty where none says it."""
    server: str = ""
    """Where the kubeconfig says that the context's cluster is; empty where it says nothing."""


def is_missing(finding: Finding) -> bool:
    """Does it say that something would be missing, rather than what is to be known?"""
    return finding.severity >= Severity.WARNING


def what_is_missing(facts: Facts) -> tuple[Finding, ...]:
    """Everything, what is worst first."""
    found = (
        *_sheet(facts),
        *_claims(facts.sheet.content),
        *_minor(facts),
        *_helmfiles(facts),
        *chart_findings(facts.charts),
        *key_findings(facts.keys),
        *_backup_keys(facts),
        *_buckets(facts),
        *_flux(facts),
        *_tools(facts),
    )
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: -finding.severity))


def missing_at_steps(facts: Facts) -> Mapping[str, tuple[Finding, ...]]:
    """Id of a step → what it would have to do without, where the play has a stand-in and would not show it."""
    found: dict[str, tuple[Finding, ...]] = {}
    for entry in facts.settings.foundation:
        own = {one.id for one in facts.asked.get(entry.helmfile, ()) if not entry.releases or one.id in entry.releases}
        charts = tuple(chart_findings([each for each in facts.charts if each.release in own]))
        found[f"{FOUNDATION}{entry.component}"] = tuple(filter(is_missing, charts))
        found[f"{VERIFY}{entry.component}"] = tuple(_bucket(entry, facts.sheet.content))
    return {step: findings for step, findings in found.items() if findings}


def _sheet(facts: Facts) -> Iterator[Finding]:
    file, subject = facts.sheet, SHEET
    if not file.path:
        text = "is kept nowhere: which claims there were, and from which backups they return, nobody would know"
        yield Finding(subject, Severity.WARNING, text, "set survival.write in bedplate.yaml, or name one by --sheet")
    elif file.content is None:
        words = file.error or "is not there"
        yield Finding(subject, Severity.WARNING, f"{file.path}: {words}", f"bedplate survival --write {file.path}")
    else:
        yield from _of_sheet(facts, file.content)


def _of_sheet(facts: Facts, sheet: Sheet) -> Iterator[Finding]:
    subject, old = SHEET, facts.now - sheet.written_at
    write = f"bedplate survival --write {facts.sheet.path}"
    if old > TOO_OLD:
        when = f"is {span(old)} old" if sheet.written_at else "does not say when it was written"
        yield Finding(subject, Severity.WARNING, f"{when}: what came since is not in it", write)
    context, server = facts.settings.context, facts.server
    if context and sheet.cluster.context != context:
        text = f"is of the context {sheet.cluster.context}, and bedplate.yaml allows only {context}"
        yield Finding(subject, Severity.WARNING, text, write)
    elif server and sheet.cluster.server != server:
        text = f"is of a cluster at {sheet.cluster.server}, and {facts.context} is at {server}"
        yield Finding(subject, Severity.WARNING, text, write)
    if not sheet.nodes:
        yield Finding(subject, Severity.NOTE, "names no nodes: three are played", write)


def _claims(sheet: Sheet | None) -> Iterator[Finding]:
    for fate, severity, words in (
        (Fate.GONE, Severity.WARNING, "would not return"),
        (Fate.UNKNOWN, Severity.UNKNOWN, "may not return"),
    ):
        ones = [one for one in (sheet.claims if sheet is not None else ()) if one.fate == fate.value]
        yield from _folded(ones, severity, words)


def _folded(ones: Sequence[SheetClaim], severity: Severity, words: str) -> Iterator[Finding]:
    for one in ones[:_NAMED]:
        why = f": {one.why}" if one.why else ""
        yield Finding(f"claim {one.namespace}/{one.name}", severity, f"{words}{why}", "back its volume up")
    if rest := ones[_NAMED:]:
        names = ", ".join(f"{one.namespace}/{one.name}" for one in rest[:_NAMED])
        more = " …" if len(rest) > _NAMED else ""
        yield Finding(f"{len(rest)} more claims", severity, f"{words} ({names}{more})", "back their volumes up")


def _minor(facts: Facts) -> Iterator[Finding]:
    entry, sheet = facts.settings.entry(LONGHORN.name), facts.sheet.content
    if entry is None:
        return
    asked = next((one.version for one in facts.asked.get(entry.helmfile, ()) if one.name == LONGHORN.name), "")
    was, wanted = sheet.longhorn_minor if sheet is not None else "", minor_words(asked) if is_known(asked) else ""
    if not wanted:
        text = f"which version {entry.helmfile} asks for can't be told" + (f"; the sheet knows {was}" if was else "")
        yield Finding("longhorn", Severity.NOTE, text, "write the version out in the helmfile")
    elif was and wanted != was:
        text = (
            f"{entry.helmfile} asks for {wanted}, and the sheet is of {was}: backups of the system return in {was} only"
        )
        yield Finding("longhorn", Severity.BLOCKER, text, f"have {was} at hand: a commit or a branch that asks for it")


def _helmfiles(facts: Facts) -> Iterator[Finding]:
    by_path = {one.path: one for one in facts.found.looked.helmfiles}
    for path in dict.fromkeys(entry.helmfile for entry in facts.settings.foundation):
        found = by_path.get(path)
        if found is None:
            yield Finding(path, Severity.BLOCKER, "is not there, or is no helmfile", "put it where bedplate.yaml says")
            continue
        for one in (*found.mistakes, *found.missing):
            yield Finding(one.place, Severity.BLOCKER, one.text, "mend it")
        for one in found.unknown:
            yield Finding(one.place, Severity.NOTE, f"{one.text}: only helmfile can tell, so it is not rehearsed")


def _backup_keys(facts: Facts) -> Iterator[Finding]:
    """Where backups lie, and what opens that, where nothing says where it comes from."""
    sheet, listed = facts.sheet.content, {key.secret for key in facts.settings.keys}
    targets = sheet.backup_targets if sheet is not None else ()
    if not any(target.url for target in targets) and facts.settings.entry(LONGHORN.name):
        whose = "the sheet knows none" if sheet is not None else "without a sheet none is known"
        yield Finding("backup target", Severity.WARNING, f"{whose}: nothing can be restored", "set one up")
    for target in targets:
        secret = f"longhorn-system/{target.secret}"
        if target.secret and secret not in listed:
            text = f"opens backup target {target.name}, and bedplate.yaml does not say where it comes from"
            yield Finding(f"Secret {secret}", Severity.WARNING, text, "list it below keys, before: longhorn")


def _buckets(facts: Facts) -> Iterator[Finding]:
    for entry in facts.settings.foundation:
        yield from _bucket(entry, facts.sheet.content)


def _bucket(entry: FoundationEntry, sheet: Sheet | None) -> Iterator[Finding]:
    """Buckets lie on claims of the cluster: what those don't bring back has to be made anew."""
    if entry.s3 is None or sheet is None:
        return
    own = [one for one in sheet.claims if one.namespace in entry.namespaces]
    back = [one for one in own if one.fate == Fate.RETURNS.value]
    if not own or len(back) < len(own):
        whence = f"{len(back)} of the {len(own)} claims below it return" if own else "the sheet knows no claim below it"
        text = f"may be missing after a recovery: {whence}"
        yield Finding(f"bucket {entry.s3.bucket}", Severity.WARNING, text, "have a copy of what is in it elsewhere")


def _flux(facts: Facts) -> Iterator[Finding]:
    settings, listed = facts.settings, {key.secret for key in facts.settings.keys}
    for one in facts.found.decrypts:
        if one.text not in listed:
            text = f"decrypts what Flux applies ({one.place}), and bedplate.yaml does not say where it comes from"
            yield Finding(f"Secret {one.text}", Severity.WARNING, text, "list it below keys, before: flux")
    broken = [one for reached in facts.found.reached for one in reached.broken]
    for one in broken[:_NAMED]:
        yield Finding(one.place, Severity.WARNING, f"{one.text}: Flux does not get past it", "mend it")
    if settings.bootstrap is None:
        text = "bedplate.yaml does not say how Flux is bootstrapped"
        yield Finding("gitops", Severity.WARNING, text, "bedplate init proposes it")
        return
    for finding in bootstrap_findings(settings.bootstrap, facts.environ):
        if finding.subject == "token":
            words = f"{settings.bootstrap.token_variable} is not set here: a recovery needs it"
            yield Finding("token", Severity.NOTE, words, "know where it is kept, off the cluster")
        else:
            yield finding


def _tools(facts: Facts) -> Iterable[Finding]:
    missing = [name for name in _TOOLS if name not in facts.programs]
    if missing:
        yield Finding(
            ", ".join(missing), Severity.WARNING, "not on this machine's PATH: a recovery needs them", "install"
        )
