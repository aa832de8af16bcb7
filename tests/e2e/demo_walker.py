"""Somebody who goes through a walkthrough by keyboard, and does what the step under the cursor asks for."""

from __future__ import annotations

import re

from tests.e2e.test_demo import Newcomer

PATIENCE = 120.0
"""Seconds until the next step stands there, on a machine that is busy with other tests."""


class Walker(Newcomer):
    """Reads the list of steps, and goes on only where the cursor stands at the step that is meant."""

    def opens(self, walkthrough: str) -> None:
        """Opens a walkthrough from the overview, whichever is due."""
        self.terminal.press("w")
        self.chooses(walkthrough)
        self.sees(f"╭─ {walkthrough}")

    def chooses(self, answer: str) -> None:
        """Moves the mark to one of the answers, and takes it."""
        self.sees("↵ chooses")
        text = self.terminal.wait("a mark on an answer", lambda text: bool(_marked(text)))
        while not (at := _marked(text)).startswith(answer):
            self.terminal.press("down")
            text = self.terminal.wait("another answer", lambda text, at=at: _marked(text) not in ("", at))  # type: ignore[misc]
        self.terminal.press("enter")

    def stands_at(self, title: str, symbol: str = "○") -> str:
        """Waits until a step is the next one, and it can be done."""
        line = re.compile(rf"▶{symbol} \d+ {re.escape(title)} ")
        return self.terminal.wait(
            f"the step {title} {symbol}", lambda text: bool(line.search(text)), seconds=PATIENCE
        )  # fmt: skip

    def does(self, title: str, question: str, verb: str) -> None:
        """Does a step by its command."""
        self.stands_at(title)
        self.terminal.press("enter")
        self.confirms(question, verb)

    def bootstraps(self) -> None:
        """Does the step of Flux, whose question bears the name of the first day's walkthrough."""
        self.stands_at("Flux")
        self.terminal.press("enter")
        self.agrees("Bootstrap", "Bootstrap")

    def gives_word(self, title: str, word: str) -> None:
        """Confirms a step by typing what it asks for."""
        self.stands_at(title)
        self.terminal.press("enter")
        self.confirms_by_a_word(title, word)

    def answers_with(self, title: str, answer: str) -> None:
        """Chooses one of the answers that a step offers."""
        self.stands_at(title)
        self.terminal.press("enter")
        self.chooses(answer)

    def skips(self, title: str, symbol: str, reason: str) -> None:
        """Skips a step, with a reason."""
        self.stands_at(title, symbol)
        self.terminal.press("s")
        self.sees("skip, because")
        self.terminal.press(reason, "enter")

    def has_finished(self, steps: int) -> str:
        """Waits for the end, and returns the screen with its summary."""
        return self.sees(f"all {steps} steps over", seconds=PATIENCE)


def _marked(text: str) -> str:
    """The answer under the mark of a choice; empty while none is there."""
    found = re.search(r"│ +▸ (.*)", text)
    return found[1] if found else ""
