"""The ``claim`` of a foundation entry in bedplate.yaml: its shape, what is wrong with it, and its settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runners.layers.claim_probe import CLAIM
from runners.layers.components import KNOWN
from runners.layers.config_nodes import Field
from runners.layers.jsons import mapping, text
from runners.layers.settings import ClaimSettings

CLAIM_FIELD = Field(dict, keys={"class": Field(), "image": Field()})
_CLASS = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_IMAGE = re.compile(r"[A-Za-z0-9][\w.\-/:@]{0,254}")


def claim_mistakes(entry: object) -> Iterator[tuple[str, str]]:
    """What a shape can't say, each with the key it is about."""
    if "claim" not in mapping(entry):
        return
    component, claim = text(entry, "component"), mapping(entry, "claim")
    known = KNOWN.get(component)
    if known is not None and known.probe != CLAIM:
        yield "claim", f"is for what serves claims, and {component} does not"
    elif known is None and "class" not in claim:
        yield "claim", f"must name the class that {component} serves"
    if "s3" in mapping(entry):
        yield "claim", "can't stand beside s3: a component is probed in one way"
    if "class" in claim and not _CLASS.fullmatch(text(claim, "class")):
        yield "claim.class", f"can't be a StorageClass's name: {text(claim, 'class') or 'it is empty'}"
    if "image" in claim and not _IMAGE.fullmatch(text(claim, "image")):
        yield "claim.image", f"can't be an image: {text(claim, 'image') or 'it is empty'}"


def claim_settings(entry: object) -> ClaimSettings | None:
    """The settings of an entry; None where it says nothing of claims."""
    if "claim" not in mapping(entry):
        return None
    return ClaimSettings(text(entry, "claim", "class"), text(entry, "claim", "image"))
