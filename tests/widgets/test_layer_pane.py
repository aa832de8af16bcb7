from __future__ import annotations

from dataclasses import replace

import pytest

from runners.layers.freshness import LIVE, Freshness, Reach
from runners.layers.kinds.base import Tone
from runners.layers.picture import ComponentState
from runners.layers.verdicts import Verdict
from tests.widgets.fixtures import FOUNDATION, GITOPS, NOW, Stage, screen_text, until
from widgets.card_lines import card_lines
from widgets.cards import LayerPane

pytestmark = pytest.mark.anyio


def texts(states: tuple[ComponentState, ...], room: int, width: int) -> list[str]:
    return ["".join(text for _ink, text in line.parts) for _card, line in card_lines(states, room, width, None)]


def test_what_is_in_trouble_gets_its_details_first() -> None:
    states = (FOUNDATION[0], replace(FOUNDATION[1], verdict=Verdict.FAILED, summary="no drives"))
    assert texts(states, 3, 60)[2] == "   no drives"
    assert len(texts(states, 3, 60)) == 3
    assert len(texts(states, 20, 60)) == 6


def test_a_verdict_is_a_symbol_and_words_also_where_there_is_little_room() -> None:
    wide, narrow = texts(GITOPS, 6, 70), texts(GITOPS, 6, 36)
    assert wide[3] == " ✖ haproxy-ingress  1.47.0        failed · no address: metallb has no pool"
    assert narrow[3].startswith(" ✖ haproxy-ingress  failed · no addr")
    assert texts(GITOPS[:1], 1, 70) == [" ● flux-system  main@3d2789e  healthy · applied 2m ago"]


def test_a_note_on_a_healthy_component_stands_beside_its_verdict_and_hides_nothing() -> None:
    noted = replace(FOUNDATION[0], summary="no recurring job makes backups")
    assert texts((noted,), 3, 70)[0].endswith("healthy · no recurring job makes backups")
    assert texts((noted,), 3, 70)[1:] == [f"   {line}" for line in noted.details]
    one = replace(noted, details=noted.details[:1])
    assert texts((one,), 3, 70)[1:] == [f"   {noted.details[0]}", "   no recurring job makes backups"]


class Heard(Stage):
    def __init__(self, pane: LayerPane) -> None:
        super().__init__(pane)
        self.heard: list[tuple[str, str]] = []

    def on_layer_pane_card_selected(self, message: LayerPane.CardSelected) -> None:
        self.heard.append(("selected", message.component.name))

    def on_layer_pane_card_opened(self, message: LayerPane.CardOpened) -> None:
        self.heard.append(("opened", message.component.name))


async def test_keys_move_from_card_to_card_and_enter_opens() -> None:
    pane = LayerPane("GitOps · flux v2.9.5", clock=lambda: NOW)
    app = Heard(pane)
    async with app.run_test(size=(70, 12)) as pilot:
        await pilot.press("enter", "j")
        pane.show(GITOPS, freshness=LIVE)
        await pilot.press("j", "down", "k", "enter", "G", "g", "pagedown")
        assert app.heard == [
            ("selected", "metallb"),
            ("selected", "cert-manager"),
            ("selected", "metallb"),
            ("opened", "metallb"),
            ("selected", "grafana"),
            ("selected", "flux-system"),
            ("selected", "grafana"),
        ]
        pane.show(GITOPS[::-1], freshness=LIVE)
        await pilot.pause()
        assert pane.component == GITOPS[-1]
        assert [line[1] for line in screen_text(app)].count("▶") == 1


async def test_cards_scroll_where_they_do_not_fit() -> None:
    pane = LayerPane("GitOps", clock=lambda: NOW)
    app = Heard(pane)
    async with app.run_test(size=(60, 7)) as pilot:
        pane.show(GITOPS, footer=[("14 Kustomizations", Tone.PLAIN)], freshness=LIVE)
        await pilot.press("G")
        await pilot.pause()
        lines = screen_text(app)
        assert "grafana" in lines[3]
        assert "14 Kustomizations" in lines[5]


async def test_what_is_too_long_below_the_cards_is_cut_and_not_left_out() -> None:
    pane = LayerPane("Foundation", clock=lambda: NOW)
    app = Stage(pane)
    async with app.run_test(size=(60, 10)) as pilot:
        pane.show(FOUNDATION[:1], footer=[(f"part {at} {'x' * 40}", Tone.PLAIN) for at in range(9)], freshness=LIVE)
        await pilot.pause()
        lines = screen_text(app)
        assert FOUNDATION[0].name in lines[1]
        assert "part 0" in lines[4]
        assert "part 4" in lines[8]


async def test_the_title_says_how_fresh_the_cards_are() -> None:
    now = NOW
    pane = LayerPane("Foundation · helmfile", clock=lambda: now)
    app = Stage(pane)
    async with app.run_test(size=(60, 8)):
        await until(lambda: "◐ loading" in screen_text(app)[0])
        assert "loading…" in screen_text(app)[1]
        pane.show((), freshness=Freshness(Reach.FORBIDDEN, NOW, "list [pods]"), empty="nothing can be seen")
        await until(lambda: "✖ forbidden: list [pods]" in screen_text(app)[0])
        assert "nothing can be seen" in screen_text(app)[1]
        pane.show(FOUNDATION, freshness=Freshness(Reach.RECONNECTING, NOW - 12))
        await until(lambda: "◐ reconnecting 12 s" in screen_text(app)[0])
        now += 3
        await until(lambda: "◐ reconnecting 15 s" in screen_text(app)[0])
