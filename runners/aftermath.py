"""After a run: what it did is read from the cluster, since an exit code of 0 proves nothing.

What was confirmed is kept in the run's folder (names and hashes), so that a run which ended while nobody looked is
judged at the next start.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from runners.layers.findings import Finding, Severity
from runners.layers.identity import Identity
from runners.layers.jsons import Json, integer, sequence, strings, text
from runners.layers.kinds.releases import in_the_middle
from runners.layers.plans import ObjectRef, Plan, ReleaseAction, ReleasePlan
from runners.layers.probes import answer_findings
from runners.layers.runs import RunRecord, RunState
from runners.probes.evidence import PROBED, answer_of
from runners.tools.applied import applied
from runners.tools.calls import Bench
from runners.tools.helm import installed_releases, list_argv
from runners.tools.run_files import read_json, write_json
from runners.tools.runs import Runs, RunUnknown

CONFIRMED = "confirmed.json"
CONCLUDED = "concluded.json"
ACTED = "acted.json"
"""The note in a run's folder that makes it an act of Bedplate's own: which one."""


def confirmation(plan: Plan | None, note: Finding | None, recovered: tuple[str, str] | None = None) -> Json:
    """What was confirmed, for the run's folder: the plan where there is one, and what is to be said of the start.

    ``recovered`` is the namespace and name of the release that the run was to free, where it was that.
    """
    releases = [
        {
            "name": release.name,
            "namespace": release.namespace,
            "action": release.action.value,
            "revision": release.revision,
            "hashes": [[*_words(ref), digest] for ref, digest in release.hashes.items()],
            "random": [_words(ref) for ref in release.random],
            "beside": [_words(ref) for ref in release.beside],
        }
        for release in (plan.changing if plan else ())
    ]
    return {
        "component": plan.component if plan else "",
        "releases": releases,
        "notes": _said(note) if note else [],
        "recovered": list(recovered or ()),
    }


def _confirmed(found: Json, identity: Identity) -> Plan:
    """The plan, as far as it can be looked up afterwards; without releases for a run that had none."""
    releases = tuple(_release(item) for item in sequence(found, "releases"))
    return Plan(text(found, "component"), "", "", identity, releases, inputs={}, commit="", made=0.0)


def concluded(runs: Runs, run_id: str) -> tuple[Finding, ...] | None:
    """What the cluster said after a run; None while nobody has asked it."""
    try:
        found = read_json(runs.log_path(run_id).with_name(CONCLUDED))
    except RunUnknown:  # it was swept away meanwhile, and what it was started for with it
        text = "its folder is gone from this machine, so what it did can't be told"
        return (Finding("run", Severity.UNKNOWN, text, "see what the cluster has"),)
    return None if found is None else _findings(found, "findings")


async def conclude(runs: Runs, run: RunRecord, bench: Bench, identity: Identity) -> tuple[Finding, ...]:
    """Asks the cluster what a run that has ended did, and keeps the answer.

    Raises:
        ToolError: helm is missing or failed; it can be asked again later.
    """
    log = runs.log_path(run.id)
    found = read_json(log.with_name(CONFIRMED)) or {}
    plan = _confirmed(found, identity)
    freed = await _freed(bench, identity.context, strings(found, "recovered"))
    findings = (outcome(run), *_proof(log), *_findings(found, "notes"), *await applied(bench, plan), *freed)
    with contextlib.suppress(OSError):  # then it is asked again at the next start
        write_json(log.with_name(CONCLUDED), {"findings": _said(*findings)})
    return findings


async def _freed(bench: Bench, context: str, at: tuple[str, ...]) -> tuple[Finding, ...]:
    """What helm says of a release that was stuck."""
    if len(at) != 2:
        return ()
    said = await bench.ask(list_argv(context, at[0]), about=f"releases in {at[0]}")
    found = installed_releases(said.stdout).get((at[0], at[1]))
    about = f"release {at[0]}/{at[1]}"
    if found is None:
        return (
            Finding(about, Severity.OK, "has no record any more: an apply installs it, and takes its objects over"),
        )
    stuck = in_the_middle(found.status)
    return (Finding(about, Severity.BLOCKER if stuck else Severity.OK, f"revision {found.revision} is {found.status}"),)


def _proof(log: Path) -> tuple[Finding, ...]:
    """What a probe found or an act did, in its own words; nothing for a run that is neither."""
    probed, acted = read_json(log.with_name(PROBED)), read_json(log.with_name(ACTED))
    answer = answer_of(log) if probed is not None or acted is not None else None
    if answer is None:
        return ()
    if probed is not None:
        return tuple(answer_findings(f"{text(probed, 'probe')} probe", answer))
    return tuple(answer_findings(text(acted, "act"), answer, "do it again: it goes on where it stopped"))


def outcome(run: RunRecord) -> Finding:
    """How the tool itself ended."""
    if run.state is RunState.SUCCEEDED:
        return Finding(run.title, Severity.OK, "ended 0")
    if run.state is RunState.LOST:
        return Finding(run.title, Severity.UNKNOWN, "nobody saw how it ended")
    how = run.error or f"exit code {run.exit_code}"
    return Finding(run.title, Severity.BLOCKER, f"{run.state.value}, {how}")


def _said(*findings: Finding) -> list[dict[str, str]]:
    return [{"subject": item.subject, "severity": item.severity.name, "text": item.text} for item in findings]


def _findings(found: Json, name: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(text(item, "subject"), Severity[text(item, "severity", default="UNKNOWN")], text(item, "text"))
        for item in sequence(found, name)
    )


def _words(ref: ObjectRef) -> list[str]:
    return [ref.kind, ref.namespace, ref.name, ref.group]


def _release(item: object) -> ReleasePlan:
    pairs = [strings(entry) for entry in sequence(item, "hashes")]
    return ReleasePlan(
        name=text(item, "name"),
        namespace=text(item, "namespace"),
        action=ReleaseAction(text(item, "action")),
        chart="",
        revision=integer(item, "revision"),
        status="",
        installed_version="",
        version="",
        hashes={ObjectRef(*pair[:4]): pair[4] for pair in pairs if len(pair) == 5},
        random=_refs(item, "random"),
        beside=_refs(item, "beside"),
    )


def _refs(item: object, name: str) -> frozenset[ObjectRef]:
    words = [strings(entry) for entry in sequence(item, name)]
    return frozenset(ObjectRef(*entry) for entry in words if len(entry) == 4)
