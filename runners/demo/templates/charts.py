"""Charts in folders: read, their values put together, rendered as helm renders them."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from runners.demo.templates.render import render
from runners.demo.templates.syntax import TemplateError
from runners.layers.jsons import Json, mapping, text

_INSTALL_ORDER = (
    "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodDisruptionBudget",
    "ServiceAccount", "Secret", "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim",
    "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Service", "DaemonSet",
    "Pod", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass",
    "Ingress", "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
)  # fmt: skip
"""Kinds in the order in which Helm makes them; every other comes last."""

_DOCUMENTS = re.compile(r"(?:^|\s*\n)---\s*")
_SOURCE = re.compile(r"^# Source: (\S+)$", re.MULTILINE)
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ChartError(Exception):
    """A chart can't be had or can't be rendered; the text is what helm would say after ``Error:``."""


@dataclass(frozen=True, slots=True)
class Document:
    """One rendered object, and its text with the comment that names its template."""

    text: str
    obj: Json


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What a template can ask of the release it is rendered for."""

    name: str
    namespace: str
    revision: int = 1
    upgrade: bool = False

    @property
    def data(self) -> dict[str, object]:
        """As ``.Release`` has it."""
        names = {"Name": self.name, "Namespace": self.namespace, "Revision": self.revision, "Service": "Helm"}
        return {**names, "IsInstall": not self.upgrade, "IsUpgrade": self.upgrade}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as it lies in its folder."""

    metadata: Json
    values: Json = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    """Texts by path inside the chart."""

    @property
    def name(self) -> str:
        """Its name."""
        return text(self.metadata, "name")

    @property
    def version(self) -> str:
        """Its version."""
        return text(self.metadata, "version")

    @property
    def app_version(self) -> str:
        """The version of what it installs; may be empty."""
        return text(self.metadata, "appVersion")

    def manifest(self, release: ReleaseFacts, values: Json) -> tuple[Document, ...]:
        """Its objects, in the order in which they are made.

        Raises:
            ChartError: a template can't be filled in, or what comes out is not YAML.
        """
        documents: list[Document] = []
        for path, written in sorted(self.templates.items()):
            if not path.endswith("NOTES.txt"):
                documents += documents_of(self._filled_in(path, written, release, values), f"{self.name}/{path}")
        return in_order(documents)

    def notes(self, release: ReleaseFacts, values: Json) -> str:
        """What it says to the person after an install; may be empty.

        Raises:
            ChartError: they can't be filled in.
        """
        path = "templates/NOTES.txt"
        return self._filled_in(path, self.templates[path], release, values) if path in self.templates else ""

    def _filled_in(self, path: str, written: str, release: ReleaseFacts, values: Json) -> str:
        about = {"Name": self.name, "Version": self.version, "AppVersion": self.app_version}
        data = {"Values": merged(self.values, values), "Release": release.data, "Chart": about}
        try:
            return render(f"{self.name}/{path}", written, data)
        except TemplateError as error:
            raise ChartError(f"template: {error}") from None


def load(folder: Path, named: str) -> Chart:
    """The chart in a folder.

    Raises:
        ChartError: there is none, or it has parts that are not known here.
    """
    if not (folder / "Chart.yaml").is_file():
        raise ChartError(f'path "{named}" not found')
    unknown = [name for name in ("crds", "charts", "values.schema.json") if (folder / name).exists()]
    metadata = mapping(_yaml(folder / "Chart.yaml"))
    unknown += [name for name in ("dependencies",) if name in metadata]
    if unknown:
        raise ChartError(f"the demo's stand-in for helm does not know a chart's {', '.join(unknown)}: {named}")
    values = mapping(_yaml(folder / "values.yaml")) if (folder / "values.yaml").exists() else {}
    files = sorted(path for path in (folder / "templates").rglob("*") if path.is_file())
    return Chart(metadata, values, {str(path.relative_to(folder)): path.read_text() for path in files})


def merged(base: object, over: object) -> object:
    """Values with others laid over them: maps key by key, anything else as a whole; a null takes a key away."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return copy.deepcopy(over)
    found = dict(base)
    for key, value in over.items():
        found[key] = merged(base[key], value) if key in base else copy.deepcopy(value)
    return {key: value for key, value in found.items() if value is not None or key not in over}


def documents_of(rendered: str, source: str = "") -> tuple[Document, ...]:
    """The objects of a manifest's text; those of a whole release carry the comment with their source already.

    Raises:
        ChartError: it is not YAML, or has a hook.
    """
    found = []
    for written in _DOCUMENTS.split(rendered):
        # Its last line ends as it will in the manifest, or a block of text would lose its own end.
        part = f"{written.strip()}\n"
        obj = mapping(_parsed(part, source))
        if not obj:
            continue
        if "helm.sh/hook" in mapping(obj, "metadata", "annotations"):
            raise ChartError(f"the demo's stand-in for helm does not know hooks: {source}")
        head = "" if _SOURCE.search(part) else f"# Source: {source}\n"
        found.append(Document(f"{head}{part}", obj))
    return tuple(found)


def in_order(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Objects in the order in which helm makes them: by kind, and those of one kind as they are written."""

    def place(document: Document) -> tuple[int, str]:
        kind = text(document.obj, "kind")
        return (_INSTALL_ORDER.index(kind), "") if kind in _INSTALL_ORDER else (len(_INSTALL_ORDER), kind)

    return tuple(sorted(documents, key=place))


def joined(documents: Iterable[Document]) -> str:
    """The manifest's text, as helm prints and records it."""
    return "".join(f"---\n{document.text}" for document in documents)


def _yaml(path: Path) -> object:
    return _parsed(path.read_text(), path.name)


def _parsed(written: str, source: str) -> object:
    try:
        return yaml.load(written, Loader=_Loader)
    except yaml.YAMLError as error:
        problem = yaml_problem(error)
        raise ChartError(f"YAML parse error on {source}: error converting YAML to JSON: {problem}") from None


def yaml_problem(error: yaml.YAMLError) -> str:
    """What is wrong with a YAML text, as Go's parser says it: it counts the lines of some mistakes from 0."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "yaml: control characters are not allowed"
    line = error.problem_mark.line + isinstance(error, yaml.scanner.ScannerError)
    return f"yaml: {f'line {line}: ' if line else ''}{error.problem or error.context}"
