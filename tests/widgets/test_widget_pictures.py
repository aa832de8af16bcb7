"""Pictures of every widget in its states, at the widths that matter."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.pilot import Pilot
from textual.screen import ModalScreen

from runners.layers.freshness import LIVE, Freshness, Reach
from runners.layers.identity import Identity
from runners.layers.kinds.base import Tone
from runners.layers.kinds.flux import KUSTOMIZATIONS
from runners.layers.kinds.pods import PODS as POD_KIND
from tests.widgets.fixtures import APPLY, FLUX, FOUNDATION, GITOPS, HELP, NOW, PODS, Stage, pod
from widgets.candidates import Candidate
from widgets.cards import LayerPane
from widgets.confirm import Confirm, Dialog, Readiness
from widgets.header import Header, HeaderFacts
from widgets.help import HelpPane
from widgets.hints import Hint, HintBar
from widgets.log import LogPane
from widgets.prompt import Prompt
from widgets.table import LiveTable
from widgets.tabs import Tab, TabStrip

Compare = Callable[..., bool]

LOG = (
    b"Upgrading release=longhorn, chart=longhorn/longhorn, namespace=longhorn-system\n"
    b"\x1b[33mlonghorn-system, longhorn-manager, DaemonSet (apps) has changed:\x1b[0m\n"
    b"  # Source: longhorn/templates/daemonset-sa.yaml\n"
    b"\x1b[31m-         image: longhornio/longhorn-manager:v1.11.2\x1b[0m\n"
    b"\x1b[32m+         image: longhornio/longhorn-manager:v1.12.1\x1b[0m\n"
    b"\x1b[30mblack\x1b[0m \x1b[90mgrey\x1b[0m \x1b[44mon blue\x1b[0m \x1b[1;36mbold\x1b[0m\x1b]0;title\x07\x1b[2J\n"
    b"pulled 10%\rpulled 50%\rpulled 100%\n" + b"a long line " * 20 + b"\n"
)


def pod_table(**more: object) -> LiveTable:
    return LiveTable(POD_KIND.columns, POD_KIND.tone, clock=lambda: NOW, **more)  # type: ignore[arg-type]


class Overview(Stage):
    """The widgets together, as a screen puts them."""

    CSS = "#panes { height: 10; } LayerPane { width: 1fr; } LogPane { height: 5; }"

    def compose(self) -> ComposeResult:
        home = Identity("home", "https://10.0.0.10:6443", "41c7", version="v1.34.1")
        yield Header(HeaderFacts("home", home, LIVE, 3, 3, runs=2), clock=lambda: NOW, local=time.gmtime)
        with Horizontal(id="panes"):
            yield LayerPane("Foundation · helmfile", clock=lambda: NOW, id="foundation")
            yield LayerPane("GitOps · flux v2.9.5", clock=lambda: NOW, id="gitops")
        yield TabStrip()
        yield pod_table()
        yield LogPane("run 7f3a  helmfile apply · longhorn  running 0:42  312 lines")
        yield HintBar()

    def on_mount(self) -> None:
        gates = [("gate to GitOps: open", Tone.GOOD), ("boundary: clean", Tone.PLAIN)]
        self.query_one("#foundation", LayerPane).show(FOUNDATION, footer=gates, freshness=LIVE)
        counts = [("14 Kustomizations: 12 ready, 1 failed, 1 suspended", Tone.PLAIN)]
        reconnecting = Freshness(Reach.RECONNECTING, NOW - 12)
        self.query_one("#gitops", LayerPane).show(GITOPS, footer=counts, freshness=reconnecting)
        tabs = [
            Tab("pods", "Pods", 41),
            Tab("sc", "StorageClasses", 2),
            Tab("claims", "Claims", 12),
            Tab("flux", "Flux", 14, Tone.BAD),
            Tab("releases", "Releases", 3),
            Tab("events", "Events", 20, Tone.WARN),
        ]
        self.query_one(TabStrip).show(tabs, "pods")
        table = self.query_one(LiveTable)
        table.replace(PODS)
        table.focus()
        self.query_one(LogPane).append(LOG)
        groups = [
            [Hint("w", "walkthroughs")],
            [Hint("i", "plan and diff"), Hint("a", "apply", enabled=False)],
            [Hint("↵", "open"), Hint("y", "yaml"), Hint("l", "logs"), Hint("/", "filter"), Hint("?", "help")],
        ]
        self.query_one(HintBar).show(groups)


class Asking(Overview):
    """The same with a dialog over it."""

    def __init__(self, dialog: Dialog) -> None:
        super().__init__()
        self._dialog = dialog

    def on_mount(self) -> None:
        dialog = self._dialog

        class Over(ModalScreen[None]):
            CSS = "Over { align: center middle; background: $background 60%; }"

            def compose(self) -> ComposeResult:
                yield Confirm(dialog)

        self.push_screen(Over())


@pytest.mark.parametrize(
    ("theme", "size"),
    [("bedplate-dark", (120, 36)), ("bedplate-dark", (80, 24)), ("bedplate-light", (120, 36))],
    ids=["120", "80", "light"],
)
def test_overview(snap_compare: Compare, theme: str, size: tuple[int, int]) -> None:
    assert snap_compare(Overview(theme=theme), terminal_size=size, press=["j", "j"])


@pytest.mark.parametrize("width", [120, 80, 50])
def test_pods(snap_compare: Compare, width: int) -> None:
    table = pod_table()
    table.replace([*PODS, *(pod(f"filler-{number}", "zzz") for number in range(9))])
    assert snap_compare(Stage(table), terminal_size=(width, 12), press=["S", "j"])


def test_pods_filtered(snap_compare: Compare) -> None:
    table = pod_table()
    table.replace(PODS)

    async def narrow(pilot: Pilot[None]) -> None:
        table.filter = "minio"
        await pilot.pause()

    assert snap_compare(Stage(table), terminal_size=(100, 8), run_before=narrow)


def test_flux(snap_compare: Compare) -> None:
    table = LiveTable(KUSTOMIZATIONS.columns, KUSTOMIZATIONS.tone, clock=lambda: NOW)
    table.replace(FLUX)
    assert snap_compare(Stage(table), terminal_size=(120, 8))


def test_forbidden_table(snap_compare: Compare) -> None:
    table = pod_table()
    table.freshness = Freshness(Reach.FORBIDDEN, NOW, "list pods")
    assert snap_compare(Stage(table), terminal_size=(80, 5))


def test_stale_table(snap_compare: Compare) -> None:
    table = pod_table()
    table.replace(PODS[:3])
    table.freshness = Freshness(Reach.STALE, NOW - 95, "connection refused")
    assert snap_compare(Stage(table), terminal_size=(100, 8))


@pytest.mark.parametrize("keys", [[], ["w"]], ids=["cut", "wrapped"])
def test_log(snap_compare: Compare, keys: list[str]) -> None:
    log = LogPane("run 7f3a  helmfile apply · longhorn")
    log.append(LOG)
    assert snap_compare(Stage(log), terminal_size=(90, 14), press=keys)


def test_log_paused_and_searched(snap_compare: Compare) -> None:
    log = LogPane("run 7f3a  helmfile apply · longhorn")
    log.append(LOG * 4)

    async def search(pilot: Pilot[None]) -> None:
        log.search("image")
        log.append(b"one\ntwo\nthree\n")
        await pilot.pause(0.4)

    assert snap_compare(Stage(log), terminal_size=(90, 12), run_before=search)


def test_gitops_with_room(snap_compare: Compare) -> None:
    pane = LayerPane("GitOps · flux v2.9.5", clock=lambda: NOW)
    pane.show(GITOPS, footer=[("gate: closed", Tone.BAD)], freshness=Freshness(Reach.FORBIDDEN, NOW, "list pods"))
    assert snap_compare(Stage(pane), terminal_size=(80, 18), press=["j", "j"])


@pytest.mark.parametrize(
    "dialog",
    [
        APPLY,
        replace(APPLY, readiness=Readiness.CHECKING),
        replace(APPLY, readiness=Readiness.REFUSED, reasons=("revision is 8 and was 7", "values.yaml changed")),
    ],
    ids=["ready", "checking", "refused"],
)
def test_dialog(snap_compare: Compare, dialog: Dialog) -> None:
    assert snap_compare(Asking(dialog), terminal_size=(120, 30))


def test_dialog_that_destroys(snap_compare: Compare) -> None:
    dialog = replace(APPLY, title="Uninstall longhorn", verb="Uninstall", typed="home")
    assert snap_compare(Asking(dialog), terminal_size=(80, 24), press=["tab", *"home", "enter"])


def test_help(snap_compare: Compare) -> None:
    assert snap_compare(Stage(HelpPane(HELP)), terminal_size=(120, 10))


def test_prompt(snap_compare: Compare) -> None:
    prompt = Prompt()

    async def ask(pilot: Pilot[None]) -> None:
        found = (
            Candidate("statefulsets", "sts statefulset", "StatefulSet"),
            Candidate("storageclasses", "sc storageclass", "StorageClass"),
        )
        prompt.ask(":", complete=lambda _typed: found)
        await pilot.press("s", "t", "down")
        prompt.note("12 of 41")
        await pilot.pause()

    table = pod_table()
    table.replace(PODS)
    app: App[None] = Stage(table, prompt)
    assert snap_compare(app, terminal_size=(80, 12), run_before=ask)
