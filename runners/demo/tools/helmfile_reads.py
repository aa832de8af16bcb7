"""What helmfile does without changing anything: renders releases, and compares them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from runners.demo.actors.api import Requests
from runners.demo.templates import charts
from runners.demo.templates.charts import Chart, ChartError, Document, ReleaseFacts
from runners.demo.tools.comparing import ABSENT, THREE_WAY, Compared, compared, full, simple
from runners.demo.tools.edge import Failed, out, say
from runners.demo.tools.flags import Line
from runners.demo.tools.helmfile_hooks import run_hooks
from runners.demo.tools.helmfile_says import helm_failed
from runners.demo.tools.helmfile_state import State, Wanted
from runners.demo.tools.objects import NoSuchKind, Objects
from runners.demo.tools.records import Records, Release


@dataclass(frozen=True)
class Reading:
    """One helmfile's selected releases on one cluster."""

    state: State
    selected: Sequence[Wanted]
    line: Line
    requests: Requests

    @property
    def present(self) -> tuple[Wanted, ...]:
        """Those that should be there."""
        return tuple(one for one in self.selected if one.installed)

    @cached_property
    def records(self) -> Records:
        """What Helm knows of the cluster."""
        return Records(self.requests)

    def recorded(self, wanted: Wanted) -> Release | None:
        """A release as it is now."""
        return self.records.current(wanted.namespace or "default", wanted.name)

    def chart(self, wanted: Wanted) -> Chart:
        """A release's chart.

        Raises:
            Failed: it can't be had.
        """
        try:
            return charts.load(self.state.folder / wanted.chart, wanted.chart)
        except ChartError as error:
            raise self.failure(("template", wanted.name, wanted.chart), f"Error: {error}") from None

    def failure(self, words: Sequence[str], stderr: str, *, about: str = "", stdout: str = "") -> Failed:
        """How helmfile ends when helm ended badly."""
        import shutil  # only for a failure: it takes its time

        helm = shutil.which("helm") or "helm"
        return Failed(f"in {self.state.shown}: {about}{helm_failed((helm, *words), stderr, stdout)}")

    def hooks(self, event: str, releases: Iterable[Wanted] = ()) -> None:
        """Runs the hooks of an event: the helmfile's own and those of releases."""
        run_hooks(event, self.state.said, self.state.folder)
        for one in releases:
            run_hooks(event, one.said, self.state.folder)

    def build_dependencies(self) -> None:
        """Says what helmfile says first; the demo's charts have no dependencies."""
        for one in self.present:
            say(f"Building dependency {one.line}")

    def template(self) -> int:
        """Prints the objects of every release."""
        self.hooks("prepare", self.selected)
        self.build_dependencies()
        for one in self.present:
            say(f"Templating {one.line}")
            documents = self.rendered(one, upgrade="--is-upgrade" in self.line.value("args"))
            if self.line.on("validate"):
                self._must_be_served(one, documents, ("template", one.name, one.chart), "Error: ")
            out(charts.joined(documents))
        self.hooks("cleanup", self.selected)
        return 0

    def rendered(self, wanted: Wanted, *, upgrade: bool) -> tuple[Document, ...]:
        """A release's objects.

        Raises:
            Failed: its chart can't be rendered.
        """
        facts = ReleaseFacts(wanted.name, wanted.namespace, upgrade=upgrade)
        try:
            return self.chart(wanted).manifest(facts, self.state.values(wanted, self.line.all("set")))
        except ChartError as error:
            raise self.failure(("template", wanted.name, wanted.chart), f"Error: {error}") from None

    def diff(self) -> int:
        """Prints what differs, and ends 2 with ``--detailed-exitcode`` when something does."""
        self.hooks("prepare", self.selected)
        self.build_dependencies()
        differing = [one for one in self.present if self.print_differences(one, out)]
        gone = self.unwanted()
        self.hooks("cleanup", self.selected)
        if not differing and not gone:
            say("No affected releases")
            return 0
        if not self.line.on("detailed-exitcode"):
            return 0
        say("Affected releases are:")
        say(*(f"  {one.name} ({one.chart}) DELETED" for one in gone))
        say(*(f"  {one.name} ({one.chart}) UPDATED" for one in differing), "")
        say("Identified at least one change")
        return 2

    def unwanted(self) -> tuple[Wanted, ...]:
        """Releases that are there and should not be."""
        return tuple(one for one in self.selected if not one.installed and self.recorded(one))

    def print_differences(self, wanted: Wanted, to: Callable[..., None], *, silently: bool = False) -> bool:
        """Prints what differs of one release, and tells whether anything does; silently, its name alone."""
        before = self.recorded(wanted)
        if before is None and self.line.on("skip-diff-on-install"):
            return True
        to(f"Comparing {wanted.line}, namespace={wanted.namespace}")
        differing = self._compared(wanted, before)
        if silently:
            to("")
        elif differing:
            self._print(differing, before)
        return bool(differing)

    def _print(self, differing: Sequence[Compared], before: Release | None) -> None:
        if _three_way():
            out(THREE_WAY)
        if before is None:
            out(ABSENT.rstrip("\n"))
        if self.line.value("output") == "simple":
            out(*simple(differing), "")
            return
        hidden = ("Secret",) if self.line.on("suppress-secrets") else ()
        context, colour = int(self.line.value("context", "-1")), self.line.on("color")
        out(*full(differing, context=context, colour=colour, suppressed=hidden), "")

    def _compared(self, wanted: Wanted, before: Release | None) -> tuple[Compared, ...]:
        documents = self.rendered(wanted, upgrade=before is not None)
        words = ("diff", "upgrade", "--allow-unreleased", wanted.name, wanted.chart, "--namespace", wanted.namespace)
        if "--disable-validation" not in self.line.value("diff-args"):
            self._must_be_served(wanted, documents, words, "Error: Failed to render chart: exit status 1: Error: ")
        return compared(Objects(self.requests) if _three_way() else None, before, documents, wanted.namespace)

    def _must_be_served(self, wanted: Wanted, documents: Iterable[Document], words: Sequence[str], head: str) -> None:
        objects = Objects(self.requests)
        try:
            for document in documents:
                objects.place(document.obj, wanted.namespace)
        except NoSuchKind as error:
            said = f"{head}unable to build kubernetes objects from release manifest: {error}"
            tail = '\nError: plugin "diff" exited with error' if words[0] == "diff" else ""
            raise self.failure(words, said + tail) from None


def _three_way() -> bool:
    return os.environ.get("HELM_DIFF_THREE_WAY_MERGE") == "true"
