"""The worst day: from what survived to a cluster whose data is back, before anything could create it empty.

The same steps serve a new cluster, one whose etcd was restored, and one of which a single layer died: what is there
already proves itself. Longhorn's namespace, CRDs and release are never removed here: replicas on the nodes' disks, and
after CRDs even the backups, go with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.releases import RELEASES, current, in_the_middle
from runners.layers.settings import FoundationEntry, Settings
from runners.layers.survival.sheet import MOVE_AWAY, SHEET, Sheet
from runners.layers.verdicts import Verdict
from runners.layers.walkthroughs.disk_proofs import (
    disk_commands,
    disk_options,
    disks,
    orphan_findings,
    put_back,
    put_back_now,
)
from runners.layers.walkthroughs.flux_steps import flux_steps
from runners.layers.walkthroughs.helmfile_calls import helmfile_calls
from runners.layers.walkthroughs.old_disks import is_same, unanswered
from runners.layers.walkthroughs.proofs import is_usable
from runners.layers.walkthroughs.read_out import put_back_commands, read_out_commands
from runners.layers.walkthroughs.restore_by_hand import EXAMPLE
from runners.layers.walkthroughs.restore_choices import minor_step, what_step
from runners.layers.walkthroughs.restore_rules import DISKS, OLD_DATA, STORAGE
from runners.layers.walkthroughs.restore_steps import (
    hold_step,
    looked_step,
    release_step,
    restored_step,
    target_step,
)
from runners.layers.walkthroughs.shared_steps import (
    foundation_step,
    keys_before,
    keys_for_flux,
    preflight,
    right_cluster,
    services_step,
)
from runners.layers.walkthroughs.steps import Doing, Moment, Proof, Step, Walkthrough
from runners.layers.walkthroughs.triage import (
    recovery_of,
    survivors,
    triage,
)
from runners.layers.walkthroughs.verify import verify_steps

NAME = "recover"
REMEMBERED = 3 * 86_400.0
"""Seconds for which a decision counts: an older one was made in another disaster."""
_NAME_IT = "add survival: {write: ~/CLUSTER.survival.yaml} to bedplate.yaml, and start bedplate again"
_DELETES = (
    "'orphan-auto-deletion: .?(true|t|1)|orphan-resource-auto-deletion: .*replica"
    "|name: .?orphan-(resource-)?auto-deletion'"
)
_SPARING = (
    "# for old disks that may live: it syncs only where nothing turns orphan deletion on; "
    "else take orphanResourceAutoDeletion, or orphanAutoDeletion, out of Longhorn's values"
)
_WHY_SERVICES = (
    "They come back in the order of their dependencies: what stands first here is the cause of what follows."
)


def recover(settings: Settings, sheet: Sheet | None = None) -> Walkthrough:
    """The walkthrough for one repository; with a survival sheet its commands name what is to be restored."""
    return Walkthrough(NAME, "Recover", tuple(_steps(settings, sheet)), holds=REMEMBERED)


def _steps(settings: Settings, sheet: Sheet | None) -> Iterator[Step]:
    yield triage_step()
    yield disks_step()
    yield right_cluster(built_anew=True)
    yield preflight()
    storage = settings.entry(STORAGE)
    if storage is not None:
        yield minor_step()
        yield from keys_before(settings, STORAGE)
        yield longhorn_step(storage)
        yield storage_step()
        yield survivors_step()
        yield target_step()
        yield hold_step()
        yield what_step()
        yield restored_step(sheet)
        yield old_data_step()
    for entry in settings.before_flux:
        if entry is not storage:
            yield from keys_before(settings, entry.component)
            yield foundation_step(entry)
    yield from keys_for_flux(settings)
    yield from flux_steps(settings)
    yield replace(services_step(), title="Services are back", why=_WHY_SERVICES)
    if storage is not None:
        yield looked_step()
        yield release_step()
    yield from verify_steps(settings)
    yield report_step(settings)


def triage_step() -> Step:
    """What there is to go by."""
    return Step(
        "triage",
        "Triage",
        why="The first change on a bad day is the one that is regretted: look first at what is alive and survives.",
        proof=triage,
        looks_at="both layers, the kube-system uid against the sheet, and which claims have a backup",
        do="nothing: this step only looks",
        shell=lambda _settings, context: (
            f"kubectl --context {context} get namespace kube-system -o 'jsonpath={{.metadata.uid}}'"
        ),
    )


def disks_step() -> Step:
    """What has become of the old disks."""
    return Step(
        DISKS,
        "Are the old disks alive?",
        why=(
            "A cluster can be gone while its replica directories are left on the nodes: then they are the last copy of "
            "what was written after the last backup. Uninstalling Longhorn, or deleting its namespace or CRDs, deletes "
            "them: a runbook that does so is wrong, and it is offered nowhere here."
        ),
        proof=disks,
        doing=Doing.DECISION,
        do=(
            "look at /var/lib/longhorn/replicas on each node. What is left there can be read out, as this says, now or "
            "once Longhorn runs beside it; answer “alive” then, and it waits for that"
        ),
        shell=lambda _settings, context: read_out_commands("", context),
        shell_now=disk_commands,
        undo="take the answer back (u)",
        options=disk_options,
    )


def old_data_step() -> Step:
    """What only the old disks have is copied into its claims."""
    return Step(
        OLD_DATA,
        "Old data put back",
        why=(
            "What is newer than its backup is on the old disks alone. Now each restored claim is bound, and nothing "
            "runs on it yet; later its application has to be stopped first, and Flux with it."
        ),
        proof=put_back,
        doing=Doing.DECISION,
        looks_at="a person's word, where the old disks live and something was restored",
        do=(
            "copy what you need into its claim, by a pod on the node of its old replica: of two directories of a "
            "volume the old one is Longhorn's orphan. Claims of one database or object store belong together: put back "
            "all of them, of the same moment, or none. Then confirm, which says that it is done and copies nothing. A "
            "claim that was left out gets its old data once it is there"
        ),
        shell=lambda _settings, context: put_back_commands((EXAMPLE,), "", context),
        shell_now=put_back_now,
        undo="take the word back (u); the backups are as they were: “Data looked at” says how one is restored again",
        skip="when nothing newer is needed, or you put it back later with its application stopped",
    )


def longhorn_step(entry: FoundationEntry) -> Step:
    """Longhorn alone, before anything else of the foundation; a look at its values first, where old disks may live."""

    def plain(context: str) -> str:
        return helmfile_calls(entry, context, "list", "sync")

    def sparing(context: str) -> str:
        listed, template, sync = helmfile_calls(entry, context, "list", "template", "sync").splitlines()
        looked = f'made=$({template}) && ! grep -Ei {_DELETES} <<< "$made"'
        return "\n".join((listed, _SPARING, f"{looked} && {sync}"))

    return replace(
        foundation_step(entry),
        title="Longhorn by helmfile",
        proof=_installed,
        milestone="",
        shell=lambda _settings, context: sparing(context),
        shell_now=lambda moment, context: (sparing if _disks_may_live(moment) else plain)(context),
    )


def _disks_may_live(moment: Moment) -> bool:
    recovery = recovery_of(moment)
    return recovery.keeps_disks or bool(unanswered(moment.rows, recovery, moment.picture.identity))


def _installed(moment: Moment) -> Proof:
    """The release is there; whether storage is usable is another step's matter."""
    state = moment.picture.component(STORAGE)
    if state is None or state.verdict is Verdict.UNKNOWN:
        return is_usable(STORAGE)(moment)
    if state.verdict is Verdict.ABSENT:
        return (Finding(STORAGE, Severity.BLOCKER, "is not installed"),)
    if state.verdict is Verdict.FAILED:
        return (Finding(STORAGE, Severity.BLOCKER, f"failed: {state.summary}"),)
    releases = current(moment.rows.within(RELEASES, state.namespaces)).values()
    if any(in_the_middle(row.status) for row in releases) or (
        state.verdict is Verdict.PROGRESSING and not state.version
    ):
        return (Finding(STORAGE, Severity.WARNING, "is being installed"),)
    return (Finding(STORAGE, Severity.OK, f"{state.version or 'some version'} is installed"),)


def storage_step() -> Step:
    """Claims can bind."""
    usable = is_usable(STORAGE)
    return Step(
        "storage",
        "Storage is usable",
        why="Helm says deployed before there is storage: Longhorn's manager makes the StorageClass and CSI afterwards.",
        proof=lambda moment: (*usable(moment), *orphan_findings(moment)),
        looks_at="Longhorn's managers, StorageClass and CSI, and whether it would delete replicas it does not know",
        do="nothing: this step only looks",
        shell=lambda _settings, context: f"kubectl --context {context} get storageclass,csinode",
        usually="60–90 s",
        milestone="storage",
    )


def survivors_step() -> Step:
    """What lived through it is sound."""
    return Step(
        "survivors",
        "Volumes that live",
        why="A restored etcd knows volumes whose replicas moved on: they are repaired, and never restored over.",
        proof=survivors,
        looks_at="the robustness of each volume that was not made from a backup",
        do="where one is stuck: restart Longhorn's managers, then look for attachments to nodes that are gone",
        shell=lambda _settings, context: "\n".join(
            (
                f"kubectl --context {context} -n longhorn-system rollout restart daemonset/longhorn-manager",
                f"kubectl --context {context} get volumeattachments.storage.k8s.io",
            )
        ),
        skip="when a faulted volume is given up, and its claim is left out of what is restored",
    )


def report_step(settings: Settings) -> Step:
    """The next disaster finds a sheet of this cluster."""
    file = settings.survival_file
    return Step(
        "report",
        "Report and new sheet",
        why=(
            "Without a sheet of this cluster the next recovery would be led astray. What was done here, when and by "
            "whom is printed by bedplate report."
        ),
        proof=_has_new_sheet,
        looks_at="that the sheet on this machine is of this cluster",
        doing=Doing.SHEET if file else Doing.LOOK,
        do="write it; a sheet of the cluster that died is kept beside it. Each good change writes it anew by itself"
        if file
        else f"{_NAME_IT}; or write one by this command, and skip this step",
        shell=lambda _settings, _context: _sheet_commands(file),
        skip="when bedplate.yaml names no file for it, and you have written one yourself",
    )


def _sheet_commands(file: str) -> str:
    if not file:
        return "bedplate survival --write FILE"
    return f"mv -n {file} {file}.before\nbedplate survival --write {file}"


def _has_new_sheet(moment: Moment) -> Proof:
    identity, sheet, file = moment.picture.identity, moment.sheet, moment.settings.survival_file
    about = SHEET
    if not file:
        return (Finding(about, Severity.WARNING, "bedplate.yaml names no file for it", "do as it says under Do"),)
    if sheet is None or identity is None:
        text = moment.sheet_missing or "is not there"
        remedy = "↵ writes it" if text.endswith("is not there") else MOVE_AWAY
        return (Finding(about, Severity.WARNING, text, remedy),)
    if not is_same(sheet, identity.uid):
        text = f"is still the one of {sheet.cluster.uid[:8]}…"
        return (Finding(about, Severity.WARNING, text, "↵ keeps that one, and writes the new one"),)
    return (Finding(SHEET, Severity.OK, f"of this cluster, written {sheet.written}"),)
