"""A picture as the JSON of ``bedplate check``: names and words are an interface, described by ``check.schema.json``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files

from runners.layers.findings import Finding
from runners.layers.kinds import CORE, CUSTOM, AnyKind
from runners.layers.kinds.base import Key
from runners.layers.kinds.fates import ClaimFate
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.picture import Picture
from runners.layers.survival.fold import Survival, claim_key

SCHEMA = "bedplate.check/1"
"""What a reader looks at first; a number more when a key goes or changes its meaning, none when one is added."""

Data = dict[str, object]


def schema_text() -> str:
    """The JSON Schema of what ``as_data`` makes."""
    return (files("tui") / "check.schema.json").read_text(encoding="utf-8")


def as_data(picture: Picture, exit_code: int, kinds: Iterable[AnyKind] = ()) -> Data:
    """The picture as JSON has it.

    Args:
        picture: what is to be said.
        exit_code: what the call ends with.
        kinds: the kinds that are watched, for the names of those that only discovery knows.
    """
    words = _Words(kinds)
    identity = picture.identity
    cluster = {name: getattr(identity, name) for name in ("context", "server", "uid", "version")} if identity else None
    return {
        "schema": SCHEMA,
        "at": _moment(picture.at),
        "cluster": cluster,
        "nodes": {"ready": picture.nodes_ready, "all": picture.nodes},
        "components": [
            {
                "name": state.name,
                "layer": state.layer.value,
                "verdict": state.verdict.value,
                "version": state.version,
                "summary": state.summary,
                "findings": words.findings(state.findings),
            }
            for state in picture.components
        ],
        "boundary": words.findings(picture.boundary),
        "preflight": words.findings(picture.preflight),
        "survival": words.survival(picture.survival, picture.at),
        "notices": words.findings(picture.unplaced),
        "exit": exit_code,
    }


def _moment(seconds: float) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else None


class _Words:
    """Names objects by the API's own kinds."""

    def __init__(self, kinds: Iterable[AnyKind]) -> None:
        self._singular = {kind.id: kind.singular for kind in (*CORE, *CUSTOM, KUSTOMIZATIONS, *kinds)}

    def findings(self, findings: Iterable[Finding]) -> list[Data]:
        """Findings, as they come."""
        return [
            {
                "object": finding.subject,
                "severity": finding.severity.name.lower(),
                "text": finding.text,
                "remedy": finding.remedy,
                "about": self._about(finding.about) if finding.about else None,
            }
            for finding in findings
        ]

    def survival(self, survival: Survival, now: float) -> Data:
        """What would come back: the fold, every claim, and what is missing besides."""
        claims = survival.claims
        return {
            "summary": survival.words(now),
            "claims": claims.all,
            "returning": claims.returning,
            "gone": claims.gone,
            "unknown": claims.unknown,
            "oldest_loss_seconds": round(now - claims.oldest) if claims.oldest else None,
            "fates": [self._fate(fate, now) for fate in sorted(claims.fates, key=claim_key)],
            "findings": self.findings(survival.findings),
        }

    def _fate(self, fate: ClaimFate, now: float) -> Data:
        loses = fate.loses(now)
        return {
            "claim": self._about(claim_key(fate)),
            "fate": fate.fate.value,
            "why": fate.why,
            "loses_seconds": None if loses is None else round(loses),
            "backup": {"url": fate.backup, "of": _moment(fate.saved_at), "bytes": fate.backup_size}
            if fate.backup
            else None,
        }

    def _about(self, key: Key) -> Data:
        kind, namespace, name = key
        return {"kind": self._singular.get(kind, kind), "namespace": namespace, "name": name}
