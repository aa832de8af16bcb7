"""Helm's memory: one Secret a revision of a release, as Helm 3 writes them."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from runners.demo.actors.api import MERGE_PATCH, Requests
from runners.layers.jsons import Json, integer, mapping, sequence, text

PENDING = ("pending-install", "pending-upgrade", "pending-rollback")
BUSY = "another operation (install/upgrade/rollback) is in progress"
_TYPE = "helm.sh/release.v1"


@dataclass(frozen=True, slots=True)
class Release:
    """One revision of a release."""

    name: str
    namespace: str
    revision: int
    status: str
    description: str
    chart: Json
    """As Helm keeps it: metadata, templates, values."""
    config: Json
    """The values that were given, without the chart's own."""
    manifest: str
    first_deployed: str
    last_deployed: str
    """Both RFC 3339 with nanoseconds."""
    notes: str = ""

    @property
    def chart_name(self) -> str:
        """Name and version of its chart, as Helm joins them."""
        return f"{text(self.chart, 'metadata', 'name')}-{text(self.chart, 'metadata', 'version')}"

    @property
    def app_version(self) -> str:
        """The version of what its chart installs."""
        return text(self.chart, "metadata", "appVersion")

    @property
    def updated(self) -> str:
        """When it was changed last, as ``helm list`` writes it."""
        day, _, hour = self.last_deployed.removesuffix("Z").partition("T")
        return f"{day} {hour} +0000 UTC"

    @property
    def info(self) -> Json:
        """As Helm keeps it."""
        return {
            "first_deployed": self.first_deployed,
            "last_deployed": self.last_deployed,
            "deleted": "",
            "description": self.description,
            "status": self.status,
            **({"notes": self.notes} if self.notes else {}),
        }


class Records:
    """The releases of one cluster."""

    def __init__(self, requests: Requests) -> None:
        """Takes the connection."""
        self._requests = requests

    def revisions(self, namespace: str = "", name: str = "") -> Sequence[Release]:
        """Every revision of every release of a namespace (or of all), or of one release; the oldest first."""
        labels = "owner=helm" + (f",name={name}" if name else "")
        answer = self._requests.request("GET", _path(namespace), query={"labelSelector": labels})
        found = [_release(mapping(item)) for item in sequence(answer, "items")]
        return sorted(found, key=lambda release: (release.name, release.namespace, release.revision))

    def newest(self, namespace: str = "") -> Sequence[Release]:
        """The newest revision of each release, by name."""
        return tuple({(release.namespace, release.name): release for release in self.revisions(namespace)}.values())

    def current(self, namespace: str, name: str) -> Release | None:
        """The newest revision of one release, or None."""
        found = self.revisions(namespace, name)
        return found[-1] if found else None

    def create(self, release: Release) -> None:
        """Records a new revision.

        Raises:
            Conflict: somebody else did, at the same time.
        """
        self._requests.request("POST", _path(release.namespace), body=_secret(release))

    def settle(self, release: Release, status: str, description: str) -> Release:
        """Records how a revision ended, and returns it."""
        settled = replace(release, status=status, description=description)
        if status == "deployed":
            for other in self.revisions(release.namespace, release.name):
                if other.revision != release.revision and other.status == "deployed":
                    self._update(replace(other, status="superseded"))
        self._update(settled)
        return settled

    def forget(self, releases: Iterable[Release]) -> None:
        """Removes records."""
        for release in releases:
            self._requests.request("DELETE", f"{_path(release.namespace)}/{_secret_name(release)}")

    def _update(self, release: Release) -> None:
        body = _secret(release)
        changes = {"metadata": {"labels": mapping(body, "metadata", "labels")}, "data": mapping(body, "data")}
        path = f"{_path(release.namespace)}/{_secret_name(release)}"
        self._requests.request("PATCH", path, body=changes, content_type=MERGE_PATCH)


def now() -> str:
    """This moment, as Helm writes it: nanoseconds without the zeros at their end."""
    nanoseconds = time.time_ns()
    second = datetime.fromtimestamp(nanoseconds // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{nanoseconds % 10**9:09d}".rstrip("0")
    return f"{second}.{fraction}Z" if fraction else f"{second}Z"


def in_the_way(release: Release | None) -> bool:
    """Is someone changing it, or was stopped in the middle?"""
    return release is not None and release.status in PENDING


def _path(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/secrets" if namespace else "/api/v1/secrets"


def _secret_name(release: Release) -> str:
    return f"sh.helm.release.v1.{release.name}.v{release.revision}"


def _secret(release: Release) -> dict[str, object]:
    labels = {
        "name": release.name,
        "owner": "helm",
        "status": release.status,
        "version": str(release.revision),
        "modifiedAt": str(int(time.time())),
    }
    metadata = {"name": _secret_name(release), "namespace": release.namespace, "labels": labels}
    data = {"release": base64.b64encode(_packed(release)).decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": _TYPE, "data": data}


def _packed(release: Release) -> bytes:
    """Base64 of what is compressed: Kubernetes' own base64 comes around that."""
    whole = {
        "name": release.name,
        "info": release.info,
        "chart": release.chart,
        "config": release.config,
        "manifest": release.manifest,
        "version": release.revision,
        "namespace": release.namespace,
    }
    return base64.b64encode(gzip.compress(json.dumps(whole).encode(), mtime=0))


def _release(secret: Json) -> Release:
    packed = base64.b64decode(base64.b64decode(text(secret, "data", "release")))
    whole = mapping(json.loads(gzip.decompress(packed)))
    return Release(
        name=text(whole, "name"),
        namespace=text(whole, "namespace"),
        revision=integer(whole, "version"),
        status=text(whole, "info", "status"),
        description=text(whole, "info", "description"),
        chart=mapping(whole, "chart"),
        config=mapping(whole, "config"),
        manifest=text(whole, "manifest"),
        first_deployed=text(whole, "info", "first_deployed"),
        last_deployed=text(whole, "info", "last_deployed"),
        notes=text(whole, "info", "notes"),
    )
