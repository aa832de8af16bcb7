"""The proof after a run: is what Helm has recorded now what was shown before?

Exit 0 proves nothing: with a pending release ``helmfile apply`` ends 0 and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import anyio.to_thread

from runners.layers.findings import Finding, Severity
from runners.layers.plan_rules import named
from runners.layers.plans import Plan, ReleaseAction, ReleasePlan
from runners.tools import helm
from runners.tools.calls import Bench
from runners.tools.helm import Installed
from runners.tools.rendering import Rendered, Renderer


async def applied(bench: Bench, plan: Plan) -> tuple[Finding, ...]:
    """What became of each release that a plan changed; names of objects, never their contents.

    Raises:
        ToolError: helm is missing or failed.
    """
    context = plan.identity.context
    findings: list[Finding] = []
    for release in plan.changing:
        listing = helm.list_argv(context, release.namespace)
        said = await bench.ask(listing, about=f"release {release.id}")
        now = helm.installed_releases(said.stdout).get((release.namespace, release.name))
        recorded = Rendered()
        if now is not None and release.action is not ReleaseAction.UNINSTALL:
            argv = helm.manifest_argv(context, release.name, release.namespace, now.revision)
            manifest = (await bench.ask(argv, about=f"release {release.id}")).stdout
            renderer = Renderer(release.namespace, bench.served.cluster_scoped)
            recorded = await anyio.to_thread.run_sync(renderer.read, manifest)
        findings += compare(release, now, recorded)
    return tuple(findings)


def compare(release: ReleasePlan, now: Installed | None, recorded: Rendered) -> Iterator[Finding]:
    """What became of one release."""
    subject = f"release {release.id}"
    if release.action is ReleaseAction.UNINSTALL:
        if now is None or now.status == "uninstalled":
            yield Finding(subject, Severity.OK, "is gone, as planned")
        else:
            yield Finding(subject, Severity.BLOCKER, f"is still there ({now.status})", "look into the run's log")
        return
    if now is None:
        yield Finding(subject, Severity.BLOCKER, "is not there", "look into the run's log")
    elif now.revision <= release.revision:
        yield Finding(subject, Severity.BLOCKER, f"is still at revision {now.revision}", "look into the run's log")
    elif now.status != "deployed":
        yield Finding(subject, Severity.BLOCKER, f"revision {now.revision} is {now.status}", "look into the run's log")
    else:
        yield _as_shown(release, now, recorded)


def _as_shown(release: ReleasePlan, now: Installed, recorded: Rendered) -> Finding:
    subject, at = f"release {release.id}", f"revision {now.revision}"
    differing = differing_objects(release, recorded)
    if not differing:
        return Finding(subject, Severity.OK, f"{at}: applied what you saw")
    words = f"{at} differs from what you saw: {differing}"
    return Finding(subject, Severity.WARNING, words, "a template that writes the revision's number always does")


def differing_objects(release: ReleasePlan, recorded: Rendered) -> str:
    """The objects by name that are not as they were shown, random ones left out; empty when all are."""
    shown = {ref: digest for ref, digest in release.hashes.items() if ref not in release.beside}
    both = shown.keys() & recorded.hashes.keys()
    different = {ref for ref in both - release.random if shown[ref] != recorded.hashes[ref]}
    unnamed = {(ref.kind, ref.group, ref.namespace) for ref in release.random - both}
    others = (shown.keys() | recorded.hashes.keys()) - both
    return named(different | {ref for ref in others if (ref.kind, ref.group, ref.namespace) not in unnamed})
