"""The fold over all claims: how many would return, how much the worst of them would lose, and which would not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import Key
from runners.layers.kinds.fates import NO_BACKUP, ClaimFate, Fate
from runners.layers.kinds.storage import CLAIMS

_NAMED = 3
"""So many claims of one trouble have a finding of their own, or are named in the one that they share."""
_BACK_UP = "make backups: by a recurring job, or in Longhorn"


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

    @property
    def besides(self) -> tuple[Finding, ...]:
        """What would be missing beside the claims."""
        return self.findings[len(self.claims.findings) :]

    def words(self, now: float) -> str:
        """The fold in one line, ``23 of 27 claims return, oldest loss 26 h · 4 would not``; empty without claims."""
        return "".join(self.parts(now))

    def parts(self, now: float) -> tuple[str, str]:
        """The same line in two: what would return, and what is to worry about."""
        claims = self.claims
        if self.unseen:
            return "", f"can't tell: {self.unseen}"
        if not claims.all:
            return "", ""
        verb = "claim returns" if claims.all == 1 else "claims return"
        loss = f", oldest loss {span(now - claims.oldest)}" if claims.oldest else ""
        gone = f" · {claims.gone} would not" if claims.gone else ""
        unknown = f" · {claims.unknown} can't be told" if claims.unknown else ""
        return f"{claims.returning} of {claims.all} {verb}{loss}", f"{gone}{unknown}"


def span(seconds: float) -> str:
    """A loss as people say it: ``under 1 min``, ``40 min``, ``26 h``, ``9 d``."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // (24 * 60)} d"


def fold(fates: tuple[ClaimFate, ...]) -> Claims:
    """What fates add up to."""
    saved = [one.saved_at for one in fates if one.fate is Fate.RETURNS]
    gone = [one for one in fates if one.fate is Fate.GONE]
    unknown = [one for one in fates if one.fate is Fate.UNKNOWN]
    return Claims(
        fates=fates,
        returning=len(saved),
        gone=len(gone),
        unknown=len(unknown),
        oldest=min(saved, default=0.0),
        findings=(
            *_findings(gone, Severity.WARNING, "would not return"),
            *_findings(unknown, Severity.UNKNOWN, "may not return"),
        ),
    )


def _findings(fates: Iterable[ClaimFate], severity: Severity, said: str) -> Iterator[Finding]:
    """One a claim; where many have the same trouble, one for all of them."""
    by_reason: dict[str, list[ClaimFate]] = {}
    for one in fates:
        by_reason.setdefault(one.why, []).append(one)
    for why, ones in sorted(by_reason.items()):
        remedy = _BACK_UP if why == NO_BACKUP else ""
        yield from _of_one_reason(sorted(ones, key=_name), severity, f"{said}: {why}", remedy)


def _name(fate: ClaimFate) -> tuple[str, str]:
    return (fate.namespace, fate.name)


def _of_one_reason(ones: Sequence[ClaimFate], severity: Severity, text: str, remedy: str) -> Iterator[Finding]:
    if len(ones) <= _NAMED:
        for one in ones:
            yield Finding(f"claim {one.namespace}/{one.name}", severity, text, remedy, about=claim_key(one))
        return
    names = ", ".join(f"{one.namespace}/{one.name}" for one in ones[:_NAMED])
    yield Finding(f"{len(ones)} claims", severity, f"{text} ({names} …)", remedy, about=claim_key(ones[0]))


def claim_key(fate: ClaimFate) -> Key:
    """The claim whose fate it is, for a screen to open."""
    return (CLAIMS.id, fate.namespace, fate.name)
