"""What a helmfile asks for, read as helmfile reads it; what the stand-in doesn't know of it is an error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from runners.demo.templates.charts import merged, yaml_problem
from runners.demo.tools.edge import Failed
from runners.demo.tools.flags import Unknown
from runners.layers.jsons import Json, mapping, sequence, strings, text, truth

_TOP = {"releases", "helmDefaults", "environments", "commonLabels", "hooks", "repositories", "kubeContext"}
_DEFAULTS = {"createNamespace", "kubeContext", "wait", "timeout", "historyMax", "cleanupOnFail", "force"}
_RELEASE = {
    *("name", "namespace", "chart", "version", "installed", "createNamespace", "values", "set", "needs", "labels"),
    *("hooks", "kubeContext", "wait", "timeout", "historyMax"),
}
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One release as the helmfile asks for it."""

    said: Json
    """What stands in the helmfile."""
    defaults: Json
    common: Json
    """Labels of every release."""

    @property
    def name(self) -> str:
        """Its name."""
        return text(self.said, "name")

    @property
    def namespace(self) -> str:
        """Its namespace; may be empty."""
        return text(self.said, "namespace")

    @property
    def chart(self) -> str:
        """Its chart as it is written."""
        return text(self.said, "chart")

    @property
    def installed(self) -> bool:
        """Should it be there?"""
        return truth(self.said, "installed", default=True)

    @property
    def create_namespace(self) -> bool:
        """Is its namespace made with it? helmfile's own default is yes."""
        return truth(self.said, "createNamespace", default=truth(self.defaults, "createNamespace", default=True))

    @property
    def labels(self) -> dict[str, str]:
        """What selectors see."""
        own = {key: text(labels, key) for labels in (self.common, mapping(self.said, "labels")) for key in labels}
        return {
            **own,
            "chart": self.chart.rstrip("/").rpartition("/")[2],
            "name": self.name,
            "namespace": self.namespace,
        }

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of releases that come before it: ``name`` or ``namespace/name``."""
        return strings(self.said, "needs")

    @property
    def line(self) -> str:
        """As helmfile's messages name it."""
        return f"release={self.name}, chart={self.chart}"


@dataclass(frozen=True, slots=True)
class State:
    """One helmfile."""

    path: str
    """As it was named on the command line."""
    said: Json
    environment: str
    releases: tuple[Wanted, ...]
    """In the order in which they are carried out."""

    @property
    def folder(self) -> Path:
        """What paths in it are relative to."""
        return Path(self.path).parent

    @property
    def shown(self) -> str:
        """As helmfile's errors name it."""
        return f"./{self.path}" if "/" not in self.path else self.path

    def selected(self, selectors: Sequence[str]) -> tuple[Wanted, ...]:
        """The releases that fit any of the selectors; all of them without any.

        Raises:
            Failed: none does.
        """
        found = [one for one in self.releases if not selectors or any(_fits(one, words) for words in selectors)]
        if not found:
            said = f"selector({','.join(selectors)}) and environment({self.environment})"
            raise Failed(f"err: no releases found that matches specified {said}, in any helmfile", 3)
        return tuple(found)

    def values(self, wanted: Wanted, sets: Iterable[str] = ()) -> Json:
        """The values that are given to a release's chart: files, what stands in the helmfile, ``set``, ``--set``.

        Raises:
            Failed: a file is not there, or is not YAML.
        """
        found: object = {}
        for item in sequence(wanted.said, "values"):
            found = merged(found, self._file(item) if isinstance(item, str) else mapping(item))
        for item in sequence(wanted.said, "set"):
            found = merged(found, _nested(text(item, "name"), mapping(item).get("value")))
        for word in sets:
            name, _, value = word.partition("=")
            found = merged(found, _nested(name, _scalar(value)))
        return mapping(found)

    def _file(self, named: str) -> Json:
        if named.endswith(".gotmpl"):
            raise Unknown(f"templates of values: {named}")
        path = self.folder / named
        if not path.is_file():
            raise Failed(f'in {self.shown}: values file matching "{named}" does not exist in "{self.folder}"')
        return mapping(_parsed(path.read_text(), f"in {self.shown}: failed to read {named}"))


def load(path: str, environment: str = "default") -> State:
    """Reads a helmfile.

    Raises:
        Failed: it isn't there, is not YAML, or names what is not there.
        Unknown: it says something that the stand-in doesn't know.
    """
    file = Path(path)
    if not file.is_file():
        raise Failed(f"specified state file {path} is not found")
    written = file.read_text()
    if path.endswith(".gotmpl") and "{{" in written:
        raise Unknown(f"helmfiles that are templates: {path}")
    shown = f"./{path}" if "/" not in path else path
    why = "reading document at index 1. Started seeing this since Helmfile v1? Add the .gotmpl file extension"
    said = mapping(_parsed(written, f"in {shown}: failed to read {file.name}: {why}"))
    _known(said, _TOP, path)
    _known(mapping(said, "helmDefaults"), _DEFAULTS, f"{path}: helmDefaults")
    if any(mapping(said, "environments", name) for name in mapping(said, "environments")):
        raise Unknown(f"{path}: values of environments")
    for item in sequence(said, "releases"):
        _known(mapping(item), _RELEASE, f"{path}: release {text(item, 'name')}")
    defaults, common = mapping(said, "helmDefaults"), mapping(said, "commonLabels")
    there = environment == "default" or environment in mapping(said, "environments")
    items = sequence(said, "releases") if there else ()
    releases = tuple(Wanted(mapping(item), defaults, common) for item in items)
    return State(path, said, environment, _in_order(releases, shown))


def _in_order(releases: Sequence[Wanted], shown: str) -> tuple[Wanted, ...]:
    """What is needed comes first; otherwise as they stand in the helmfile."""
    names = {name: one for one in releases for name in (one.name, f"{one.namespace}/{one.name}")}
    done: dict[tuple[str, str], Wanted] = {}

    def add(one: Wanted, above: tuple[str, ...]) -> None:
        if one.name in above:
            raise Failed(f"in {shown}: {' -> '.join((*above, one.name))}: releases need each other")
        for need in one.needs:
            if need not in names:
                raise Failed(f'in {shown}: release(s) "{one.name}" depend(s) on an undefined release "{need}"')
            add(names[need], (*above, one.name))
        done.setdefault((one.namespace, one.name), one)

    for one in releases:
        add(one, ())
    return tuple(done.values())


def _fits(wanted: Wanted, selector: str) -> bool:
    labels = wanted.labels
    for pair in selector.split(","):
        name, unequal, value = pair.partition("!=")
        if not unequal:
            name, _, value = pair.partition("=")
        if (labels.get(name) == value) is bool(unequal):
            return False
    return True


def _scalar(written: str) -> object:
    """A value of ``--set``: a number, a boolean, null, or else a text."""
    try:
        value = yaml.safe_load(written)
    except yaml.YAMLError:
        return written
    return value if value is None or isinstance(value, bool | int | float) else written


def _nested(path: str, value: object) -> dict[str, object]:
    first, _, rest = path.partition(".")
    return {first: _nested(rest, value) if rest else value}


def _known(said: Json, names: set[str], where: str) -> None:
    for key in said:
        if key not in names:
            raise Unknown(f"{key!r} ({where})")


def _parsed(written: str, error: str) -> object:
    try:
        return yaml.load(written, Loader=_Loader)
    except yaml.YAMLError as problem:
        raise Failed(f"{error}: {yaml_problem(problem)}") from None
