"""cert-manager: works when its webhook answers, its issuers are ready, and no certificate runs out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runners.layers.components.base import Component, Judgement, Scene, subject
from runners.layers.components.common import idle_workloads, sees, unseen
from runners.layers.components.gitops import judge_namespaces, with_own
from runners.layers.components.gitops_kinds import unserved
from runners.layers.findings import Finding, Severity
from runners.layers.kinds.base import age
from runners.layers.kinds.cert_manager import CERTIFICATES, CLUSTER_ISSUERS, ISSUERS, Certificate, Issuer
from runners.layers.kinds.workloads import DEPLOYMENTS
from runners.layers.picture import Layer

_SOON = 7 * 86400.0
"""Seconds before its end at which a certificate that isn't being renewed becomes a worry."""
_RENEWAL_TAKES = 3600.0
"""Seconds that a renewal may take before somebody should look at it."""
_KINDS = (ISSUERS, CLUSTER_ISSUERS, CERTIFICATES)


def judge(scene: Scene) -> Judgement:
    """What Flux says, the three Deployments, issuers, and every certificate of the cluster."""
    plain = judge_namespaces(scene)
    if plain.absent or plain.unseen:
        return plain
    issuers = {_ref(row): row for kind in (ISSUERS, CLUSTER_ISSUERS) for row in scene.rows.all(kind)}
    certificates = scene.rows.all(CERTIFICATES)
    ends = tuple(finding for row in certificates for finding in _expiry(scene, row))
    return with_own(
        scene,
        plain,
        lost=(*unseen(scene, _KINDS), *idle_workloads(scene.workloads), *ends),
        own=(
            *unserved(scene, *_KINDS),
            *_webhook(scene),
            *_issuer_findings(issuers),
            *(finding for row in certificates for finding in _certificate_findings(scene, row, issuers)),
        ),
        details=_lines(scene, issuers, certificates),
    )


def _ref(row: Issuer) -> str:
    """As certificates name it: an Issuer is found in the certificate's own namespace only."""
    return f"ClusterIssuer/{row.name}" if row.kind == CLUSTER_ISSUERS.id else f"{row.namespace}/Issuer/{row.name}"


def _webhook(scene: Scene) -> Iterator[Finding]:
    found = [row for row in scene.workloads if row.kind == DEPLOYMENTS.id and row.name.endswith("webhook")]
    closed = "no Issuer or Certificate can be written"
    if not found and sees(scene, DEPLOYMENTS):
        text = f"there is none in {', '.join(scene.namespaces)}: {closed}"
        yield Finding("Deployment cert-manager-webhook", Severity.BLOCKER, text)
    for row in found:
        if row.wanted and not row.ready:
            text = f"has no pod that is ready: {closed}"
            yield Finding(subject(row, DEPLOYMENTS.singular), Severity.BLOCKER, text, "look at its pods", about=row.key)


def _issuer_findings(issuers: Mapping[str, Issuer]) -> Iterator[Finding]:
    for row in issuers.values():
        about = subject(row, "ClusterIssuer" if row.kind == CLUSTER_ISSUERS.id else "Issuer")
        if row.ready.status == "True":
            continue
        text = f"is not ready: {row.ready.words}" if row.ready.status else "was not seen by cert-manager yet"
        yield Finding(about, Severity.WARNING, text, about=row.key)


def _certificate_findings(scene: Scene, row: Certificate, issuers: Mapping[str, Issuer]) -> Iterator[Finding]:
    if row.ready.status == "True" or 0 < row.expires <= scene.now:
        return
    about = subject(row, CERTIFICATES.singular)
    ref = row.issuer if row.issuer.startswith("ClusterIssuer/") else f"{row.namespace}/{row.issuer}"
    who = row.issuer.replace("/", " ", 1)
    issuer = issuers.get(ref)
    if row.issuer and issuer is None and sees(scene, ISSUERS, CLUSTER_ISSUERS):
        yield Finding(about, Severity.WARNING, f"is not ready, since {who} is not there", about=row.key)
    elif issuer is not None and issuer.ready.status != "True":
        text = f"is not ready, since {who} is not: {issuer.ready.words}"
        yield Finding(about, Severity.WARNING, text, about=row.key)
    elif row.ready.status:
        yield Finding(about, Severity.WARNING, f"is not ready: {row.ready.words}", about=row.key)
    else:
        yield Finding(about, Severity.WARNING, "was not seen by cert-manager yet", about=row.key)


def _expiry(scene: Scene, row: Certificate) -> Iterator[Finding]:
    left = row.expires - scene.now
    if not row.expires:
        return
    about = subject(row, CERTIFICATES.singular)
    remedy = f"cmctl status certificate {row.name} -n {row.namespace}"
    if left <= 0:
        text = f"expired {age(-left)} ago: whoever uses Secret {row.secret} is refused"
        yield Finding(about, Severity.BLOCKER, text, remedy, about=row.key)
    elif row.renews and scene.now - row.renews > _RENEWAL_TAKES:
        text = f"should have been renewed {age(scene.now - row.renews)} ago, and expires in {age(left)}"
        yield Finding(about, Severity.WARNING, text, remedy, about=row.key)
    elif not row.renews and left < _SOON:
        yield Finding(about, Severity.WARNING, f"expires in {age(left)}", remedy, about=row.key)


def _lines(scene: Scene, issuers: Mapping[str, Issuer], certificates: Sequence[Certificate]) -> tuple[str, ...]:
    if not scene.rows.freshness(CERTIFICATES).tells_absence:
        return ()
    ready = sum(row.ready.status == "True" for row in certificates)
    next_end = min((row.expires for row in certificates if row.expires > scene.now), default=0.0)
    ends = f" · the next ends in {age(next_end - scene.now)}" if next_end else ""
    return (f"{len(issuers)} issuers · {ready}/{len(certificates)} certificates ready{ends}",)


CERT_MANAGER = Component("cert-manager", Layer.GITOPS, ("cert-manager",), judge)
