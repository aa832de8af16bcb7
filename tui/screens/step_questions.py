"""What a step asks a person, question by question: yes, one of several, some of them, a text, a reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from runners.layers.walkthroughs.decisions import Choice
from runners.layers.walkthroughs.engine import StepView
from runners.layers.walkthroughs.steps import Doing, Moment, Option
from runners.session import Session
from runners.surroundings import sheet_path
from tui.dialogs import plain_question, sheet_question
from tui.screens.choosing import ChoosingScreen, SelectingScreen
from tui.screens.question import QuestionScreen
from tui.screens.step_deeds import StepDeeds
from widgets.prompt import Check, Prompt

_SKIP = "skip, because (↵ ends, esc goes back)"


class StepQuestions:
    """Asks on a walkthrough's screen; what was decided is handed on, and a question that is left decides nothing."""

    def __init__(self, screen: Screen[None], session: Session, moment: Callable[[], Moment], deeds: StepDeeds) -> None:
        """Takes where it asks, what of, and who does what was answered."""
        self._screen = screen
        self._session = session
        self._moment = moment
        self._deeds = deeds
        self._typed: Callable[[str], None] = lambda _text: None

    def ask(self, view: StepView) -> None:
        """Asks what the step needs to know."""
        if view.step.options is not None:
            self._ask_to_choose(view)
        elif view.step.doing is Doing.DECISION:
            self._ask_to_confirm(view)
        elif view.step.doing is Doing.SHEET:
            self._ask_to_write()

    def ask_why(self, view: StepView) -> None:
        """Asks for the reason why a step is skipped."""
        skipped = partial(self._deeds.decide, view, Choice.SKIPPED)
        self._ask_in_words(_SKIP, lambda reason: skipped(reason=reason), "a reason is needed: it goes on record")

    def take(self, text: str) -> None:
        """Takes what was typed into the line that was asked with last."""
        self._typed(text)

    def _ask_to_confirm(self, view: StepView) -> None:
        identity = self._session.identity
        if identity is None:
            self._screen.notify("the cluster has not answered yet", markup=False)
            return
        word = identity.context if view.step.word else ""
        this = f"{identity.context} · {identity.server} · {identity.whole_uid}"  # every digit, to be compared
        does = f"puts “{view.step.title}” on record under your name, and nothing else"
        rows = (("cluster", this), ("why", view.step.why), ("does", does))
        dialog = plain_question(view.step.title, rows, "Confirm", typed=word)
        decided = partial(self._deeds.decide, view, Choice.CONFIRMED, typed=word, answer=identity.uid)
        self._screen.app.push_screen(QuestionScreen(dialog), lambda yes: decided() if yes else None)

    def _ask_to_write(self) -> None:
        session = self._session
        path = sheet_path(session.settings, session.environ, session.options.repository)
        if path is None or session.identity is None:
            self._screen.notify("the cluster has not answered yet", markup=False)
            return
        dialog = sheet_question(path, session.recovering.sheet.content, session.identity)
        self._screen.app.push_screen(QuestionScreen(dialog), lambda yes: self._deeds.write_sheet(path) if yes else None)

    def _ask_to_choose(self, view: StepView, marked: str | None = None) -> None:
        offers = view.step.options
        options = offers(self._moment()) if offers is not None else ()
        if not options:
            self._screen.notify("there is nothing to choose from yet: what it waits for stands beside it", markup=False)
            return

        def chosen(option: Option | None) -> None:
            if option is not None:
                self._chosen(view, option, partial(self._ask_to_choose, view, option.answer))

        # By the answer: what is offered may be another list when somebody comes back to it.
        at = next((at for at, option in enumerate(options) if option.answer == marked), 0)
        self._screen.app.push_screen(ChoosingScreen(view.step.title, view.step.why, options, marked=at), chosen)

    def _chosen(self, view: StepView, option: Option, back: Callable[[], None]) -> None:
        """Asks further, where an answer needs more: which of some, a typed text, or its word."""
        answered = partial(self._deeds.decide, view, Choice.CONFIRMED)
        word = view.step.typed.get(option.answer, "")
        if option.among:

            def several(found: tuple[Option, ...] | None) -> None:
                if found is None:
                    back()
                else:
                    answered(answer=f"{option.answer} {','.join(each.answer for each in found)}")

            self._screen.app.push_screen(SelectingScreen(option.label, option.among), several)
        elif option.asks:
            demand = "type it; esc goes back"
            self._ask_in_words(option.asks, lambda text: answered(answer=text), demand, check=option.check)
        elif word:
            rows = (("answer", option.label), ("means", option.text))
            dialog = plain_question(view.step.title, rows, "Decide", typed=word)
            decided = partial(answered, typed=word, answer=option.answer)
            self._screen.app.push_screen(QuestionScreen(dialog), lambda yes: decided() if yes else back())
        else:
            answered(answer=option.answer)

    def _ask_in_words(
        self, sign: str, typed: Callable[[str], None], demand: str, *, check: Check | None = None
    ) -> None:
        self._typed = typed
        self._screen.query_one(Prompt).ask(sign, check=check, demand=demand)
