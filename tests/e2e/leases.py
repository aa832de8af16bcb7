"""Who is changing a cluster now, by the Lease that Bedplate keeps there."""

from __future__ import annotations

import json
import time

from runners.layers.jsons import text
from runners.tools.lease import Held, decide
from tests.rig.cluster import Rig


def lease_holder(rig: Rig) -> str:
    """Whose name stands in the Lease; empty where it was given back."""
    return text(_lease(rig), "spec", "holderIdentity")


def who_changes_it(rig: Rig) -> str:
    """Who may go on changing it; empty where nobody does.

    A Lease that ran out is nobody's: a program that was killed between its Lease and its run leaves such a one.
    """
    held = decide(_lease(rig), "", time.time())
    return held.by if isinstance(held, Held) else ""


def _lease(rig: Rig) -> dict[str, object] | None:
    found = rig.kubectl("get", "lease", "-n", "kube-system", "bedplate", "--ignore-not-found", "-o", "json")
    return json.loads(found) if found else None
