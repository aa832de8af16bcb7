"""Text from a cluster, a tool or a file is data: made harmless for a terminal, and for a record."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""C0 but tab and newline, DEL, C1, and the marks that turn the direction of what follows."""

_SECRETS = (
    (re.compile(r"(\w://)[^/\s@\"']+@"), r"\1…@"),
    (
        re.compile(
            r"(?i)\b([\w.-]*(?:password|passwd|passphrase|token|secret[-_]?key|api[-_]?key|authorization)[\"']?\s*[=:]\s*)"
            r"(?:(?:bearer|basic)\s+)?[\"']?[^\s\"',;]+"
        ),
        r"\1…",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 …"),
)


def harmless(text: str, instead: str = "") -> str:
    """A text without escape sequences, and with control characters replaced; tabs and newlines stay."""
    return text if text.isprintable() else _CONTROLS.sub(instead, _ESCAPES.sub("", text))


def redact(text: str) -> str:
    """A text with what looks like a credential replaced by dots."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text
