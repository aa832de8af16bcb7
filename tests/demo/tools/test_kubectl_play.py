"""The stand-in for kubectl: a Secret deleted, as the way out of a stuck release asks for it."""

from __future__ import annotations

from runners.demo.homelab import CONTEXT
from tests.demo.tools.place import Place


def test_a_pending_record_is_deleted_and_the_release_can_be_installed(place: Place) -> None:
    assert place.call("helmfile --no-color -f longhorn/helmfile.yaml sync").code == 0
    name = "sh.helm.release.v1.longhorn.v1"
    line = f"kubectl delete secret {name} --context {CONTEXT} -n longhorn-system"
    assert place.call(line) == (0, f'secret "{name}" deleted from longhorn-system namespace\n', "")
    assert place.call("helm list -n longhorn-system -a -o json").stdout == "[]\n"
    again = place.call(line)
    assert (again.code, again.stderr) == (1, f'Error from server (NotFound): secrets "{name}" not found\n')


def test_what_it_does_not_know_is_said() -> None:
    from runners.demo.tools import edge, kubectl

    assert edge.run("kubectl", kubectl.main, ["get", "pods"]) == 1
