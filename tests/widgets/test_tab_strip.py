from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.kinds.base import Tone
from tests.widgets.fixtures import Stage, screen_text
from widgets.tabs import Tab, TabStrip, visible_tabs

TABS = (
    Tab("pods", "Pods", 41),
    Tab("sc", "StorageClasses", 2),
    Tab("claims", "Claims", 12),
    Tab("flux", "Flux", 14, Tone.BAD),
    Tab("events", "Events", None, Tone.WARN),
)


class Heard(Stage):
    def __init__(self, strip: TabStrip) -> None:
        super().__init__(strip)
        self.heard: list[str] = []

    def on_tab_strip_tab_picked(self, message: TabStrip.TabPicked) -> None:
        self.heard.append(message.tab_id)


@pytest.mark.anyio
async def test_the_current_tab_is_in_brackets_and_a_click_picks_another() -> None:
    strip = TabStrip()
    app = Heard(strip)
    async with app.run_test(size=(80, 3)) as pilot:
        strip.show(TABS, "claims")
        await pilot.pause()
        text = screen_text(app)[0]
        assert text.rstrip() == "  Pods 41  StorageClasses 2 [Claims 12] Flux 14 ✖  Events ▲"
        for word in ("Pods", "Flux", "Events"):
            await pilot.click(strip, offset=(text.index(word), 0))
        await pilot.click(strip, offset=(79, 0))
        assert app.heard == ["pods", "flux", "events"]


@given(st.sampled_from(TABS), st.integers(18, 80))
def test_the_current_tab_is_always_in_view(current: Tab, width: int) -> None:
    first, last = visible_tabs(TABS, current.id, width)
    assert first <= TABS.index(current) < last
    size = sum(len(tab.text) + 2 for tab in TABS[first:last])
    assert size + (2 if first else 1) + (2 if last < len(TABS) else 0) <= max(width, len(current.text) + 6)


@pytest.mark.anyio
async def test_where_there_is_more_it_is_said_and_clicks_still_hit() -> None:
    strip = TabStrip()
    app = Heard(strip)
    async with app.run_test(size=(30, 3)) as pilot:
        strip.show(TABS, "events")
        await pilot.pause()
        text = screen_text(app)[0]
        assert text.startswith("‹ ")
        await pilot.click(strip, offset=(text.index("Flux"), 0))
        assert app.heard == ["flux"]


@pytest.mark.anyio
async def test_labels_are_short_only_where_the_long_ones_do_not_fit() -> None:
    strip = TabStrip()
    app = Stage(strip)
    tabs = [replace(tab, short="SC") if tab.id == "sc" else tab for tab in TABS]
    async with app.run_test(size=(62, 3)) as pilot:
        strip.show(tabs, "pods")
        await pilot.pause()
        assert "StorageClasses 2" in screen_text(app)[0]
        await pilot.resize_terminal(56, 3)
        await pilot.pause()
        assert screen_text(app)[0].rstrip() == " [Pods 41] SC 2  Claims 12  Flux 14 ✖  Events ▲"


@pytest.mark.anyio
async def test_what_narrows_stands_at_the_right_and_the_current_tab_stays_in_view() -> None:
    strip = TabStrip()
    app = Stage(strip)
    async with app.run_test(size=(50, 3)) as pilot:
        strip.show([replace(tab, shown=1) for tab in TABS], "claims", "ns minio-tenant")
        await pilot.pause()
        text = screen_text(app)[0]
        assert text.endswith("ns minio-tenant ")
        assert "[Claims 1/12]" in text
        strip.show(TABS, "claims", "/" + "x" * 60)
        await pilot.pause()
        assert "[Claims 12]" in screen_text(app)[0]
        assert screen_text(app)[0].rstrip().endswith("x…")
