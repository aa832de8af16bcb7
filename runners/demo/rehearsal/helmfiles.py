"""A person's helmfiles as the stand-in for helmfile can carry them out: same paths, releases, versions and order.

Their charts can't be had without a network, and render more than the embedded cluster plays. So Longhorn's and MinIO's
are the demo's own, told what the person's values say of what it knows; any other release is a workload of its name,
with the claims that the survival sheet knows in its namespace.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from runners.demo.rehearsal.workloads import Manifest, claimed, in_yaml, workload
from runners.layers.components.flux_operator import INSTANCE, OPERATOR
from runners.layers.discovery.documents import Files, is_known, read
from runners.layers.discovery.paths import folder_of, resolved
from runners.layers.discovery.releases import Release
from runners.layers.jsons import Json, mapping, sequence, text
from runners.layers.settings import FoundationEntry
from runners.layers.survival.sheet import Sheet, SheetClaim

STAND_INS = "rehearsal"
"""The folder of the repository with what stands in."""
NEWEST = "1.12.1"
"""What is shown of Longhorn where nothing says which version is asked for."""
_UNSAID = "0.0.0"
_OPERATOR = ("operator", "minio-operator")
_BY_NAME = ("longhorn", OPERATOR, INSTANCE)
"""Charts that the demo's own stand in for, under the same name."""
_TENANT = ("tenant", "minio-tenant")
_KNOWN_OF_LONGHORN = ("defaultClass", "defaultClassReplicaCount", "reclaimPolicy")
"""The values below ``persistence`` that the demo's chart of Longhorn knows."""
_ORPHANS = ("orphanResourceAutoDeletion", "orphanAutoDeletion")
"""And those below ``defaultSettings``."""


@dataclass(frozen=True)
class HelmfileTexts:
    """Helmfiles with what they name."""

    files: Mapping[str, str] = field(default_factory=dict)
    charts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Folder → which of the demo's charts stands in there, and its version."""


def helmfile_texts(
    files: Files,
    entries: Sequence[FoundationEntry],
    asked: Mapping[str, Sequence[Release]],
    sheet: Sheet | None,
    instance: Manifest,
) -> HelmfileTexts:
    """The helmfiles of a foundation, each translated as a whole.

    Args:
        files: the person's.
        entries: the foundation's.
        asked: helmfile → the releases that it asks for.
        sheet: the survival sheet.
        instance: the values of a FluxInstance, where the Flux Operator makes one.
    """
    made: dict[str, str] = {}
    charts: dict[str, tuple[str, str]] = {}
    operators = {one.id for releases in asked.values() for one in releases if _is(one, _OPERATOR)}
    desk = _Desk(files, sheet, instance, operators)
    for path in dict.fromkeys(entry.helmfile for entry in entries):
        own = [entry for entry in entries if entry.helmfile == path]
        ones = [one for one in asked.get(path, ()) if is_known(one.name) and is_known(one.namespace) and one.name]
        said: Manifest = {
            "environments": {entry.environment: {} for entry in own if entry.environment != "default"},
            "releases": [desk.release(path, one, ones) for one in ones],
        }
        made[path] = yaml.safe_dump({key: value for key, value in said.items() if value}, sort_keys=False)
        for one in ones:
            folder = chart_folder(one)
            stand_in = desk.stand_in(one)
            if stand_in:
                charts[folder] = (stand_in, desk.version(one))
            else:
                made |= desk.workload_chart(one)
    return HelmfileTexts(made, charts)


def chart_folder(one: Release) -> str:
    """Where a release's chart stands in, from the repository's root."""
    return f"{STAND_INS}/charts/{one.namespace or 'default'}-{one.name}"


def _is(one: Release, names: Sequence[str]) -> bool:
    return posixpath.basename(one.chart.rstrip("/")) in names


class _Desk:
    """Translates one release after another."""

    def __init__(self, files: Files, sheet: Sheet | None, instance: Manifest, operators: set[str]) -> None:
        self._files, self._sheet, self._instance, self._operators = files, sheet, instance, operators
        self._used: set[tuple[str, str]] = set()

    def stand_in(self, one: Release) -> str:
        """The demo's chart for a release; empty where it is a mere workload."""
        if _is(one, _BY_NAME):
            return posixpath.basename(one.chart.rstrip("/"))
        if self._operators and _is(one, _OPERATOR):
            return "minio-operator"
        return "minio-tenant" if self._operators and _is(one, _TENANT) else ""

    def version(self, one: Release) -> str:
        """A release's version: its chart's own where that lies there, as the helmfile asks, or as the sheet says."""
        if own := self._own_version(one):
            return own
        if one.version and is_known(one.version) and one.version[0].isdigit():
            return one.version
        known = self._sheet.releases if self._sheet is not None else ()
        noted = next((each.chart for each in known if (each.namespace, each.name) == (one.namespace, one.name)), "")
        return noted or (NEWEST if _is(one, ("longhorn",)) else _UNSAID)

    def _own_version(self, one: Release) -> str:
        """What a chart says that lies in the repository; empty for any other, and where it is a template."""
        if not one.chart.startswith("."):
            return ""
        path = resolved(folder_of(one.file), f"{one.chart.rstrip('/')}/Chart.yaml")
        said = next((text(document, "version") for document in read(self._files.get(path or "", "")).documents), "")
        return said if is_known(said) else ""

    def release(self, path: str, one: Release, all_of_them: Sequence[Release]) -> Manifest:
        """As it stands in the translated helmfile."""
        ids = {each.id for each in all_of_them}
        found: Manifest = {"name": one.name, "namespace": one.namespace, "createNamespace": True}
        if not one.namespace:
            del found["namespace"]
        found["chart"] = posixpath.relpath(chart_folder(one), folder_of(path) or ".")
        if not found["chart"].startswith("."):  # type: ignore[attr-defined]  # it is the text of the line above
            found["chart"] = f"./{found['chart']}"
        found["version"] = self.version(one)
        if not one.installed:
            found["installed"] = False
        if needs := [need for need in one.needs if need in ids]:
            found["needs"] = needs
        if values := self._values(one):
            found["values"] = [values]
        if one.labels:
            found["labels"] = dict(one.labels)
        return found

    def _values(self, one: Release) -> Manifest:
        said = self._said(one)
        stand_in = self.stand_in(one)
        if stand_in == "longhorn":
            of_claims = {name: text(said, "persistence", name) for name in _KNOWN_OF_LONGHORN}
            kept = {name: value for name, value in of_claims.items() if value and is_known(value)}
            of_orphans = {name: text(said, "defaultSettings", name) for name in _ORPHANS}
            settings = {name: value for name, value in of_orphans.items() if value and is_known(value)}
            return {"persistence": kept, "defaultBackupStore": self._store(said), "defaultSettings": settings}
        if stand_in == INSTANCE:
            return self._instance
        return _tenant(said) if stand_in == "minio-tenant" else {}

    def _store(self, said: Json) -> Manifest:
        """Where backups lie: as the values say, in whichever words of Longhorn's, or else as the sheet says."""
        store = mapping(said, "defaultBackupStore") or mapping(said, "defaultSettings")
        known = self._sheet.backup_targets if self._sheet is not None else ()
        noted = next(iter(known), None)
        url, secret = text(store, "backupTarget"), text(store, "backupTargetCredentialSecret")
        return {
            "backupTarget": url if url and is_known(url) else noted.url if noted else "",
            "backupTargetCredentialSecret": secret if secret and is_known(secret) else noted.secret if noted else "",
        }

    def _said(self, one: Release) -> Json:
        """The values as far as they are written out: files, and what stands in the helmfile."""
        found: dict[str, object] = {}
        for name in one.values:
            path = resolved(folder_of(one.file), name)
            for document in read(self._files.get(path or "", "")).documents:
                found = _merged(found, document)
        for inline in one.inline:
            found = _merged(found, inline)
        return found

    def workload_chart(self, one: Release) -> Mapping[str, str]:
        """A chart of one workload; of several releases in a namespace the first has the claims that are known there."""
        folder = chart_folder(one)
        objects = list(claimed(self._claims(one.namespace))) or [workload("Deployment", one.name, one.namespace)]
        about = {"apiVersion": "v2", "name": posixpath.basename(one.chart.rstrip("/")) or one.name}
        version = self.version(one)
        return {
            f"{folder}/Chart.yaml": yaml.safe_dump({**about, "version": version, "appVersion": version}),
            f"{folder}/templates/workloads.yaml": in_yaml(objects),
        }

    def _claims(self, space: str) -> Iterator[SheetClaim]:
        for claim in self._sheet.claims if self._sheet is not None else ():
            at = (claim.namespace, claim.name)
            if claim.namespace == space and at not in self._used:
                self._used.add(at)
                yield claim


def _merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    found = dict(base)
    for key, value in over.items():
        before = found.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        found[key] = _merged(mapping(before), mapping(value)) if both else value
    return found


def _tenant(said: Json) -> Manifest:
    """The tenant's name and pools, as far as both are plain; the chart's own otherwise."""
    tenant = mapping(said, "tenant")
    pools = [_pool(mapping(pool), at) for at, pool in enumerate(sequence(tenant, "pools"))]
    kept: Manifest = {"name": text(tenant, "name")} if text(tenant, "name") else {}
    if pools:
        kept["pools"] = pools
    return {"tenant": kept} if kept else {}


def _pool(pool: Json, at: int) -> Manifest:
    usual = {
        "name": f"pool-{at}",
        "servers": "1",
        "volumesPerServer": "1",
        "size": "10Gi",
        "storageClassName": "longhorn",
    }
    return {key: text(pool, key) if is_known(text(pool, key)) and text(pool, key) else usual[key] for key in usual}
