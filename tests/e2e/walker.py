"""Somebody who goes through a walkthrough by keyboard, as it leads them: whatever steps it has, in their order.

    with place.open() as terminal:
        walker = Walker(terminal, rig)
        walker.opens("Bootstrap")                       # w, and the answer that begins so
        walker.walks(own={"Keys for flux": give_keys})  # to its end, or ``until="Services"``: that step is left alone
        assert walker.did == ["The right cluster", "Keys for flux", "longhorn", ...]

On each step ``walks`` presses enter and answers the dialog by its kind: a word that is typed (the context's), a
command that is agreed to. Then it waits until the walkthrough has gone on. No step is ever done twice: one that has
been done and isn't proved in time is a failure, with the screen in its text. What only looks is waited for.

``own`` says what this person does at a step instead, by the step's title: something in another terminal (``lambda:
rig.apply(secret)``), or an answer of their own: ``does``, or enter, and then ``picks``, ``selects_all``, ``types`` or
``confirms_by_a_word``; or ``skips``. While another holds the Lease it is waited for, and the step is looked at anew.

Where the program is killed meanwhile (``tests/e2e/mishaps.py``), ``EndedError`` comes out of ``walks``; what was done
until that moment is in ``did``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runners.layers.walkthroughs.engine import StepState
from tests.e2e.leases import who_changes_it
from tests.e2e.person import Keyboard, unwrapped
from tests.e2e.terminal import Terminal
from tests.rig.cluster import Rig

Deed = Callable[[], object]

_STATES = {state.symbol: state.value for state in StepState if state is not StepState.LATER}
_BEHIND = (StepState.DONE.value, StepState.SKIPPED.value)
"""States of a step to which the cursor was moved: by itself it stands on none of those."""
_LINE = re.compile(rf"^│▶(\S) (\d+) (\S+(?: \S+)*?) *(?: (?:{'|'.join(_STATES.values())}))? *┃?│", re.MULTILINE)
"""A title has no two blanks: beside one stands a state, and of half a frame half its word."""
_BUTTONS = re.compile(r"\[(▸| )(Cancel) \](?: +\[(▸| )([^\]]+) \])?")
_OVER = re.compile(r"all \d+ steps over")
_NOT_NOW = ("they are changing this cluster now", "is running → wait for it", "there is nothing to do")
"""The words of a refusal because somebody else is at it, or was."""


@dataclass(frozen=True)
class Standing:
    """The step under the cursor."""

    number: int
    title: str
    state: str
    """In its word, by the symbol that the screen has for it; empty for a step that comes later."""


def standing(text: str) -> Standing | None:
    """Where the walkthrough stands by its screen; None where that isn't to be seen."""
    found = _LINE.search(text)
    return Standing(int(found[2]), found[3], _STATES.get(found[1], "")) if found and not dialog(text) else None


def dialog(text: str) -> str:
    """The verb of the dialog that is open, or that it can only be left; empty where none is."""
    buttons = _BUTTONS.search(text)
    return buttons[4] or buttons[2] if buttons else ""


class Walker(Keyboard):
    """Goes through a walkthrough, on a rig or in a demo."""

    def __init__(self, terminal: Terminal, rig: Rig | None, *, context: str = "rig", seconds: float = 240) -> None:
        """Takes the rig (in a demo there is none, and nobody else), the word that means this cluster, and how many
        seconds a step may take."""
        super().__init__(terminal)
        self._rig = rig
        self.did: list[str] = []
        """Titles of the steps that this person has done, in their order."""
        self._context = context
        self._seconds = seconds

    def opens(self, name: str) -> Standing:
        """Opens a walkthrough by the key and the beginning of its name, and returns where it stands."""
        self.sees("● live", seconds=60)
        self.terminal.press("w")
        self.sees("Each finds its place by what the cluster proves")
        self.picks(name)
        return self.stands()

    def stands(self) -> Standing:
        """Where it stands, once that is to be seen."""
        found = standing(self.terminal.wait("a step", lambda text: standing(text) is not None))
        assert found is not None
        return found

    def walks(self, *, own: Mapping[str, Deed] | None = None, until: str = "") -> None:
        """Goes on to the end, or to the step of this title, which is left alone."""
        while not self.is_over:
            at = self.stands()
            if at.title == until:
                return
            self._takes(at, own or {})

    @property
    def is_over(self) -> bool:
        """Is nothing left to be done?"""
        return bool(_OVER.search(self.terminal.text))

    def does(self, title: str) -> bool:
        """Does the step under the cursor, of this title; False where another is at it."""
        self.terminal.wait("the cluster to be seen", lambda text: not _is_away(text), seconds=self._seconds)
        self.terminal.press("enter")
        # Nothing is asked while the cluster is away, which a busy machine may make it for a moment; that is said.
        text = self.terminal.wait("a question", lambda text: _is_settled(text) or _is_away(text), seconds=self._seconds)
        if not dialog(text):
            return False
        if "to go on:" in text and "│ gate " not in text:
            self.confirms_by_a_word(title, self._context)
            return True
        if _is_open(text):
            self.terminal.press("tab")
            self._says_yes(dialog(text))
            text = self.terminal.wait(
                "the run", lambda text: not dialog(text) or _is_settled(text, answered=True), seconds=self._seconds
            )
        if not dialog(text):
            return True
        assert any(words in unwrapped(text) for words in _NOT_NOW), f"{title} is refused:\n{text}"
        self.terminal.press("esc")
        self.terminal.wait("the dialog to close", lambda text: not dialog(text))
        return False

    def picks(self, label: str) -> None:
        """Chooses the answer that begins so."""
        self.sees("↵ chooses")
        for _ in range(20):
            mark = _marked(self.terminal.wait("a marked answer", lambda text: bool(_marked(text))))
            if mark.startswith(label):
                self.terminal.press("enter")
                self.terminal.wait("the choice to close", lambda text: "↵ chooses" not in text)
                return
            self.terminal.press("down")
            self.terminal.wait("the next answer", lambda text, mark=mark: _marked(text) not in ("", mark))  # type: ignore[misc]
        raise AssertionError(f"no answer {label!r}:\n{self.terminal.text}")

    def selects_all(self) -> None:
        """Takes everything of a list in which all is selected at first."""
        self.sees("space selects")
        self.terminal.press("enter")
        self.terminal.wait("the list to close", lambda text: "space selects" not in text)

    def types(self, text: str, *, sign: str) -> None:
        """Answers in the line at the bottom that asks with this sign."""
        self.sees(sign)
        self.terminal.press(text, "enter")
        self.terminal.wait("the line to close", lambda screen: sign not in screen)

    def skips(self, reason: str) -> None:
        """Skips the step under the cursor."""
        before = self.stands()
        self.terminal.press("s")
        self.types(reason, sign="skip, because")
        self._waits_for_the_next(before)

    def _takes(self, at: Standing, own: Mapping[str, Deed]) -> None:
        if at.state in _BEHIND:
            self.terminal.press("enter")
        elif at.title not in self.did:
            if at.title in own:
                self.did.append(at.title)
                own[at.title]()
            elif at.state == "ready" and self.does(at.title):
                self.did.append(at.title)
        self._waits_for_the_next(at)

    def _says_yes(self, verb: str) -> None:
        self.sees(f"[▸{verb} ]")
        self.terminal.press("enter")
        self.terminal.wait("the answer to be taken", lambda text: f"[▸{verb} ]" not in text, seconds=self._seconds)

    def _waits_for_the_next(self, before: Standing) -> None:
        """Waits until it has gone on from a step, or the step may be done after all."""

        def has(text: str) -> bool:
            now = standing(text)
            if _OVER.search(text) or (now is not None and now.number != before.number):
                return True
            if now is not None and now.state in _BEHIND and before.state not in _BEHIND:
                return True  # what there is to go by is left by hand, the first time
            assert not (now and now.state == "failed" and "↵ do it" in text), f"{before.title} has failed:\n{text}"
            can_be_done = now is not None and now.state == "ready" and now.title not in self.did
            return can_be_done and (before.state != "ready" or not self._lease_holder())

        self.terminal.wait(f"the step after {before.title}", has, seconds=self._seconds)

    def _lease_holder(self) -> str:
        return who_changes_it(self._rig) if self._rig is not None else ""


def _marked(text: str) -> str:
    """The answer under the mark of a choice; empty where none is."""
    found = re.search(r"│ +▸ (.*)", text)
    return found[1] if found else ""


def _is_settled(text: str, *, answered: bool = False) -> bool:
    """Does a dialog say what it has to say, and wait for an answer? One that was answered only stays to refuse."""
    whole = not answered or "✖ refused" in text or "there is nothing to do" in text
    return whole and bool(dialog(text)) and "[▸Cancel ]" in text and "◐ looking at what" not in text


def _is_away(text: str) -> bool:
    return not dialog(text) and ("does not answer" in text or "is being read" in text or "has not been read" in text)


def _is_open(text: str) -> bool:
    """May it be said yes to, with no word asked for?"""
    return "✖ refused" not in text and "to go on:" not in text and "│ gate " in text
