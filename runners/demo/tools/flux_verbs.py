"""What flux has controllers do with one object: reconcile it now, leave it alone, take it up again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from runners.demo.actors.api import MERGE_PATCH, Requests
from runners.demo.tools.edge import say
from runners.demo.tools.flags import Line, Unknown
from runners.demo.tools.flux_objects import KINDS, NAMESPACE
from runners.demo.tools.flux_state import REQUESTED_AT, FluxError, Object, revision
from runners.layers.durations import seconds
from runners.layers.jsons import Json, mapping, text, truth

_KINDS = {kind.kind: kind for kind in KINDS}
WORDS: Mapping[str, str] = {
    "kustomization": "Kustomization",
    "ks": "Kustomization",
    "helmrelease": "HelmRelease",
    "hr": "HelmRelease",
    "source git": "GitRepository",
    "source oci": "OCIRepository",
    "source bucket": "Bucket",
    "source helm": "HelmRepository",
    "source chart": "HelmChart",
}
"""How flux's command line calls the kinds."""
_APPLIERS = ("Kustomization", "HelmRelease")


def _reconcile(requests: Requests, words: Sequence[str], line: Line) -> None:
    about, _ = _named(requests, words, line)
    obj = about.get()
    if truth(obj, "spec", "suspend"):
        raise FluxError("resource is suspended")
    if line.on("with-source"):
        source = _source(requests, about, obj)
        if truth(source.get(), "spec", "suspend"):
            raise FluxError("resource is suspended")
        _request(source, line)
    _request(about, line)


def _suspend(requests: Requests, words: Sequence[str], line: Line) -> None:
    about, called = _named(requests, words, line)
    about.get()
    say(f"► suspending {called} {about.name} in {about.namespace} namespace")
    requests.request("PATCH", about.path, body={"spec": {"suspend": True}}, content_type=MERGE_PATCH)
    say(f"✔ {called} suspended")


def _resume(requests: Requests, words: Sequence[str], line: Line) -> None:
    about, called = _named(requests, words, line)
    about.get()
    say(f"► resuming {called} {about.name} in {about.namespace} namespace")
    requests.request("PATCH", about.path, body={"spec": {"suspend": False}}, content_type=MERGE_PATCH)
    say(f"✔ {called} resumed", f"◎ waiting for {about.kind.kind} reconciliation")
    obj = about.wait(lambda obj: True, _patience(line))
    say(f"✔ {about.kind.kind} {about.name} reconciliation completed", f"✔ {_result(about, obj)}")


VERBS: Mapping[str, Callable[[Requests, Sequence[str], Line], None]] = {
    "reconcile": _reconcile,
    "suspend": _suspend,
    "resume": _resume,
}


def _named(requests: Requests, words: Sequence[str], line: Line) -> tuple[Object, str]:
    """The object that the words name, and what flux calls its kind."""
    called, name = " ".join(words[:-1]), words[-1] if words else ""
    if called not in WORDS:
        raise Unknown(" ".join(words) or "a command without a kind")
    kind = WORDS[called]
    human = next(word for word, known in WORDS.items() if known == kind)
    return Object(requests, _KINDS[kind], line.value("namespace", NAMESPACE), name), human


def _source(requests: Requests, about: Object, obj: Json) -> Object:
    reference = mapping(obj, "spec", "sourceRef") or mapping(obj, "spec", "chartRef")
    reference = reference or mapping(obj, "spec", "chart", "spec", "sourceRef")
    kind = _KINDS.get(text(reference, "kind"))
    if kind is None:
        raise FluxError(f"{about.kind.kind} {about.name} has no source")
    return Object(requests, kind, text(reference, "namespace") or about.namespace, text(reference, "name"))


def _request(about: Object, line: Line) -> None:
    """Asks the controller, and waits until it has answered."""
    moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    say(f"► annotating {about.kind.kind} {about.name} in {about.namespace} namespace")
    changes = {"metadata": {"annotations": {REQUESTED_AT: moment}}}
    about.requests.request("PATCH", about.path, body=changes, content_type=MERGE_PATCH)
    say(f"✔ {about.kind.kind} annotated", f"◎ waiting for {about.kind.kind} reconciliation")
    obj = about.wait(lambda obj: text(obj, "status", "lastHandledReconcileAt") == moment, _patience(line))
    say(f"✔ {_result(about, obj)}")


def _result(about: Object, obj: Json) -> str:
    return f"{'applied' if about.kind.kind in _APPLIERS else 'fetched'} revision {revision(obj)}"


def _patience(line: Line) -> float:
    return seconds(line.value("timeout", "5m"))
