"""What an S3 server, or the way to it, said instead of doing what it was asked: in one line, and whose fault it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runners.layers.probes import Outcome

_STATUS = re.compile(r"status code: (\d{3})[^:]*")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_MESSAGE = re.compile(r"<Message>([^<]*)</Message>")
_CAUSE = re.compile(r'(?:message|error): "([^"]+)"')
_KIND = re.compile(r"kind: (\w+)")
_CERTIFICATE = re.compile(r"InvalidCertificate\(\s*(\w+)")

_ASKED_WRONGLY = {
    "NoSuchBucket": "there is no bucket {bucket}, and none is made unasked",
    "InvalidAccessKeyId": "the access key is not known there",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "AccessDenied": "these credentials may not do that in bucket {bucket}",
    "RequestTimeTooSkewed": "the clocks of this machine and of the server differ too much",
}
"""Codes that prove nothing against the server."""


@dataclass(frozen=True, slots=True)
class Said:
    """One refusal or failure."""

    outcome: Outcome
    text: str
    code: str = ""
    """S3's own; empty where the answer had none."""
    done_nothing: bool = False
    """It was refused, or never arrived; anything else may have been done all the same."""


def why(error: str, bucket: str) -> Said:
    """Reads an error of the S3 library: its first lines are the server's answer, what follows is the cause."""
    status = _STATUS.search(error)
    if status is None:
        return _on_the_way(error)
    code, message = (found[1] if (found := pattern.search(error)) else "" for pattern in (_CODE, _MESSAGE))
    refused = status[1].startswith("4")
    if code in _ASKED_WRONGLY:
        return Said(Outcome.NOT_ASKED, f"{_ASKED_WRONGLY[code].format(bucket=bucket)} ({code})", code, refused)
    words = ": ".join(filter(None, (code, message))) or "without a word of S3"
    outcome = Outcome.NOT_ASKED if status[1] in ("401", "403") else Outcome.FAILED
    return Said(outcome, f"HTTP {status[1]}, {words}", code, refused)


def _on_the_way(error: str) -> Said:
    """No answer came: no way there, or nobody at its end."""
    cause, kind = _CAUSE.search(error), _KIND.search(error)
    never_arrived = kind is not None and kind[1] == "Connect"
    if certificate := _CERTIFICATE.search(error):
        text = f"its certificate is not trusted here ({certificate[1]})"
        return Said(Outcome.NOT_ASKED, text, done_nothing=never_arrived)
    if "dns error" in error:
        text = f"its name is not known here: {cause[1] if cause else 'no address'}"
        return Said(Outcome.NOT_ASKED, text, done_nothing=never_arrived)
    if kind and kind[1] == "Timeout":
        return Said(Outcome.FAILED, "no answer came in time")
    text = f"no answer: {cause[1] if cause else 'the connection broke off'}"
    return Said(Outcome.FAILED, text, done_nothing=never_arrived)
