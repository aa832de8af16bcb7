"""Somebody at the keyboard, who checks what they see against the cluster."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.rig.cluster import Rig

ROOT = Path(__file__).parents[2]


def card(text: str, name: str) -> str:
    """The line of a component's card; empty when it isn't on the screen."""
    found = re.search(rf"[●◐▲✖◌?] {re.escape(name)} +.*?(?=│)", text)
    return found.group(0) if found else ""


class Keyboard:
    """Somebody who presses keys on one terminal, and sees what it shows."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def sees(self, what: str, *, seconds: float = 90) -> str:
        return self.terminal.wait(what, seconds=seconds)

    def sees_card(self, name: str, verdict: str, *, seconds: float = 120) -> str:
        return self.terminal.wait(f"{name} {verdict}", lambda text: verdict in card(text, name), seconds=seconds)

    def sees_under_cursor(self, name: str) -> str:
        return self.terminal.wait(
            f"the cursor on {name}", lambda text: bool(re.search(rf"▶\S {re.escape(name)} ", text))
        )

    def is_asked(self, title: str) -> str:
        """Waits until the dialog asks, and returns the screen."""
        return self.terminal.wait(f"the question {title}", lambda text: f"─ {title}" in text and "│ gate  " in text)

    def answers(self, title: str, verb: str) -> None:
        """Says yes to a small question."""
        self.sees(f"─ {title}")
        self.sees("[▸Cancel ]")
        self.terminal.press("tab")
        self.sees(f"[▸{verb} ]")
        self.terminal.press("enter")
        self.terminal.wait("the question to go", lambda text: f"─ {title}" not in text)

    def agrees(self, title: str, verb: str) -> None:
        """Waits until the dialog asks, moves from Cancel to the button that does it, and presses it."""
        self.is_asked(title)
        self.terminal.press("tab")
        self.terminal.wait(f"the focus on {verb}", lambda text: f"[▸{verb} ]" in text)
        self.terminal.press("enter")

    def confirms_by_a_word(self, title: str, word: str, verb: str = "Confirm") -> None:
        """Types the word that a decision asks for, and says yes."""
        self.sees(f"─ {title}")
        self.sees("[▸Cancel ]")
        self.terminal.press("tab")
        self.terminal.wait("the focus on the word", lambda text: "[▸" not in text)
        self.terminal.press(word, "enter")
        self.sees(f"[▸{verb} ]")
        self.terminal.press("enter")
        self.terminal.wait("the question to go", lambda text: f"─ {title} ─" not in text or "[ Cancel ]" not in text)

    def types_word(self, word: str) -> None:
        """Types a word into the dialog's field, wherever its focus is, and waits until it stands there."""
        self.terminal.press(word)
        stands = re.compile(rf"(?:to go on|goes to the button): +{re.escape(word)} ")
        self.terminal.wait(f"{word} typed", lambda text: stands.search(text) is not None)

    def confirms(self, title: str, verb: str) -> None:
        """Agrees, and waits until the dialog has gone: the run has started."""
        self.agrees(title, verb)
        self.terminal.wait("the dialog to close", lambda text: f"─ {title}" not in text)

    def is_refused(self, title: str, *reasons: str, seconds: float = 120) -> str:
        """Waits until the dialog refuses, for these reasons, with no word asked for and nothing left but to leave."""

        def refuses(text: str) -> bool:
            there = f"─ {title}" in text and "✖ refused: nothing was changed" in text and "[▸Cancel ]" in text
            return there and "to go on:" not in text and all(reason in unwrapped(text) for reason in reasons)

        return self.terminal.wait(f"{title} refused: {', '.join(reasons)}", refuses, seconds=seconds)

    def cancels(self, title: str) -> None:
        """Leaves the dialog."""
        self.terminal.press("esc")
        self.terminal.wait("the dialog to close", lambda text: f"─ {title}" not in text)


class Person(Keyboard):
    """The same with kubectl at hand."""

    def __init__(self, terminal: Terminal, rig: Rig) -> None:
        super().__init__(terminal)
        self.rig = rig

    def kubectl(self, *args: str) -> str:
        return self.rig.kubectl(*args)

    def get(self, *args: str) -> dict[str, object]:
        found = json.loads(self.kubectl("get", *args, "-o", "json"))
        assert isinstance(found, dict)
        return found


def unwrapped(text: str) -> str:
    """A dialog's words in one line, however they were wrapped."""
    return " ".join(re.sub(r"[│┃╭╮╰╯─]", " ", text).split())
