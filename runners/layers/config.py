"""bedplate.yaml: its shape, and the settings it becomes."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields

from runners.layers.claim_config import CLAIM_FIELD, claim_mistakes, claim_settings
from runners.layers.components import KNOWN
from runners.layers.config_nodes import DocumentError, Field, Mistake, Reader, compose, nearest
from runners.layers.discovery.paths import from_root
from runners.layers.gitops_settings import PROVIDERS, BootstrapSettings
from runners.layers.jsons import mapping, sequence, strings, text
from runners.layers.picture import Layer
from runners.layers.s3_config import S3_FIELD, s3_mistakes, s3_settings
from runners.layers.settings import FoundationEntry, KeySource, Ownership, Settings

NAME = "bedplate.yaml"

_STRINGS = Field(list, item=Field())

_OWNERSHIPS = (Ownership.FOUNDATION.value, Ownership.HANDOVER.value)
"""Whose an entry of the foundation can be: what is Flux's alone is no entry."""

_ENTRY = Field(
    dict,
    keys={
        "component": Field(required=True),
        "kind": Field(choices=("workload",)),
        "helmfile": Field(required=True),
        "environment": Field(),
        "namespaces": _STRINGS,
        "after": _STRINGS,
        "releases": _STRINGS,
        "ownership": Field(choices=_OWNERSHIPS),
        "s3": S3_FIELD,
        "claim": CLAIM_FIELD,
    },
)

_KEY = Field(
    dict,
    keys={
        "secret": Field(required=True),
        "from": Field(dict, required=True, keys={"file": Field(), "command": Field()}),
        "before": Field(required=True),
    },
)


def _field_for(hint: object) -> Field:
    """The shape of one of ``BootstrapSettings``' own fields, from its type."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is tuple:
        return _STRINGS
    return Field(hint if hint in (bool, int) and isinstance(hint, type) else str)


def _gitops_keys() -> Mapping[str, Field]:
    hints = typing.get_type_hints(BootstrapSettings)
    own = {item.name: _field_for(hints[item.name]) for item in fields(BootstrapSettings) if item.name != "provider"}
    # In bedplate.yaml, components are those that Flux deploys; Flux's own are its controllers.
    own["controllers"] = own.pop("components")
    return {**own, "bootstrap": Field(choices=PROVIDERS), "components": _STRINGS}


_FILE = Field(
    dict,
    keys={
        "version": Field(int, required=True),
        "context": Field(),
        "foundation": Field(list, item=_ENTRY),
        "keys": Field(list, item=_KEY),
        "gitops": Field(dict, keys=_gitops_keys()),
        "survival": Field(dict, keys={"write": Field()}),
    },
)


class ConfigError(DocumentError):
    """bedplate.yaml can't be used; one line a mistake, each ``file:line: what is wrong``."""


def parse(source: str, *, found: Callable[[], Settings], name: str = NAME) -> Settings:
    """The settings that a bedplate.yaml says.

    Args:
        source: the file's text.
        found: says what discovery sees in the same repository; it stands in where the file has no ``foundation``,
            and is asked only then.
        name: what to call the file in errors.

    Raises:
        ConfigError: it isn't YAML, or has an unknown key, a wrong type, or something missing.
    """
    node = compose(source, name, ConfigError)
    reader = Reader()
    data = reader.read(node, _FILE)
    if reader.mistakes:
        raise ConfigError(name, _in_order(reader.mistakes))
    standing_in = Settings(origin=NAME) if sequence(data, "foundation") else found()
    mistakes = list(_beyond_shape(data, reader.lines, standing_in))
    if mistakes:
        raise ConfigError(name, _in_order(mistakes))
    return _settings(data, standing_in)


def _in_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    return tuple(sorted(mistakes, key=lambda mistake: mistake.line))


def _beyond_shape(data: object, lines: Mapping[str, int], found: Settings) -> Iterator[Mistake]:
    """What a shape can't say: the version that is known, references between entries, and a source for each key."""
    if mapping(data).get("version") != 1:
        yield Mistake(lines["version"], f"version must be 1, and is {mapping(data).get('version')}")
    before: list[str] = []
    for at, entry in enumerate(sequence(data, "foundation")):
        place = f"foundation[{at}]"
        for text_of_mistake in _entry_mistakes(entry, before):
            yield Mistake(lines[place], f"{place}: {text_of_mistake}")
        for key, text_of_mistake in (*s3_mistakes(entry), *claim_mistakes(entry)):
            yield Mistake(lines[f"{place}.{key}"], f"{place}.{key} {text_of_mistake}")
        before.append(text(entry, "component"))
    yield from _key_mistakes(data, lines, before or [entry.component for entry in found.foundation])


def _key_mistakes(data: object, lines: Mapping[str, int], foundation: list[str]) -> Iterator[Mistake]:
    users = (*foundation, "flux")
    for at, key in enumerate(sequence(data, "keys")):
        place, secret, user = f"keys[{at}]", text(key, "secret"), text(key, "before")
        if secret.count("/") != 1:
            yield Mistake(lines[f"{place}.secret"], f"{place}.secret must be namespace/name, and is {secret}")
        if bool(text(key, "from", "file")) == bool(text(key, "from", "command")):
            yield Mistake(lines[f"{place}.from"], f"{place}.from needs either a file or a command")
        if user not in users:
            hint = nearest(user, users) or f" (one of {', '.join(users)})"
            yield Mistake(lines[f"{place}.before"], f"{place}.before can't be {user or 'empty'}{hint}")


def _entry_mistakes(entry: object, before: list[str]) -> Iterator[str]:
    component = text(entry, "component")
    if component in before:
        yield f"{component} stands here twice"
    if component not in KNOWN and not text(entry, "kind"):
        yield f"{component} is not a known component{nearest(component, KNOWN)}; any other name needs kind: workload"
    for other in strings(entry, "after"):
        if other not in before:
            yield f"{component} is after {other}, which does not come before it"
    for release in strings(entry, "releases"):
        # Where a helmfile gives no namespace, it is the context's own: helmfile's selector has none then either.
        if release.count("/") != 1 or release.endswith("/"):
            yield f"{component}'s releases must be namespace/name, and one is {release}"


def _settings(data: object, found: Settings) -> Settings:
    entries = tuple(_entry(entry) for entry in sequence(data, "foundation"))
    path = text(data, "gitops", "path")
    return Settings(
        origin=NAME if entries else f"{NAME}, {found.origin}",
        context=text(data, "context"),
        foundation=entries or found.foundation,
        bootstrap=_bootstrap(mapping(data, "gitops")),
        gitops_path=from_root(path) if path else found.gitops_path,
        gitops_components=strings(data, "gitops", "components"),
        keys=tuple(_key(item) for item in sequence(data, "keys")),
        survival_file=text(data, "survival", "write"),
        notices=() if entries else found.notices,
    )


def _entry(entry: object) -> FoundationEntry:
    component = text(entry, "component")
    known = KNOWN.get(component)
    own = known.namespaces if known and known.layer is Layer.FOUNDATION else (component,)
    return FoundationEntry(
        component=component,
        helmfile=text(entry, "helmfile"),
        namespaces=strings(entry, "namespaces") or own,
        environment=text(entry, "environment", default="default"),
        after=strings(entry, "after"),
        releases=strings(entry, "releases"),
        ownership=Ownership(text(entry, "ownership", default=Ownership.FOUNDATION.value)),
        s3=s3_settings(entry),
        claim=claim_settings(entry),
    )


def _key(item: object) -> KeySource:
    return KeySource(
        text(item, "secret"), text(item, "from", "file"), text(item, "from", "command"), text(item, "before")
    )


def _bootstrap(gitops: Mapping[str, object]) -> BootstrapSettings | None:
    if not text(gitops, "bootstrap"):
        return None
    own = {key: value for key, value in gitops.items() if key not in ("bootstrap", "components", "controllers")}
    if "controllers" in gitops:
        own["components"] = gitops["controllers"]
    values = {key: tuple(strings(value)) if isinstance(value, list) else value for key, value in own.items()}
    # The shape above was made from this class's own fields, so names and types are its own.
    return BootstrapSettings(provider=text(gitops, "bootstrap"), **values)  # type: ignore[arg-type]
