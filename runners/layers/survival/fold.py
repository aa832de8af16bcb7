"""The fold over all claims: how many would return, how much the worst of them would lose, and which would not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import Key
from runners.layers.kinds.fates import ClaimFate, Fate
from runners.layers.kinds.storage import CLAIMS

_NAMED = 3
"""So many claims of one trouble have a finding of their own, or are named in the one that they share."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Every claim's fate, and what they add up to."""

    fates: tuple[ClaimFate, ...] = ()
    returning: int = 0
    gone: int = 0
    unknown: int = 0
    oldest: float = 0.0
    """Of which moment the oldest backup is that a claim would return from; 0 when none would."""
    findings: tuple[Finding, ...] = ()

    @property
    def all(self) -> int:
        """How many have anything to lose."""
        return self.returning + self.gone + self.unknown


@dataclass(frozen=True, slots=True)
class Survival:
    """What would come back if the cluster died at one moment."""

    claims: Claims = Claims()
    findings: tuple[Finding, ...] = ()
    """What would be missing then, the claims' first."""
    unseen: str = ""
    """Why nothing can be said of the claims."""
    looked: bool = False
    """Git, the keys' sources and the sheet were looked at by now."""

    def words(self, now: float) -> str:
        """The fold in one line, ``23 of 27 claims return, oldest loss 26 h · 4 would not``; empty without claims."""
        claims = self.claims
        if self.unseen:
            return f"can't tell: {self.unseen}"
        if not claims.all:
            return ""
        of = "claim returns" if claims.all == 1 else "claims return"
        loss = f", oldest loss {span(now - claims.oldest)}" if claims.oldest else ""
        parts = [f"{claims.returning} of {claims.all} {of}{loss}"]
        parts += [f"{claims.gone} would not"] if claims.gone else []
        parts += [f"{claims.unknown} can't be told"] if claims.unknown else []
        return " · ".join(parts)


def span(seconds: float) -> str:
    """A loss as people say it: ``40 min``, ``26 h``, ``9 d``."""
    minutes = max(0, round(seconds / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // (24 * 60)} d"


def fold(fates: tuple[ClaimFate, ...]) -> Claims:
    """What fates add up to."""
    counts = Counter([one.fate for one in fates])
    return Claims(
        fates=fates,
        returning=counts[Fate.RETURNS],
        gone=counts[Fate.GONE],
        unknown=counts[Fate.UNKNOWN],
        oldest=min((one.saved_at for one in fates if one.fate is Fate.RETURNS), default=0.0),
        findings=tuple(_findings(fates)) if counts[Fate.GONE] or counts[Fate.UNKNOWN] else (),
    )


def _findings(fates: Sequence[ClaimFate]) -> Iterator[Finding]:
    """One a claim; where many have the same trouble, one for all of them."""
    for fate, severity in ((Fate.GONE, Severity.WARNING), (Fate.UNKNOWN, Severity.UNKNOWN)):
        by_reason: dict[str, list[ClaimFate]] = {}
        for one in fates:
            if one.fate is fate:
                by_reason.setdefault(one.why, []).append(one)
        said = "would not return" if fate is Fate.GONE else "may not return"
        for why, ones in sorted(by_reason.items()):
            yield from _of_one_reason(sorted(ones, key=lambda one: one.key), severity, f"{said}: {why}")


def _of_one_reason(ones: Sequence[ClaimFate], severity: Severity, text: str) -> Iterator[Finding]:
    if len(ones) <= _NAMED:
        for one in ones:
            yield Finding(f"claim {one.namespace}/{one.name}", severity, text, about=claim_key(one))
        return
    names = ", ".join(f"{one.namespace}/{one.name}" for one in ones[:_NAMED])
    yield Finding(f"{len(ones)} claims", severity, f"{text} ({names} …)", about=claim_key(ones[0]))


def claim_key(fate: ClaimFate) -> Key:
    """The claim whose fate it is, for a screen to open."""
    return (CLAIMS.id, fate.namespace, fate.name)
