"""Who is changing a cluster now, by the Lease that Bedplate keeps there."""

from __future__ import annotations

import json
import time

from runners.tools.lease import Held, decide
from tests.rig.cluster import Rig


def lease_holder(rig: Rig) -> str:
    """Who holds the Lease; empty where nobody does.

    One that ran out is nobody's: a program that was killed between its Lease and its run leaves such a one.
    """
    found = rig.kubectl("get", "lease", "-n", "kube-system", "bedplate", "--ignore-not-found", "-o", "json")
    held = decide(json.loads(found) if found else None, "", time.time())
    return held.by if isinstance(held, Held) else ""
