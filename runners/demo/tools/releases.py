"""What helm does to a cluster: install, upgrade, roll back, uninstall. Prints nothing; the command lines do."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace

from runners.cluster.errors import ApiError, Conflict
from runners.demo.actors.api import Requests
from runners.demo.templates.charts import Chart, ChartError, Document, ReleaseFacts, documents_of, in_order, joined
from runners.demo.tools.objects import NoSuchKind, Objects, Place
from runners.demo.tools.pace import Interrupted, Pause, no_pause
from runners.demo.tools.records import BUSY, Records, Release, in_the_way, now
from runners.layers.jsons import Json, mapping, text

HISTORY = 10
"""Revisions of a release that are kept."""

_STEP = 0.17
"""Seconds for each object: a chart of Longhorn's size takes about five."""
_SETTLING = 0.5
_KEEP = "helm.sh/resource-policy"
_NAME, _NAMESPACE, _MANAGED = (
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
    "app.kubernetes.io/managed-by",
)

Owned = tuple[Document, Place]


class HelmError(Exception):
    """Helm could not do it; the text is what it says after ``Error:``."""


def apply_release(
    requests: Requests,
    chart: Chart,
    name: str,
    namespace: str,
    values: Json | None = None,
    *,
    create_namespace: bool = True,
    pause: Pause = no_pause,
) -> Release:
    """Installs a release, or upgrades the one that is there, and returns the new revision.

    Raises:
        HelmError: it could not be done; a revision that was begun is recorded as failed.
        Interrupted: a pause was; the revision is recorded as failed.
        ApiError: the server could not be asked, before anything was done.
    """
    records, objects = Records(requests), Objects(requests)
    before = records.current(namespace, name)
    word = "INSTALLATION" if before is None else "UPGRADE"
    if in_the_way(before):
        raise HelmError(f"{word} FAILED: {BUSY}")
    facts = ReleaseFacts(name, namespace, before.revision + 1 if before else 1, upgrade=before is not None)
    try:
        documents = chart.manifest(facts, values or {})
        notes = chart.notes(facts, values or {})
        owned = _placed(objects, documents, namespace)
    except (ChartError, NoSuchKind) as error:
        head = "unable to build kubernetes objects from release manifest: " if isinstance(error, NoSuchKind) else ""
        raise HelmError(f"{head}{error}" if before is None else f"UPGRADE FAILED: {head}{error}") from None
    if create_namespace:
        objects.ensure_namespace(namespace)
    begun = _begun(before, facts, chart, values or {}, joined(documents), notes)
    _refuse_foreign(objects, owned, begun, before)
    try:
        records.create(begun)
    except Conflict:
        raise HelmError(f"{word} FAILED: {BUSY}") from None
    done = _carried_out(requests, begun, owned, before, pause)
    old = records.revisions(namespace, name)[:-HISTORY]
    records.forget(old)
    return done


def rollback(requests: Requests, name: str, namespace: str, revision: int = 0, *, pause: Pause = no_pause) -> Release:
    """Applies an earlier revision again (the one before the newest, where none is named) as a new one.

    Raises:
        HelmError: there is no such revision, or it could not be applied.
        Interrupted: a pause was; the revision is recorded as failed.
    """
    records, objects = Records(requests), Objects(requests)
    known = {release.revision: release for release in records.revisions(namespace, name)}
    if not known:
        raise HelmError("release: not found")
    newest = known[max(known)]
    wanted = known.get(revision or newest.revision - 1)
    if wanted is None:
        raise HelmError(f"release has no {revision or newest.revision - 1} version")
    owned = _placed(objects, documents_of(wanted.manifest), namespace)
    begun = replace(
        wanted,
        revision=newest.revision + 1,
        status="pending-rollback",
        description=f"Rollback to {wanted.revision}",
        first_deployed=newest.first_deployed,
        last_deployed=now(),
    )
    records.create(begun)
    return _carried_out(requests, begun, owned, newest, pause)


def uninstall(requests: Requests, name: str, namespace: str, *, pause: Pause = no_pause) -> Sequence[str]:
    """Removes a release's objects, less those it keeps, and its records.

    Returns:
        The objects that were kept, as helm names them.

    Raises:
        HelmError: there is no such release.
        Interrupted: a pause was; what is left stays recorded as ``uninstalling``.
    """
    records, objects = Records(requests), Objects(requests)
    current = records.current(namespace, name)
    if current is None:
        raise HelmError(f"uninstall: Release not loaded: {name}: release: not found")
    records.settle(current, "uninstalling", "Deletion in progress (or silently failed)")
    kept = []
    for document in reversed(in_order(documents_of(current.manifest))):
        if is_kept(document.obj):
            kept.append(f"[{text(document.obj, 'kind')}] {text(document.obj, 'metadata', 'name')}")
            continue
        pause(_STEP)
        try:
            objects.delete(objects.place(document.obj, namespace))
        except NoSuchKind:
            continue  # its CRD went before it, and it with that
    records.forget(records.revisions(namespace, name))
    return kept


def _placed(objects: Objects, documents: Iterable[Document], namespace: str) -> list[Owned]:
    return [(document, objects.place(document.obj, namespace)) for document in documents]


def _begun(
    before: Release | None, facts: ReleaseFacts, chart: Chart, values: Json, manifest: str, notes: str
) -> Release:
    """The new revision as it is recorded before anything is done."""
    moment = now()
    return Release(
        name=facts.name,
        namespace=facts.namespace,
        revision=facts.revision,
        status="pending-upgrade" if before else "pending-install",
        description="Preparing upgrade" if before else "Initial install underway",
        chart=_chart(chart),
        config=values,
        manifest=manifest,
        first_deployed=before.first_deployed if before else moment,
        last_deployed=moment,
        notes=notes,
    )


def _chart(chart: Chart) -> Json:
    templates = [
        {"name": path, "data": base64.b64encode(written.encode()).decode()} for path, written in chart.templates.items()
    ]
    return {"metadata": chart.metadata, "lock": None, "templates": templates, "values": chart.values, "schema": None}


def _carried_out(
    requests: Requests, begun: Release, owned: Sequence[Owned], before: Release | None, pause: Pause
) -> Release:
    """Makes the objects of a revision and removes those that it no longer has; records how that ended."""
    records, objects = Records(requests), Objects(requests)
    word = "Upgrade" if before else "Install"
    try:
        _make(objects, begun, owned, before, pause)
    except Interrupted:
        records.settle(begun, "failed", f'Release "{begun.name}" failed: context canceled')
        raise
    except (ApiError, NoSuchKind, HelmError) as error:
        records.settle(begun, "failed", f'{word} "{begun.name}" failed: {error}')
        raise HelmError(f"{'UPGRADE' if before else 'INSTALLATION'} FAILED: {error}") from None
    description = begun.description if begun.status == "pending-rollback" else f"{word} complete"
    return records.settle(begun, "deployed", description)


def _make(objects: Objects, begun: Release, owned: Sequence[Owned], before: Release | None, pause: Pause) -> None:
    recorded = _recorded(objects, before)
    for document, place in owned:
        pause(_STEP)
        old = recorded.pop(place.path, None)
        previous = marked(old[0].obj, begun.name, begun.namespace) if old else None
        objects.apply(place, marked(document.obj, begun.name, begun.namespace), previous)
    for document, place in recorded.values():
        if not is_kept(document.obj):
            pause(_STEP)
            objects.delete(place)
    pause(_SETTLING)


def _recorded(objects: Objects, release: Release | None) -> dict[str, Owned]:
    """What a revision has, by path; less what is of a kind that is served no more."""
    found = {}
    for document in documents_of(release.manifest) if release else ():
        try:
            place = objects.place(document.obj, release.namespace if release else "")
        except NoSuchKind:
            continue
        found[place.path] = (document, place)
    return found


def marked(obj: Json, name: str, namespace: str) -> Json:
    """An object with the marks that tell which release it belongs to."""
    metadata = mapping(obj, "metadata")
    annotations = {**mapping(metadata, "annotations"), _NAME: name, _NAMESPACE: namespace}
    labels = {**mapping(metadata, "labels"), _MANAGED: "Helm"}
    return {**obj, "metadata": {**metadata, "annotations": annotations, "labels": labels}}


def _refuse_foreign(objects: Objects, owned: Iterable[Owned], begun: Release, before: Release | None) -> None:
    """Helm takes over no object that another made."""
    recorded = _recorded(objects, before)
    for place in (place for _, place in owned if place.path not in recorded):
        live = objects.live(place)
        annotations = mapping(live, "metadata", "annotations")
        if live is None or (annotations.get(_NAME), annotations.get(_NAMESPACE)) == (begun.name, begun.namespace):
            continue
        head = "UPGRADE FAILED: Unable to continue with update" if before else "Unable to continue with install"
        raise HelmError(
            f'{head}: {place.resource.kind} "{place.name}" in namespace "{place.namespace}" exists and cannot be '
            f"imported into the current release: invalid ownership metadata; annotation validation error: missing key "
            f'"{_NAME}": must be set to "{begun.name}"'
        )


def is_kept(obj: Json) -> bool:
    """Does an uninstall leave it behind?"""
    return text(mapping(obj, "metadata", "annotations"), _KEEP) == "keep"
