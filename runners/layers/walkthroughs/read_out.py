"""Old replicas as commands to copy: how one is read out on its node, and how what was read goes back into a claim.

The reading is Longhorn's own way (its documentation, *Exporting a Volume from a Single Replica*), by a pod: a node may
have neither docker nor a shell.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from runners.layers.jsons import Json
from runners.layers.walkthroughs.restore_objects import quoted
from runners.layers.walkthroughs.restore_rules import Restorable

POD = "old-replica"
"""What the pod is called that has an old replica's data at ``/old``."""
_SPACE = "kube-system"
"""Where it reads out: in no other namespace is a privileged pod let in everywhere."""
_PLACE = "/var/lib/longhorn/replicas"
_NODE, _VOLUME, _SUFFIX = "NODE", "VOLUME", "SUFFIX"
"""Stand for what only somebody knows who has looked; no name in capitals is one of the API's."""
_REPLAYS = "Mounting it replays its journal: where there is room, copy that directory first"
_COLUMNS = "NODE:.spec.nodeID,DIRECTORY:.spec.parameters.DataName"
_SIZE = """"$(sed 's/.*"Size":\\([0-9]*\\).*/\\1/' /volume/volume.meta)\""""
_DEVICE = '"/host/dev/longhorn/$REPLICA"'
_SHOW = (
    f'launch-simple-longhorn "$REPLICA" {_SIZE} & '
    f"until test -e {_DEVICE}; do sleep 1; done; "
    # Of xfs one uuid is mounted once: the restored volume may have it already.
    f"mkdir -p /old && (mount -o ro {_DEVICE} /old || mount -o ro,nouuid {_DEVICE} /old) && exec sleep infinity"
)
_MOUNTED = "grep -q ' /old ' /proc/mounts"


def read_out_commands(version: str, context: str) -> str:
    """Lines for a shell: which old replicas there are, and how the data of one is had as a file.

    Args:
        version: Longhorn's, as ``1.12.1``; empty where it isn't known.
        context: the kubeconfig's.
    """
    call = _kubectl(context, _SPACE)
    pod = _pod(f"{_VOLUME}-{_SUFFIX}", version)
    return "\n".join(
        (
            *_where(context),
            f"# {_NODE}, {_VOLUME}-{_SUFFIX}: of a volume the newest whole one. {_REPLAYS}",
            f"{call} apply -f - <<< {quoted(pod)}",
            f"{call} wait pod/{POD} --for=condition=Ready --timeout=5m && "
            f'{call} exec {POD} -- tar -C /old -cf - . > "$HOME/{_VOLUME}-{_SUFFIX}.tar"',
            f"{call} delete pod/{POD}",
        )
    )


def put_back_commands(ones: Sequence[Restorable], version: str, context: str) -> str:
    """Lines for a shell: for each claim a pod that has the old data beside it, and copies it.

    Args:
        ones: the claims.
        version: Longhorn's, whose engine image is on every node already.
        context: the kubeconfig's.
    """
    about = (
        *_where(context),
        f"# for each claim: of its volume's orphans the newest whole one. {_REPLAYS}",
        "# cp adds and overwrites; where nothing of the backup may stay, as in a database or an object store, take the "
        "# off the line before it, which empties the claim",
        "# where PodSecurity refuses it: label the namespace pod-security.kubernetes.io/enforce=privileged meanwhile",
    )
    return "\n".join((*about, *(line for one in ones for line in _of_claim(one, version, context))))


def _where(context: str) -> Iterator[str]:
    yield "# old replicas by node, once Longhorn is installed: it calls them orphans, and what it has restored is none"
    yield f"{_kubectl(context, 'longhorn-system')} get orphans.longhorn.io -o custom-columns={_COLUMNS}"
    yield "# which of them were whole (Rebuilding false), and of when: on each node"
    yield f"(cd {_PLACE} && grep -H . */volume.meta && ls -lt */volume-head-*.img)"
    yield (
        "# where none is listed: Longhorn looks at a disk about every half minute once it has that disk; until then an "
        "empty list says nothing. The old directory was there before the restore, the new one is written to"
    )


def _of_claim(one: Restorable, version: str, context: str) -> Iterator[str]:
    call = _kubectl(context, one.namespace)
    inside = f"{call} exec {POD} -- bash -c"
    empty, copy = (f"{_MOUNTED} && {words}" for words in ("shopt -s dotglob && rm -rf /new/*", "cp -a /old/. /new/"))
    yield f"# {one.claim}: put the node of its orphan for {_NODE}, and how its directory ends for {_SUFFIX}"
    yield f"{call} apply -f - <<< {quoted(_pod(f'{one.volume}-{_SUFFIX}', version, one.name))}"
    yield f"{call} wait pod/{POD} --for=condition=Ready --timeout=5m"
    yield f"# {inside} {shlex.quote(empty)}"
    yield f"{inside} {shlex.quote(copy)}"
    yield f"{call} delete pod/{POD}"


def _pod(replica: str, version: str, claim: str = "") -> Json:
    """A pod on the node of a replica, which serves it as a device and mounts that, beside a claim where one is named.

    It asks no scheduler, for only that node has the directory, and starts nowhere else.
    """
    paths = {"dev": "/dev", "proc": "/proc", "replica": f"{_PLACE}/{replica}"}
    mounts = {"dev": "/host/dev", "proc": "/host/proc", "replica": "/volume", **({"new": "/new"} if claim else {})}
    volumes: list[Json] = [
        {"name": name, "hostPath": {"path": path, "type": "Directory"}} for name, path in paths.items()
    ]
    if claim:
        volumes.append({"name": "new", "persistentVolumeClaim": {"claimName": claim}})
    show = {
        "name": "show",
        "image": f"longhornio/longhorn-engine:{_tag(version)}",
        "command": ["bash", "-c", _SHOW],
        "env": [{"name": "REPLICA", "value": replica}],
        "securityContext": {"privileged": True},
        "readinessProbe": {"exec": {"command": ["sh", "-c", _MOUNTED]}, "periodSeconds": 2},
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
    }
    spec = {"nodeName": _NODE, "restartPolicy": "Never", "containers": [show], "volumes": volumes}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": POD}, "spec": spec}


def _tag(version: str) -> str:
    return f"v{version.removeprefix('v')}" if version else "VERSION"


def _kubectl(context: str, namespace: str) -> str:
    return shlex.join(("kubectl", "--context", context, "-n", namespace))
