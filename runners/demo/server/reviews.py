"""Reviews: who asks, and what they may do."""

from __future__ import annotations

from runners.demo.server.metadata import now
from runners.demo.server.rules import Deed, Rules
from runners.layers.jsons import Json, mapping, text

USER = "demo"
GROUPS = ("system:masters", "system:authenticated")


def review(kind: str, body: Json, rules: Rules) -> Json:
    """The answer to one of the reviews of oneself."""
    head = {"apiVersion": text(body, "apiVersion"), "kind": kind, "metadata": {"creationTimestamp": now()}}
    if kind == "SelfSubjectReview":
        return {**head, "status": {"userInfo": {"username": USER, "groups": list(GROUPS)}}}
    if kind == "SelfSubjectRulesReview":
        everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        paths = {"verbs": ["*"], "nonResourceURLs": ["*"]}
        # Rules can only grant, so that an exception makes the answer incomplete.
        status = {"resourceRules": [everything], "nonResourceRules": [paths], "incomplete": bool(rules.forbidden)}
        return {**head, "spec": mapping(body, "spec"), "status": status}
    return {
        **head,
        "spec": mapping(body, "spec"),
        "status": _access(mapping(body, "spec", "resourceAttributes"), rules),
    }


def _access(asked: Json, rules: Rules) -> Json:
    resource = "/".join(part for part in (text(asked, "resource"), text(asked, "subresource")) if part)
    deed = Deed(text(asked, "verb"), text(asked, "group"), resource, text(asked, "namespace"))
    if rules.allows(deed):
        return {"allowed": True, "reason": "the demo's user may do everything that isn't forbidden"}
    return {"allowed": False, "reason": f"{deed.verb} {deed.resource} is forbidden in this demo"}
