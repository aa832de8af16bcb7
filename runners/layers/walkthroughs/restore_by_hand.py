"""The restore as commands that a person can copy, from what the survival sheet says: usable without Bedplate."""

from __future__ import annotations

from collections.abc import Iterator

from runners.layers.jsons import text
from runners.layers.quantities import bytes_of, quantity_of
from runners.layers.rows import Rows
from runners.layers.survival.sheet import Sheet, SheetClaim
from runners.layers.walkthroughs import restore_objects as objects
from runners.layers.walkthroughs.restore_rules import (
    DISKS,
    GONE,
    SYSTEM,
    VOLUMES_OF,
    Recovery,
    Restorable,
    choice,
    wanted,
)

EXAMPLE = Restorable("NAMESPACE", "CLAIM", "VOLUME", "BACKUP", 10 * 2**30, "STORAGECLASS")
"""Stands for a claim where no sheet names one; the API takes no name in capitals, so none is applied by mistake."""
_TOLD = "BACKUP:.status.url,VOLUME:.status.volumeName,SIZE:.status.volumeSize,CLAIM:.status.labels.KubernetesStatus"
"""What each backup says of the volume that it is of, as columns."""


def restore_commands(sheet: Sheet | None, context: str) -> str:
    """Lines for a shell: each claim of the sheet that has a backup, or how one volume, or a system backup, returns."""
    claims = [claim for claim in (sheet.claims if sheet is not None else ()) if claim.backup and claim.longhorn_volume]
    lines = [line for claim in claims for line in _of_claim(_restorable(claim), context)] or list(_of_any(context))
    about = "# or all from a system backup: put its name for NAME"
    return "\n".join((*lines, about, _of_system("NAME", context)))


def chosen_commands(rows: Rows, recovery: Recovery, context: str) -> str:
    """The same for what was chosen, by its names; before that, for all there may be."""
    kind, names = choice(recovery)
    if kind == SYSTEM:
        spaces = sorted({one.namespace for one in wanted(rows, recovery)})
        made = (
            f"kubectl --context {context} apply -f - <<< {objects.quoted(objects.namespace(name))}" for name in spaces
        )
        about = f"# all from system backup {names[0]}, after its namespaces"
        return "\n".join((about, *made, _of_system(names[0], context, gone=recovery.answer(DISKS) == GONE)))
    if kind == VOLUMES_OF:
        return "\n".join(line for one in wanted(rows, recovery) for line in _of_claim(one, context))
    return restore_commands(recovery.sheet, context)


def _of_system(name: str, context: str, *, gone: bool = False) -> str:
    made = objects.system_restore(name)
    restore = f"kubectl --context {context} apply -f - <<< {objects.quoted(made)}"
    if gone:
        return restore
    call = f"kubectl --context {context} -n {objects.SPACE}"
    new, old = (
        f"""{call} patch settings.longhorn.io {setting} --type merge -p '{{"value":"{value}"}}'"""
        for setting, value in (("orphan-resource-auto-deletion", ""), ("orphan-auto-deletion", "false"))
    )
    state = f"$({call} get systemrestores.longhorn.io/{text(made, 'metadata', 'name')} -o 'jsonpath={{.status.state}}')"
    return "\n".join(
        (
            "# it brings settings back in the middle: for kept disks, orphan deletion is put off all the while",
            f"spare() {{ {new} || {old}; }}",
            restore,
            f"until spare; [[ {state} =~ ^(Completed|Error)$ ]]; do sleep 2; done; spare",
        )
    )


def _restorable(claim: SheetClaim) -> Restorable:
    return Restorable(
        claim.namespace, claim.name, claim.longhorn_volume, claim.backup, bytes_of(claim.size), claim.storage_class
    )


def _of_any(context: str) -> Iterator[str]:
    """What is the same for any claim, and where to look up what is not."""
    yield f"kubectl --context {context} -n {objects.SPACE} get backups.longhorn.io -o custom-columns={_TOLD}"
    size = f"the size ({EXAMPLE.size}, which is {quantity_of(EXAMPLE.size)})"
    yield (
        f"# for each volume that you want: the lines below with what that says for {EXAMPLE.backup}, {EXAMPLE.volume}"
        f", {EXAMPLE.name}, {EXAMPLE.namespace} and {size}, and your {EXAMPLE.storage_class}"
    )
    yield from _of_claim(EXAMPLE, context)


def _of_claim(one: Restorable, context: str) -> Iterator[str]:
    kubectl = f"kubectl --context {context}"
    yield f"# {one.claim}: its volume from its backup, and when that is whole, the claim on it"
    yield f"{kubectl} apply -f - <<< {objects.quoted(objects.volume(one, 0))}"
    wait = f"{kubectl} -n {objects.SPACE} wait volumes.longhorn.io/{one.volume} --timeout=24h"
    # Before Longhorn has begun, nothing is said to be required.
    begun, done = (f"--for=jsonpath='{{.status.{field}}}'" for field in ("restoreInitiated", "restoreRequired"))
    yield f"{wait} {begun}=true && {wait} {done}=false"
    for obj in (objects.namespace(one.namespace), objects.persistent_volume(one, "ext4"), objects.claim(one)):
        yield f"{kubectl} apply -f - <<< {objects.quoted(obj)}"
