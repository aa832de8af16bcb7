"""Old replicas as commands to copy: how one is read out on its node, and how what was read goes back into a claim.

The reading is Longhorn's own way (its documentation, *Exporting a Volume from a Single Replica*).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence

from runners.layers.jsons import Json
from runners.layers.walkthroughs.restore_rules import Restorable

_PLACE = "/var/lib/longhorn/replicas"
POD = "put-back"
"""What the pod is called that copies into a claim."""
_NODE, _SUFFIX = "NODE", "SUFFIX"
"""Stand for what nobody but who has looked at the nodes knows; no name in capitals is one of the API's."""


def read_out_commands(version: str) -> str:
    """Lines for a shell on the node: which replicas are there, and how one becomes a device that is mounted.

    Args:
        version: Longhorn's, as ``1.12.1``; empty where it isn't known.
    """
    size = """$(sed 's/.*"Size":\\([0-9]*\\).*/\\1/' "$R/volume.meta")"""
    return "\n".join(
        (
            "# on each node: which replicas there are, their sizes, whether whole (Rebuilding false), the newest",
            f"cd {_PLACE} && grep -H . */volume.meta && ls -lt */volume-head-*.img",
            "# the newest of a volume that was whole: R is its directory",
            "R=VOLUME-SUFFIX",
            'docker run -d --name "$R" --privileged -v /dev:/host/dev -v /proc:/host/proc -v "$PWD/$R:/volume" '
            f'longhornio/longhorn-engine:{_tag(version)} launch-simple-longhorn "$R" "{size}"',
            "# where there is no docker, nerdctl takes the same words",
            'until test -e "/dev/longhorn/$R"; do sleep 1; done',
            'mkdir -p "/mnt/$R" && mount -o ro "/dev/longhorn/$R" "/mnt/$R"',
        )
    )


def put_back_commands(ones: Sequence[Restorable], version: str, context: str) -> str:
    """Lines for a shell with kubectl: for each claim a pod on the node that has the old data mounted.

    Args:
        ones: the claims.
        version: Longhorn's, whose engine image is on every node already.
        context: the kubeconfig's.
    """
    about = f"# {_NODE}: where it is mounted; {_SUFFIX}: how the directory of its replica ends"
    return "\n".join((about, *(line for one in ones for line in _of_claim(one, version, context))))


def _of_claim(one: Restorable, version: str, context: str) -> Iterator[str]:
    call = shlex.join(("kubectl", "--context", context, "-n", one.namespace))
    pod = json.dumps(_copying(one, version), separators=(",", ":")).replace("'", "'\\''")
    yield f"# {one.claim}"
    yield f"{call} apply -f - <<< '{pod}'"
    yield f"{call} wait pod/{POD} --for=jsonpath='{{.status.phase}}'=Succeeded --timeout=24h"
    yield f"{call} delete pod/{POD}"


def _copying(one: Restorable, version: str) -> Json:
    """A pod that copies a folder of its node into a claim; it asks no scheduler, for only that node has the folder."""
    mounts = [{"name": "old", "mountPath": "/old", "readOnly": True}, {"name": "new", "mountPath": "/new"}]
    copy = {
        "name": "copy",
        "image": f"longhornio/longhorn-engine:{_tag(version)}",
        "command": ["cp", "-a", "/old/.", "/new/"],
        "volumeMounts": mounts,
    }
    volumes = [
        {"name": "old", "hostPath": {"path": f"/mnt/{one.volume}-{_SUFFIX}", "type": "Directory"}},
        {"name": "new", "persistentVolumeClaim": {"claimName": one.name}},
    ]
    spec = {"nodeName": _NODE, "restartPolicy": "Never", "containers": [copy], "volumes": volumes}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": POD}, "spec": spec}


def _tag(version: str) -> str:
    return f"v{version.removeprefix('v')}" if version else "VERSION"
