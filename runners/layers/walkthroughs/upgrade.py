"""An upgrade, live: of one component of the foundation, or of one service that Flux applies."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from runners.layers import commands as c
from runners.layers.commands import Target
from runners.layers.components import foundation
from runners.layers.components.longhorn import LONGHORN
from runners.layers.picture import Layer
from runners.layers.settings import FoundationEntry
from runners.layers.walkthroughs.bootstrap import preflight, right_cluster
from runners.layers.walkthroughs.helmfile_calls import helmfile_calls
from runners.layers.walkthroughs.longhorn_proofs import (
    ENGINE_LIMIT,
    backed_up,
    engines_are_new,
    may_go_with_volumes,
    once_managed,
    storage_in_use,
)
from runners.layers.walkthroughs.steps import Doing, Step, Subject, Walkthrough
from runners.layers.walkthroughs.upgrade_proofs import applied, asked_version, may_go, once_applied, settled
from runners.layers.walkthroughs.upgrade_service import service_steps
from runners.layers.walkthroughs.watched import watched

NAME = "upgrade"
_ONLY_LOOKS = "nothing: this step only looks"
_HOLDS = 86_400.0
"""A day: who upgrades again next month confirms the cluster again, and decides anew what is skipped."""


def upgrade(subject: Subject) -> Walkthrough:
    """The walkthrough for one component."""
    entry = subject.settings.entry(subject.component)
    asked = asked_version(subject)
    # What was decided for one version counts for that one alone.
    suffix = f":{subject.component}" + (f":{asked}" if asked else "")
    first = right_cluster(f"cluster{suffix}"), preflight(f"preflight{suffix}")
    steps = _foundation_steps(subject, entry, suffix) if entry is not None else service_steps(subject, suffix)
    title = f"Upgrade {subject.component}" + (f" to {asked}" if asked else "")
    return Walkthrough(NAME, title, (*first, *steps), holds=_HOLDS)


def _foundation_steps(subject: Subject, entry: FoundationEntry, suffix: str) -> Iterator[Step]:
    storage = foundation(entry.component, ()) is LONGHORN
    yield _versions(subject, entry, suffix, storage=storage)
    if storage:
        yield _system_backup(subject, suffix)
    yield _apply(subject, entry, suffix)
    yield Step(
        f"settled{suffix}",
        "Settled",
        why="Helm is done long before the last old pod is gone, and the new ones work.",
        proof=once_applied(subject, settled(entry)),
        watch=watched(subject, Layer.FOUNDATION),
        looks_at="each workload's rollout, pods by revision, and the component's own rules",
        do=_ONLY_LOOKS,
        shell=lambda _settings, context: _rollouts(entry, context),
        usually="2–10 min",
        skip="when what is left does not matter to what comes next",
    )
    if storage:
        yield from _longhorn_afterwards(subject, entry, suffix)


def _versions(subject: Subject, entry: FoundationEntry, suffix: str, *, storage: bool) -> Step:
    return Step(
        f"versions{suffix}",
        "Versions",
        why="Longhorn goes one minor version at a time and never back, and no volume may be faulted before."
        if storage
        else "What the release notes of each version in between ask for is easier done before than after.",
        proof=may_go_with_volumes(subject) if storage else may_go(subject),
        looks_at="what helm has installed, and what the helmfile writes out" + (", and each volume" if storage else ""),
        do="read the release notes; write the version into the helmfile, and commit it",
        shell=lambda _settings, context: "\n".join(
            (
                *(_call("helm --kube-context", context, "list", "-n", space) for space in entry.namespaces),
                helmfile_calls(entry, context, "list"),
            )
        ),
        undo="ask for the version of before in the helmfile, while nothing is applied",
        skip="" if storage else "when the plan says it better",
    )


def _system_backup(subject: Subject, suffix: str) -> Step:
    name = "before-" + (asked_version(subject) or "the-upgrade").replace(".", "-")
    return Step(
        f"backup{suffix}",
        "A system backup first",
        why="There is no way back to the old minor version: what is restored then is this, by a Longhorn of that one.",
        proof=backed_up(subject),
        looks_at="the newest system backup: ready, of the installed version, and not a day old",
        doing=Doing.COMMAND,
        command=c.SYSTEM_BACKUP,
        target=Target(component=subject.component),
        do="make a SystemBackup, and wait until it is Ready",
        shell=lambda _settings, context: _manifest(context, name),
        undo=c.SYSTEM_BACKUP.undo,
        usually="1–5 min",
        skip="when you can do without a way back, or there is no backup target",
    )


def _apply(subject: Subject, entry: FoundationEntry, suffix: str) -> Step:
    return Step(
        f"apply{suffix}",
        "Apply",
        why="The plan says object by object what will change; exactly that is carried out.",
        proof=applied(subject, entry),
        watch=watched(subject, Layer.FOUNDATION),
        looks_at="each release: deployed, at the version that is asked for",
        doing=Doing.COMMAND,
        command=c.APPLY,
        target=Target(component=subject.component),
        do=f"plan and apply {entry.helmfile}",
        shell=lambda _settings, context: helmfile_calls(entry, context, "diff", "sync"),
        undo="none for Longhorn: a newer manager has changed its data"
        if foundation(entry.component, ()) is LONGHORN
        else c.APPLY.undo,
        usually="1–5 min",
        skip="when the plan finds nothing to do" if not subject.asked else "",
    )


def _longhorn_afterwards(subject: Subject, entry: FoundationEntry, suffix: str) -> Iterator[Step]:
    space = next(iter(entry.namespaces), "longhorn-system")
    yield Step(
        f"storage{suffix}",
        "Volumes and claims",
        why="Pods look well while their volumes are not: replicas are rebuilt after each manager's restart.",
        proof=once_applied(subject, once_managed(subject, storage_in_use)),
        watch=watched(subject, Layer.FOUNDATION),
        looks_at="each volume's robustness, and the claims of those that are attached",
        do=_ONLY_LOOKS,
        shell=lambda _settings, context: _call("kubectl --context", context, "-n", space, "get", "volumes.longhorn.io"),
        usually="1–10 min",
        milestone="storage",
    )
    yield Step(
        f"engines{suffix}",
        "Engines",
        why="A volume keeps its old engine until that is upgraded too; the next minor version may not know it.",
        proof=once_applied(subject, once_managed(subject, engines_are_new)),
        watch=watched(subject, Layer.FOUNDATION),
        looks_at="each volume's currentImage, against the setting default-engine-image",
        doing=Doing.COMMAND,
        command=c.UPGRADE_ENGINES,
        target=Target(component=entry.component),
        do=f"set {ENGINE_LIMIT} to 1, or upgrade each volume in Longhorn's own screen",
        shell=lambda _settings, context: _call(
            "kubectl --context", context, "-n", space, "patch", "settings.longhorn.io", ENGINE_LIMIT,
            "--type=merge", "-p", '{"value":"1"}',
        ),
        undo=c.UPGRADE_ENGINES.undo,
        usually="1 min a volume",
        skip="when you will upgrade them before the next minor version",
    )  # fmt: skip


def _call(tool: str, context: str, *words: str) -> str:
    return shlex.join((*tool.split(), context, *words))


def _rollouts(entry: FoundationEntry, context: str) -> str:
    return "\n".join(
        _call("kubectl --context", context, "-n", space, "get", "deployments,daemonsets,statefulsets,pods")
        for space in entry.namespaces
    )


def _manifest(context: str, name: str) -> str:
    """In one line, so that it can be copied as one."""
    wanted = {
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "SystemBackup",
        "metadata": {"name": name, "namespace": "longhorn-system"},
        "spec": {"volumeBackupPolicy": "if-not-present"},
    }
    create = _call("kubectl --context", context, "create", "-f", "-")
    return f"echo {shlex.quote(json.dumps(wanted))} | {create}"
