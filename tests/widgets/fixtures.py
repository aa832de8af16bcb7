"""Rows, pictures and small apps for the tests of widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.widget import Widget

from runners.layers.kinds.base import Row, Tone
from runners.layers.kinds.flux import FluxObject
from runners.layers.kinds.pods import Pod
from runners.layers.picture import ComponentState, Layer
from runners.layers.verdicts import Verdict
from widgets.confirm import Dialog, DialogRow
from widgets.help import HelpEntry, HelpGroup
from widgets.theme import dress

NOW = 1_800_000_000.0


class Stage(App[None]):
    """An app that shows some widgets, under the program's own theme, and remembers their messages."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme: str = "bedplate-dark") -> None:
        super().__init__()
        dress(self, theme)
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        yield from self._widgets


def pod(name: str, namespace: str = "longhorn-system", status: str = "Running", **more: object) -> Pod:
    fields: dict[str, object] = {
        "ready": 1 if status == "Running" else 0,
        "containers": 1,
        "restarts": 0,
        "node": "node-1",
        "is_ready": status == "Running",
        "created": NOW - 4 * 3600,
        **more,
    }
    return Pod(kind="pods", namespace=namespace, name=name, uid=name, status=status, **fields)  # type: ignore[arg-type]


PODS: tuple[Row, ...] = (
    pod("longhorn-manager-nz8qt", ready=2, containers=2),
    pod("longhorn-manager-x7k2p", ready=2, containers=2, node="node-2"),
    pod("longhorn-ui-6d7c9b8f4-mmq2d", node="node-3", created=NOW - 75),
    pod("instance-manager-8f2c7e5b1d0a9c4e6f3b2a1d", node="node-2", created=NOW - 4 * 3600 + 31),
    pod("csi-attacher-7744ffbd5-9sxqc", status="CrashLoopBackOff", restarts=12, node="node-3"),
    pod("minio-tenant-pool-0-0", "minio-tenant", ready=2, containers=2, node="node-2"),
    pod("minio-tenant-pool-0-1", "minio-tenant", ready=1, containers=2, is_ready=False, restarts=1),
    pod("minio-tenant-pool-0-10", "minio-tenant", status="Pending", node="", created=NOW - 9),
    pod("cert-manager-startupapicheck-8xkzr", "cert-manager", status="Completed", created=NOW - 3 * 86400),
    pod("webhook-ⅷ-日本語-pod", "cert-manager", status="Init:0/1", created=NOW - 42),
)


def flux(name: str, status: str = "True", message: str = "", **more: object) -> FluxObject:
    fields: dict[str, object] = {
        "created": NOW - 86400 * 3,
        "reason": "ReconciliationSucceeded" if status == "True" else "ReconciliationFailed",
        "revision": "main@sha1:3d2789eb2958aa00",
        "suspended": False,
        "observed": True,
        "path": f"./clusters/home/{name}",
        "source": "GitRepository/flux-system/flux-system",
        "depends_on": (),
        "reconciling": False,
        **more,
    }
    return FluxObject(
        kind="kustomizations",
        namespace="flux-system",
        name=name,
        uid=name,
        singular="Kustomization",
        ready=status,
        message=message,
        **fields,  # type: ignore[arg-type]
    )


FLUX: tuple[Row, ...] = (
    flux("flux-system", message="Applied revision: main@sha1:3d2789eb2958aa00"),
    flux("metallb", message="Applied revision: main@sha1:3d2789eb2958aa00"),
    flux("cert-manager", "Unknown", "Reconciliation in progress", reason="Progressing", reconciling=True),
    flux("haproxy-ingress", "False", "dependency 'flux-system/metallb' is not ready: health check timed out"),
    flux("monitoring", suspended=True),
)

FOUNDATION = (
    ComponentState(
        "longhorn",
        Layer.FOUNDATION,
        Verdict.HEALTHY,
        "1.12.1",
        details=(
            "3/3 nodes · 27 volumes: 26 healthy, 1 degraded",
            "StorageClass longhorn (default) · backups ok",
        ),
    ),
    ComponentState(
        "minio",
        Layer.FOUNDATION,
        Verdict.HEALTHY,
        "7.1.1",
        details=("tenant Initialized · 4/4 drives · S3 answers",),
    ),
)

GITOPS = (
    ComponentState("flux-system", Layer.GITOPS, Verdict.HEALTHY, "main@3d2789e", "applied 2m ago"),
    ComponentState("metallb", Layer.GITOPS, Verdict.HEALTHY, "0.15.2"),
    ComponentState("cert-manager", Layer.GITOPS, Verdict.PROGRESSING, "1.19.0", "waiting: webhook"),
    ComponentState("haproxy-ingress", Layer.GITOPS, Verdict.FAILED, "1.47.0", "no address: metallb has no pool"),
    ComponentState("monitoring", Layer.GITOPS, Verdict.ABSENT, "", "after cert-manager"),
    ComponentState("grafana", Layer.GITOPS, Verdict.UNKNOWN, "", "forbidden: list deployments"),
)

APPLY = Dialog(
    "Apply longhorn",
    (
        DialogRow("cluster", (("home · https://10.0.0.10:6443 · uid 41c7…", Tone.PLAIN),)),
        DialogRow("plan", (("1 release: longhorn 1.11.2 → 1.12.1; 14 objects change, 0 go", Tone.PLAIN),)),
        DialogRow("bound to", (("revision 7 · inputs 9c1e… · commit 3d2789e (clean) · 00:00:21 ago", Tone.PLAIN),)),
        DialogRow("command", (("helmfile --kube-context home -f longhorn/helmfile.yaml apply …", Tone.MUTED),)),
        DialogRow(
            "gate",
            (
                ("open: no volume is faulted, 1.11 → 1.12 is one minor", Tone.GOOD),
                ("! 1 volume is degraded: longhorn advises waiting", Tone.WARN),
            ),
        ),
    ),
    "Apply",
)

HELP = (
    HelpGroup("Move", (HelpEntry("j ↓", "down"), HelpEntry("k ↑", "up"), HelpEntry("ctrl+f", "page down"))),
    HelpGroup(
        "Foundation",
        (
            HelpEntry("i", "plan and diff"),
            HelpEntry("a", "apply", "read-only"),
            HelpEntry("r", "repair what is missing or was changed by hand"),
        ),
    ),
    HelpGroup("Rows", (HelpEntry("↵", "open"), HelpEntry("y", "YAML"), HelpEntry("shift+n", "sort by name"))),
)


def screen_text(app: App[None]) -> list[str]:
    """What stands on the screen, line by line."""
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips(app.size)]


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Waits for a condition; fails when it doesn't come true in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is on the screen and sets no event
            await asyncio.sleep(0.01)
