"""A helmfile's hooks follow the kubeconfig's current context: a run's own kubeconfig has the pinned one alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.person import Person
from tests.e2e.place import Place
from tests.rig.cluster import Rig

pytestmark = pytest.mark.rig


@pytest.fixture
def other() -> Iterator[Rig]:
    """Another cluster, which the person's kubeconfig points to."""
    with Rig("api") as rig:
        yield rig


def test_a_hook_speaks_to_the_pinned_cluster_wherever_the_shell_points(place: Place, other: Rig) -> None:
    marks = "kubectl create configmap from-hook-$1 -n default --from-literal=a=b"
    hook = {"command": "sh", "args": ["-c", marks, "hook"]}
    place.helmfile(
        hooks=[
            {**hook, "events": ["presync"], "args": [*hook["args"], "presync"]},
            {**hook, "events": ["postsync"], "args": [*hook["args"], "postsync"]},
        ]
    )
    place.commit("Mark the cluster")
    both = _both(place.rig, other, place.repository.parent)
    home = Path(place.environ["HOME"]) / ".kube" / "config"
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text(other.kubeconfig.read_text())
    astray = {
        "KUBECONFIG": str(both),
        "HELM_KUBECONTEXT": "other",
        "HELM_KUBEAPISERVER": other.server,
        "HELM_NAMESPACE": "default",
        "HELMFILE_KUBE_CONTEXT": "other",
        "HELMFILE_NAMESPACE": "default",
    }
    with place.open("--context", "rig", **astray) as terminal:
        person = Person(terminal, place.rig)
        assert f" rig  {place.rig.server}" in person.sees("● live").splitlines()[0]
        terminal.press("a")
        assert f"rig · {place.rig.server}" in person.is_asked("Apply web")
        person.confirms("Apply web", "Apply")
        person.sees("applied what you saw", seconds=60)
    maps = place.rig.kubectl("get", "configmaps", "-n", "default", "-o", "name")
    assert {"configmap/from-hook-presync", "configmap/from-hook-postsync"} <= set(maps.split())
    assert place.release() == (1, "deployed")
    assert "from-hook" not in other.kubectl("get", "configmaps", "-n", "default", "-o", "name")
    assert "helm" not in other.kubectl("get", "secrets", "-A", "-o", "name")
    assert place.namespace not in other.kubectl("get", "namespaces", "-o", "name")
    assert other.kubectl("get", "leases", "-n", "kube-system", "bedplate", "--ignore-not-found") == ""
    # The same by hand goes astray: it is the private kubeconfig that keeps the hooks on the pinned cluster.
    argv = ("helmfile", "--kube-context", "rig", "-f", "web/helmfile.yaml", "sync")
    assert place.rig.run(*argv, cwd=place.repository, KUBECONFIG=str(both)).returncode == 0
    assert "from-hook" in other.kubectl("get", "configmaps", "-n", "default", "-o", "name")


def _both(pinned: Rig, other: Rig, folder: Path) -> Path:
    """One kubeconfig with both clusters, whose current context is the other one."""
    first, second = (
        yaml.safe_load(rig.kubeconfig.read_text().replace(": rig\n", f": {name}\n"))
        for rig, name in ((pinned, "rig"), (other, "other"))
    )
    for section in ("clusters", "users", "contexts"):
        first[section] += second[section]
    first["current-context"] = "other"
    path = folder / "both.yaml"
    path.write_text(yaml.safe_dump(first))
    return path
