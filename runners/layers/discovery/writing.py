"""A proposed bedplate.yaml as text: each value with its reason beside it, and what is not decided as a comment."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

import yaml

from runners.layers.components import KNOWN
from runners.layers.discovery.proposal import Discovery
from runners.layers.discovery.questions import Question
from runners.layers.gitops_settings import BootstrapSettings
from runners.layers.outside_text import harmless, redact
from runners.layers.settings import FoundationEntry, Ownership

_WIDTH = 110
_HEAD = """\
# How Bedplate sees this repository. Proposed by `bedplate init` from what the files say, with the reasons.
# An unknown key or a wrong word is refused with its line: nothing here is ever taken for something else.
version: 1
"""


def as_yaml(found: Discovery) -> str:
    """The bedplate.yaml that a discovery comes to; ``config.parse`` reads it back as the same settings."""
    settings = found.settings
    lines = list(_HEAD.splitlines())
    if settings.context:
        lines += ["", *_why(found.reasons, "context"), f"context: {_scalar(settings.context)}"]
    if settings.foundation:
        lines += ["", "# What is put there by hand with helmfile, in the order in which it comes up.", "foundation:"]
        for entry in settings.foundation:
            lines += _entry(entry, found.reasons)
    lines += _gitops(found)
    lines += _keys(found)
    if found.questions:
        lines += ["", "# Not decided yet; `bedplate init` in a terminal asks:"]
        for question in found.questions:
            lines += _undecided(question)
    return "\n".join(lines) + "\n"


def _entry(entry: FoundationEntry, reasons: Mapping[str, str]) -> Iterator[str]:
    name = entry.component
    yield from _why(reasons, name, "  ")
    yield f"  - component: {_scalar(name)}"
    if name not in KNOWN:
        yield "    kind: workload"
    yield f"    helmfile: {_scalar(entry.helmfile)}"
    if entry.environment != "default":
        yield from _why(reasons, f"{name}.environment", "    ")
        yield f"    environment: {_scalar(entry.environment)}"
    yield f"    namespaces: {_list(entry.namespaces)}"
    if entry.releases:
        yield f"    releases: {_list(entry.releases)}"
    if entry.ownership is not Ownership.FOUNDATION:
        yield from _why(reasons, f"{name}.ownership", "    ")
        yield f"    ownership: {entry.ownership.value}"
    if entry.after:
        yield from _why(reasons, f"{name}.after", "    ")
        yield f"    after: {_list(entry.after)}"


def _gitops(found: Discovery) -> Iterator[str]:
    settings = found.settings
    bootstrap, path = settings.bootstrap, settings.gitops_path
    body: list[str] = []
    if bootstrap is not None:
        body += [*_why(found.reasons, "gitops.bootstrap", "  "), f"  bootstrap: {bootstrap.provider}"]
        body += _told(bootstrap)
    if path is not None:
        body += [*_why(found.reasons, "gitops.path", "  "), f"  path: {_scalar(path or '.')}"]
    if settings.gitops_components:
        body += [*_why(found.reasons, "gitops.components", "  ")]
        body += [f"  components: {_list(settings.gitops_components)}"]
    if body:
        yield from ("", "# What Flux puts there from Git.", "gitops:", *body)


def _keys(found: Discovery) -> Iterator[str]:
    """The Secrets that must be there first; whence they come no file can say, so a person fills that in."""
    if found.decrypts:
        yield from (
            "",
            "# Flux decrypts with these Secrets. Say where each comes from, so that it is there first:",
            "# keys:",
        )
    for one in found.decrypts:
        item = f"- {{secret: {_scalar(one.text)}, from: {{file: …}}, before: flux}}"
        yield from _comment(f"{item}  # {one.place}", "#   ")


def _told(bootstrap: BootstrapSettings) -> Iterator[str]:
    """What differs from flux's own defaults, less what is written elsewhere."""
    for item in fields(BootstrapSettings):
        value = getattr(bootstrap, item.name)
        if item.name in ("provider", "path") or value == item.default:
            continue
        yield f"  {item.name}: {'true' if value is True else 'false' if value is False else _scalar(str(value))}"


def _undecided(question: Question) -> Iterator[str]:
    yield from _comment(f"- {question.text} ({', '.join(question.choices)})", "# ")
    yield from _comment(question.why, "#   ")


def _why(reasons: Mapping[str, str], place: str, indent: str = "") -> Iterator[str]:
    if place in reasons:
        yield from _comment(reasons[place], f"{indent}# ")


def _comment(words: str, begin: str) -> Iterable[str]:
    """Words from files as comments: whatever stands in them, they end with their line."""
    plain = " ".join(harmless(redact(words)).split())
    return textwrap.wrap(
        plain, _WIDTH, initial_indent=begin, subsequent_indent=begin, break_on_hyphens=False, break_long_words=False
    )


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_scalar, values))}]"


def _scalar(value: str) -> str:
    """A text as YAML that reads back as the same text, in a list too."""
    plain = value and not any(letter in value for letter in ",[]{}#\"'\\\n") and value.isprintable()
    if plain and ": " not in value and value == value.strip() and _reads_back(value):
        return value
    return json.dumps(value)


def _reads_back(value: str) -> bool:
    try:
        return bool(yaml.safe_load(f"a: {value}") == {"a": value})
    except (yaml.YAMLError, ValueError):
        return False
