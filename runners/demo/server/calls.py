"""One request and its answer, however they travel."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from runners.demo.server.problems import bad_request, unsupported
from runners.layers.jsons import Json, mapping

JSON = "application/json"
TEXT = "text/plain"
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
_YAML = (APPLY_PATCH, "application/yaml")


class _Loader(yaml.SafeLoader):
    """Reads what JSON can say: times stay texts."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Call:
    """A request."""

    method: str
    path: str
    query: Mapping[str, str]
    accept: str = ""
    content_type: str = ""
    body: bytes = b""
    agent: str = ""
    """Who says it asks: the first part of a User-Agent."""
    trusted: bool = False
    """It comes from the cluster's own hands, which no rule forbids anything."""

    @property
    def media(self) -> str:
        """The body's media type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def manager(self) -> str:
        """By which name the writer's fields are kept."""
        return self.query.get("fieldManager") or self.agent or "unknown"

    def decoded(self) -> object:
        """The body as a value; None where there is no body.

        Raises:
            Refused: it is malformed, or of a type that isn't read here, as Go's own clients like to send.
        """
        if not self.body.strip():
            return None
        if self.media.endswith(("protobuf", "cbor")):
            raise unsupported(self.media, [JSON, "application/yaml"])
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            if self.media not in _YAML:
                raise bad_request(f"couldn't get version/kind; json parse error: {error}") from None
        try:
            return yaml.load(self.body, Loader=_Loader)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise bad_request(f"error decoding YAML: {error}") from None

    def document(self) -> Json:
        """The body, which has to be an object.

        Raises:
            Refused: it is something else.
        """
        found = self.decoded()
        if not isinstance(found, Mapping):
            raise bad_request("the body of the request is not an object")
        return mapping(found)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: an object, or a stream."""

    status: int = 200
    body: Json = field(default_factory=dict)
    stream: Iterator[bytes] | None = None
    """What is sent as it comes; an empty piece is a moment to see whether anyone still reads."""
    media: str = JSON
    """The media type of what is sent."""
