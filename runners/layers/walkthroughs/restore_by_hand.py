"""The restore as commands that a person can copy, from what the survival sheet says: usable without Bedplate."""

from __future__ import annotations

import json
from collections.abc import Iterator

from runners.layers.jsons import Json
from runners.layers.quantities import bytes_of
from runners.layers.survival.sheet import Sheet, SheetClaim
from runners.layers.walkthroughs import restore_objects as objects
from runners.layers.walkthroughs.restore_rules import Restorable


def restore_commands(sheet: Sheet | None, context: str) -> str:
    """Lines for a shell: each claim of the sheet that has a backup, or how a system backup is restored."""
    apply = f"kubectl --context {context} apply -f -"
    claims = [claim for claim in (sheet.claims if sheet is not None else ()) if claim.backup and claim.longhorn_volume]
    lines = [line for claim in claims for line in _of_claim(claim, context)]
    about = f"# {'or all from' if lines else 'all from'} a system backup: put its name for NAME"
    return "\n".join((*lines, about, f"{apply} <<< '{_line(objects.system_restore('NAME'))}'"))


def _of_claim(claim: SheetClaim, context: str) -> Iterator[str]:
    one = Restorable(
        claim.namespace, claim.name, claim.longhorn_volume, claim.backup, bytes_of(claim.size), claim.storage_class
    )
    kubectl = f"kubectl --context {context}"
    yield f"# {one.claim}: its volume from its backup, and when that is whole, the claim on it"
    yield f"{kubectl} apply -f - <<< '{_line(objects.volume(one, 0))}'"
    done = "--for=jsonpath='{.status.restoreRequired}'=false --timeout=24h"
    yield f"{kubectl} -n {objects.SPACE} wait volumes.longhorn.io/{one.volume} {done}"
    for obj in (objects.namespace(one.namespace), objects.persistent_volume(one, "ext4"), objects.claim(one)):
        yield f"{kubectl} apply -f - <<< '{_line(obj)}'"


def _line(obj: Json) -> str:
    """JSON for single quotes of a shell: what a sheet says may hold any character."""
    return json.dumps(obj, separators=(",", ":")).replace("'", "'\\''")
