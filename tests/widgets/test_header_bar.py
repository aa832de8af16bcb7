from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.layers.freshness import LIVE, Freshness, Reach
from runners.layers.identity import Identity
from tests.widgets.fixtures import NOW, Stage, screen_text, until
from widgets.header import Header, HeaderFacts, header_content

HOME = Identity("home", "https://10.0.0.10:6443", "41c7", version="v1.34.1")
FACTS = HeaderFacts("home", HOME, LIVE, 3, 3, runs=2)
LONG = replace(HOME, context="arn:aws:eks:eu-west-1:123456789012:cluster/home", server=f"https://{'x' * 60}.eks.aws")


def line(facts: HeaderFacts, width: int) -> str:
    return header_content(facts, NOW, "14:02:11", width).plain


def words(facts: HeaderFacts, width: int) -> str:
    return " ".join(line(facts, width).split())


def test_with_room_everything_is_said() -> None:
    expected = "BEDPLATE home https://10.0.0.10:6443 v1.34.1 3/3 nodes ● live read-write 2 runs 14:02:11"
    assert words(FACTS, 120) == expected


def test_at_eighty_columns_what_can_be_missed_goes() -> None:
    assert words(FACTS, 80) == "home https://10.0.0.10:6443 v1.34.1 3/3 nodes ● live read-write 2 runs"
    assert words(replace(FACTS, label="DEMO", read_only=True), 80).startswith("DEMO home https://")


@given(st.integers(60, 200), st.booleans(), st.sampled_from(list(Reach)), st.sampled_from([HOME, LONG, None]))
def test_context_server_freshness_and_mode_are_always_there(
    width: int, read_only: bool, reach: Reach, identity: Identity | None
) -> None:
    facts = replace(FACTS, identity=identity, read_only=read_only, freshness=Freshness(reach, NOW - 30, "list pods"))
    text = line(facts, width)
    assert len(text) == width
    assert ("read-only" if read_only else "read-write") in text
    assert reach.value[:6] in text
    assert (identity.server[-5:] if identity else "connecting…") in text
    assert ("home" if identity is not LONG else "arn") in text


def test_text_of_a_kubeconfig_is_data() -> None:
    text = line(replace(FACTS, identity=replace(HOME, context="[red]a\x1b[31m")), 120)
    assert "[red]a␛[31m" in text


@pytest.mark.anyio
async def test_the_clock_goes_and_so_does_what_is_stale() -> None:
    now = NOW
    header = Header(FACTS, clock=lambda: now, local=time.gmtime)
    app = Stage(header)
    async with app.run_test(size=(120, 3)):
        await until(lambda: "08:00:00" in screen_text(app)[0])
        now += 1
        await until(lambda: "08:00:01" in screen_text(app)[0])
        header.facts = replace(FACTS, freshness=Freshness(Reach.STALE, NOW))
        now += 4
        await until(lambda: "▲ stale 5 s" in screen_text(app)[0])
        now += 1
        await until(lambda: "▲ stale 6 s" in screen_text(app)[0])
