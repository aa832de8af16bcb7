"""On a wiped cluster a plan of Longhorn whose values would delete what is on the old disks is stopped, and says how."""

from __future__ import annotations

import time

import anyio
import pytest

from runners.asks import Ask, Refusal
from runners.demo.launch import Demo
from runners.layers.commands import APPLY, Target
from runners.layers.findings import Severity
from runners.layers.walkthroughs.decisions import Choice, Decision
from runners.layers.walkthroughs.recover import disks_step
from runners.operate import Operator
from runners.session import Session
from tests.rig.waiting import until
from tui.sessions import make_session

pytestmark = pytest.mark.long


def planned(session: Session) -> Ask:
    async def asked() -> Ask:
        return await Operator(session).ask(APPLY, Target(component="longhorn"))

    return anyio.run(asked)


def says(session: Session, answer: str) -> None:
    decision = Decision("recover", "disks", Choice.CONFIRMED, time.time(), "ada", answer=answer)

    async def decided() -> None:
        await Operator(session).decide(decision, disks_step())

    anyio.run(decided)


def test_until_the_disks_are_gone_no_values_delete_what_is_on_them() -> None:
    with Demo("wiped", pace=0.0) as place:
        session = make_session(place.environ(), place.repository, place.kubeconfig, None, read_only=False, demo=True)
        session.start()
        try:
            until("the first look", lambda: session.has_looked and session.asked and session.identity)
            assert planned(session).gate.is_open
            values = place.repository / "longhorn" / "longhorn-values.yaml"
            values.write_text(f"{values.read_text()}defaultSettings: {{orphanResourceAutoDeletion: replica-data}}\n")
            for answer in ("alive", "kept"):
                says(session, answer)
                ask = planned(session)
                (closing,) = ask.gate.closed_by
                assert closing.subject == "release longhorn-system/longhorn"
                assert closing.text.startswith("sets orphan-resource-auto-deletion to replica-data: ")
                assert (
                    closing.remedy
                    == "take defaultSettings.orphanResourceAutoDeletion out of the values, and apply them"
                )
                assert ask.word == "demo", "only a typed word goes on"
            says(session, "gone")
            ask = planned(session)
            assert ask.gate.is_open
            (warning,) = (one for one in ask.gate.findings if one.severity is Severity.WARNING)
            assert closing.text.startswith(warning.text)
            says(session, "alive")  # a colleague, while the question stands
            with pytest.raises(Refusal, match="those on the old disks"):
                anyio.run(Operator(session).confirm, ask)
            assert not session.runs.records()
        finally:
            session.stop()
