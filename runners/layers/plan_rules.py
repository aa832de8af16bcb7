"""What a plan means: what it destroys, what closes it, and whether it is still the plan that was shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from runners.layers.components.longhorn import LONGHORN
from runners.layers.findings import Finding, Severity
from runners.layers.folding import counted, listed
from runners.layers.kinds.releases import in_the_middle
from runners.layers.plans import Change, Comparison, Danger, ObjectRef, Plan, ReleaseAction, ReleasePlan
from runners.layers.replica_deletion import AtStake, replica_deletion
from runners.layers.upward import upward_refs
from runners.layers.version_steps import version_step

NAMED = 5
"""Objects that a sentence names before it counts the rest."""

_PRECIOUS = frozenset(
    {
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("", "PersistentVolumeClaim"),
        ("", "PersistentVolume"),
        ("", "Namespace"),
        ("storage.k8s.io", "StorageClass"),
        ("minio.min.io", "Tenant"),
    }
)
"""(group, kind) of what takes data, or every object of a kind, along when it goes."""


def danger(plan: Plan) -> Danger:
    """What carrying it out would do: destroy, change, or nothing but read."""
    if what_it_destroys(plan):
        return Danger.DESTROYS
    return Danger.CHANGES if plan.changing else Danger.READS


def what_it_destroys(plan: Plan) -> tuple[str, ...]:
    """Each release that is uninstalled, and each object that takes something along when it is removed."""
    return tuple(words for release in plan.releases for words in _destroyed(release))


def _destroyed(release: ReleasePlan) -> Iterator[str]:
    if release.action is ReleaseAction.UNINSTALL:
        yield f"release {release.id} is uninstalled, with {counted(release.count(Change.REMOVED), 'object')}"
    yield from (f"{ref} is removed" for ref in _precious(release))


def _precious(release: ReleasePlan) -> list[ObjectRef]:
    removed = (item.ref for item in release.changes if item.change is Change.REMOVED)
    return sorted(ref for ref in removed if (ref.group, ref.kind) in _PRECIOUS)


def plan_findings(plan: Plan, *, protected: bool, stake: AtStake) -> tuple[Finding, ...]:
    """What speaks against carrying out a plan.

    Args:
        plan: the plan.
        protected: are all its releases never to be taken off a cluster, and to move one minor version at a time?
            Longhorn's are that wherever they stand.
        stake: what Longhorn would do to replicas, where a release tells it to.
    """
    guarded = (release for release in plan.releases if protected or is_longhorn(release))
    protection = (finding for release in guarded for finding in _protection(release))
    deletes = (found for release in plan.changing for found in _replicas(release, stake))
    return (*_other_clusters(plan), *_moving(plan), *protection, *deletes, *_remarks(plan))


def is_longhorn(release: ReleasePlan) -> bool:
    """Is it Longhorn, whatever the component is called: by its chart, by its name and place, or by its CRDs?"""
    if bears_longhorn(release.id, release.chart):
        return True
    refs = (*release.hashes, *(item.ref for item in release.changes))
    return any(ref.kind == "CustomResourceDefinition" and ref.name.endswith(".longhorn.io") for ref in refs)


def bears_longhorn(release: str, chart: str) -> bool:
    """Does its ``namespace/name`` or its chart say that a release is Longhorn's?"""
    return release == "longhorn-system/longhorn" or _chart_name(chart) == LONGHORN.name


def _chart_name(chart: str) -> str:
    """The last part of a chart's path or reference, without archive, tag and version."""
    last = chart.partition("?")[0].rstrip("/").rpartition("/")[2]
    return _CHART_REST.sub("", last)


_CHART_REST = re.compile(r"(?:[:@].*|-v?\d+\.\d+.*|\.tgz)$")


def _other_clusters(plan: Plan) -> Iterator[Finding]:
    for context in plan.foreign_contexts:
        yield Finding(
            plan.helmfile,
            Severity.BLOCKER,
            f"is meant for the context {context}, and this is {plan.identity.context}",
            f"start with --context {context}, or take its kubeContext out",
            overridable=False,
        )


def _moving(plan: Plan) -> Iterator[Finding]:
    for release in plan.releases:
        if in_the_middle(release.status):
            yield Finding(
                f"release {release.id}",
                Severity.BLOCKER,
                f"is {release.status}: someone is changing it right now, or was stopped in the middle of it",
                "wait for its end; when nobody is at it, go to it in Releases: u rolls it back, x deletes its record",
                overridable=False,
            )


def _protection(release: ReleasePlan) -> Iterator[Finding]:
    subject = f"release {release.id}"
    if release.action is ReleaseAction.UNINSTALL:
        yield Finding(subject, Severity.BLOCKER, "would be uninstalled, and all its data with it", _OTHERWISE, False)
    for ref in _precious(release):
        if ref.kind in ("CustomResourceDefinition", "Namespace"):
            yield Finding(str(ref), Severity.BLOCKER, "would be removed, and all data with it", _OTHERWISE, False)
    if release.action is ReleaseAction.UPGRADE:
        yield from version_step(subject, release.installed_version, release.version)


_OTHERWISE = "change the helmfile; Bedplate never does this"


def _replicas(release: ReleasePlan, stake: AtStake) -> Iterator[Finding]:
    if release.longhorn_settings or is_longhorn(release):
        yield from replica_deletion(f"release {release.id}", release.longhorn_settings, stake)


def _remarks(plan: Plan) -> Iterator[Finding]:
    """What does not close it, and what a person should know before they say yes."""
    if not plan.commit or plan.commit.endswith("+ changes"):
        text = "what it rests on is not committed as it is" if plan.commit else "is in no Git repository"
        yield Finding(plan.helmfile, Severity.NOTE, f"{text}: what is applied is not on record")
    for release in plan.changing:
        yield from upward_refs(release.hashes)
        if release.compared is Comparison.RECORDED:
            text = "is compared with its last revision, since a kind is not served yet: changes by hand don't show"
            yield Finding(f"release {release.id}", Severity.NOTE, text)


def repair_findings(plan: Plan) -> tuple[Finding, ...]:
    """What speaks against carrying out a plan as a repair, which only puts back what is installed already."""
    return tuple(finding for release in plan.changing for finding in _not_a_repair(release))


def _not_a_repair(release: ReleasePlan) -> Iterator[Finding]:
    subject, old, new = f"release {release.id}", release.installed_version, release.version
    if release.action is not ReleaseAction.UPGRADE:
        yield Finding(subject, Severity.BLOCKER, f"would be {release.action.value}ed: {_AN_APPLY}", _APPLY, False)
    elif old and new and old != new:
        yield Finding(subject, Severity.BLOCKER, f"would go {old} → {new}: {_AN_APPLY}", _APPLY, False)
    elif not (old and new):
        text = f"would go {old or 'an unknown version'} → {new or 'an unknown version'}: it may be another one"
        yield Finding(subject, Severity.WARNING, text, "write the exact version into the helmfile")
    elif release.changes:
        text = (
            f"{counted(len(release.changes), 'object')} would change: "
            "whether the cluster or the helmfile's files were changed "
            "since they were applied can't be told"
        )
        yield Finding(subject, Severity.WARNING, text, "read the diff: a repair puts back, and brings nothing new")


_AN_APPLY = "the helmfile asks for something else than what is installed"
_APPLY = "that is an apply (a)"


def summary(plan: Plan) -> str:
    """The plan in one line: ``1 release: longhorn 1.11.2 → 1.12.1; 14 objects change, 0 go``."""
    changing = plan.changing
    if not changing:
        number = len(plan.releases)
        return f"nothing to do: {counted(number, 'release')} {'is' if number == 1 else 'are'} as the helmfile asks"
    releases = ", ".join(_step(release) for release in changing)
    come, change, go = (sum(release.count(kind) for release in changing) for kind in Change)
    counts = [(come, "come"), (change, "change"), (go, "go")][0 if come else 1 :]
    words = [f"{number} {verb}{_third(number, verb)}" for number, verb in counts]
    first = counts[0][0]
    words[0] = words[0].replace(str(first), counted(first, "object"), 1)
    return f"{counted(len(changing), 'release')}: {releases}; {', '.join(words)}"


def _third(number: int, verb: str) -> str:
    return "" if number != 1 else "es" if verb.endswith("o") else "s"


def _step(release: ReleasePlan) -> str:
    old, new = release.installed_version, release.version
    if release.action is ReleaseAction.UNINSTALL:
        return f"{release.name} {old} is uninstalled"
    if release.action is ReleaseAction.INSTALL:
        return f"{release.name} {new} (new)".replace("  ", " ")
    if old and new and old != new:
        return f"{release.name} {old} → {new}"
    return f"{release.name} {new or old}".rstrip()


def differences(shown: Plan, now: Plan) -> tuple[str, ...]:
    """What is no longer as it was shown, a sentence each; empty when the plan still holds."""
    return tuple(_whole(shown, now)) + tuple(_files(shown.inputs, now.inputs)) + tuple(_releases(shown, now))


def _whole(shown: Plan, now: Plan) -> Iterator[str]:
    other = shown.identity.differs(now.identity)
    if other:
        yield f"this is another cluster: {other}"
    if shown.identity.context != now.identity.context:
        yield f"the context was {shown.identity.context} and is {now.identity.context}"
    for name, before, after in (
        ("component", shown.component, now.component),
        ("helmfile", shown.helmfile, now.helmfile),
        ("environment", shown.environment, now.environment),
        ("commit", shown.commit or "none", now.commit or "none"),
        ("list of hooks", ", ".join(shown.hooks) or "empty", ", ".join(now.hooks) or "empty"),
    ):
        if before != after:
            yield f"the {name} was {before} and is {after}"


def _files(shown: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(shown.keys() | now.keys()):
        if name not in now:
            yield f"{name} is gone"
        elif name not in shown:
            yield f"{name} is new"
        elif shown[name] != now[name]:
            yield f"{name} was changed"


def _releases(shown: Plan, now: Plan) -> Iterator[str]:
    before = {release.id: release for release in shown.releases}
    after = {release.id: release for release in now.releases}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"release {name} is not in the helmfile any more"
        elif name not in before:
            yield f"release {name} is new in the helmfile"
        else:
            yield from (f"release {name}: {words}" for words in _release(before[name], after[name]))


def _release(shown: ReleasePlan, now: ReleasePlan) -> Iterator[str]:
    for name, before, after in (
        ("revision", shown.revision or "none", now.revision or "none"),
        ("status", shown.status or "none", now.status or "none"),
        ("installed version", shown.installed_version or "none", now.installed_version or "none"),
        ("chart", shown.chart, now.chart),
        ("version", shown.version or "unknown", now.version or "unknown"),
        ("action", shown.action.value, now.action.value),
    ):
        if before != after:
            yield f"its {name} was {before} and is {after}"
    random = shown.random | now.random
    both = shown.hashes.keys() & now.hashes.keys()
    # A random name makes another object each time: then those of its kind can't be told apart.
    unnamed = {_kind(ref) for ref in random - both}
    different = (ref for ref in both - random if shown.hashes[ref] != now.hashes[ref])
    yield from _about(different, "would be different")
    yield from _about((ref for ref in now.hashes.keys() - both if _kind(ref) not in unnamed), "would be there too")
    yield from _about((ref for ref in shown.hashes.keys() - both if _kind(ref) not in unnamed), "would be missing")


def _kind(ref: ObjectRef) -> tuple[str, str, str]:
    return ref.group, ref.kind, ref.namespace


def _about(refs: Iterable[ObjectRef], what: str) -> Iterator[str]:
    names = named(refs)
    if names:
        yield f"{names} {what}"


def named(refs: Iterable[ObjectRef]) -> str:
    """Objects by name, and a count in place of those that are too many to name; empty when there are none."""
    return listed([str(ref) for ref in sorted(refs)], NAMED)
