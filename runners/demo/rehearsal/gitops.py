"""What Flux finds in Git in a rehearsal: a person's own Kustomizations in their order, and workloads that stand in.

A Kustomization keeps its name, what it depends on and whether it is suspended; what it applies is a workload for each
of its HelmReleases and workloads, and the claims that the survival sheet knows in their namespaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from runners.demo.homelab_manifests import manifests
from runners.demo.rehearsal.helmfiles import STAND_INS
from runners.demo.rehearsal.workloads import Manifest, claimed, in_yaml, namespace, workload
from runners.layers.discovery.documents import Files, is_known, read
from runners.layers.discovery.manifests import manifests_in
from runners.layers.discovery.reach import HELM_GROUP, KUSTOMIZE_GROUP, GitObject
from runners.layers.jsons import Json, mapping, sequence, text, truth
from runners.layers.survival.sheet import SheetClaim

SYNC = "flux-system"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_PLAYED = ("metallb", "cert-manager")
"""Services that the demo plays: Bedplate looks at more of them than at their workloads."""


def gitops_texts(
    files: Files, objects: Sequence[GitObject], root: str, claims: Iterable[SheetClaim], foundation: Collection[str]
) -> Mapping[str, str]:
    """The files below Flux's root, and those that its Kustomizations apply.

    Args:
        files: the person's.
        objects: what Flux reaches in them.
        root: the folder where Flux begins; empty for the repository's root.
        claims: those of the survival sheet.
        foundation: namespaces that are the foundation's: their claims are not for Flux.
    """
    ones = [one for one in objects if _is_named(one) and not _is_sync(one)]
    appliers = {f"{one.namespace}/{one.name}": one for one in ones if _applies(one)}
    tree = _Tree(files, appliers, [each for each in claims if each.namespace not in foundation], foundation)
    made = {}
    at_root = [one for one in ones if one.applier not in appliers]
    inside = f"{root}/" if root else ""
    for name, own in [("", at_root), *((name, _applied_by(name, ones)) for name in appliers)]:
        folder = f"{inside}{STAND_INS}.yaml" if not name else f"{_folder(appliers[name])}/all.yaml"
        made[folder] = in_yaml(tree.applied(name, own))
    return made


def _is_named(one: GitObject) -> bool:
    return bool(one.name) and is_known(one.name) and is_known(one.namespace)


def _is_sync(one: GitObject) -> bool:
    return _applies(one) and (one.namespace, one.name) == (SYNC, SYNC)


def _applies(one: GitObject) -> bool:
    return (one.kind, one.group) == ("Kustomization", KUSTOMIZE_GROUP)


def _applied_by(name: str, ones: Iterable[GitObject]) -> list[GitObject]:
    return [one for one in ones if one.applier == name]


def _folder(one: GitObject) -> str:
    return f"{STAND_INS}/gitops/{one.namespace or SYNC}-{one.name}"


class _Tree:
    """Makes the objects of one folder after another; each claim and each workload once."""

    def __init__(
        self,
        files: Files,
        appliers: Mapping[str, GitObject],
        claims: Sequence[SheetClaim],
        foundation: Collection[str],
    ) -> None:
        self._files, self._appliers, self._claims = files, appliers, list(claims)
        self._made: set[tuple[str, ...]] = set()
        self._spaces: set[str] = {SYNC, "", "default", "kube-system", *foundation}

    def applied(self, name: str, own: Sequence[GitObject]) -> list[Manifest]:
        """Everything that one Kustomization applies; the root's where it has no name."""
        parts = [each for one in own for each in self._stand_ins(one)]
        spaces = [text(part, "metadata", "namespace") for part in parts]
        parts = [*parts, *(each for space in dict.fromkeys(spaces) for each in self._of_claims(space))]
        whole = [*(namespace(space) for space in self._new_spaces(spaces)), *self._once(parts)]
        return whole or [_nothing(name)]

    def _stand_ins(self, one: GitObject) -> Iterator[Manifest]:
        if _applies(one):
            yield self._kustomization(one)
        elif one.group == HELM_GROUP and one.release is not None:
            space, name = one.release
            if is_known(space) and is_known(name):
                yield from self._service(name, space or one.namespace)
        elif one.group == "apps" and one.kind in _WORKLOADS:
            yield workload(one.kind, one.name, one.namespace or "default")

    def _service(self, name: str, space: str) -> Sequence[Manifest]:
        if name in _PLAYED:
            return [each for each in manifests(name, space) if each["kind"] != "Namespace"]
        return [workload("Deployment", name, space)]

    def _kustomization(self, one: GitObject) -> Manifest:
        body = self._body(one)
        spec: Manifest = {
            "interval": "1m",
            "path": f"./{_folder(one)}",
            "prune": True,
            "wait": True,
            "timeout": "2m",
            "sourceRef": {"kind": "GitRepository", "name": SYNC, "namespace": SYNC},
        }
        if needs := list(self._needs(one, body)):
            spec["dependsOn"] = needs
        if truth(body, "spec", "suspend"):
            spec["suspend"] = True
        metadata = {"name": one.name, "namespace": one.namespace or SYNC}
        return {"apiVersion": f"{KUSTOMIZE_GROUP}/v1", "kind": "Kustomization", "metadata": metadata, "spec": spec}

    def _needs(self, one: GitObject, body: Json) -> Iterator[Manifest]:
        """What it depends on and is there; a dependency on nothing is preflight's to tell."""
        for need in sequence(body, "spec", "dependsOn"):
            space = text(need, "namespace") or one.namespace
            if f"{space}/{text(need, 'name')}" in self._appliers:
                yield {"name": text(need, "name"), "namespace": space or SYNC}

    def _body(self, one: GitObject) -> Json:
        found = (each for each in manifests_in(read(self._files.get(one.path, "")), one.path) if each.line == one.line)
        return mapping(next((each.body for each in found), {}))

    def _of_claims(self, space: str) -> Iterator[Manifest]:
        own = [each for each in self._claims if each.namespace == space]
        self._claims = [each for each in self._claims if each.namespace != space]
        return claimed(own)

    def _once(self, parts: Iterable[Manifest]) -> Iterator[Manifest]:
        for part in parts:
            at = (text(part, "kind"), text(part, "metadata", "namespace"), text(part, "metadata", "name"))
            if at not in self._made:
                self._made.add(at)
                yield part

    def _new_spaces(self, spaces: Iterable[str]) -> list[str]:
        found = [space for space in dict.fromkeys(spaces) if space not in self._spaces]
        self._spaces |= set(found)
        return found


def _nothing(name: str) -> Manifest:
    """Stands for all that is not played, so that there is something to apply."""
    metadata = {"name": f"{STAND_INS}-{name.rpartition('/')[2] or 'root'}", "namespace": SYNC}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {}}
