"""What helmfile does to a cluster: sync, apply, destroy, said on standard error while it happens."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from runners.demo.tools import helm
from runners.demo.tools.edge import Failed, out, say
from runners.demo.tools.helmfile_reads import Reading
from runners.demo.tools.helmfile_says import Row, summary
from runners.demo.tools.helmfile_state import Wanted
from runners.demo.tools.pace import Interrupted, Pace
from runners.demo.tools.records import Release
from runners.demo.tools.releases import HelmError, apply_release, uninstall

_LOOKING = 0.4
"""Seconds that helm takes before it does anything."""


class Running:
    """Carries one helmfile out."""

    def __init__(self, reading: Reading) -> None:
        """Takes the helmfile and the cluster."""
        self._reading = reading
        self._pace = Pace()
        self._updated: list[Row] = []
        self._deleted: list[tuple[str, str, str]] = []

    def sync(self) -> int:
        """Applies every release that should be there, and uninstalls the others."""
        self._reading.hooks("prepare", self._reading.selected)
        self._reading.build_dependencies()
        return self._carry_out(self._reading.present, self._unwanted())

    def apply(self) -> int:
        """The same for those that differ."""
        reading = self._reading
        reading.hooks("prepare", reading.selected)
        reading.build_dependencies()
        if reading.line.on("skip-diff-on-install"):
            say(*(f"Listing releases matching ^{one.name}$" for one in reading.present))
        silently = reading.line.on("suppress-diff")
        to = say if silently else out
        differing = [one for one in reading.present if reading.print_differences(one, to, silently=silently)]
        gone = self._unwanted()
        if not differing and not gone:
            return 0
        reading.hooks("preapply", reading.selected)
        return self._carry_out(differing, gone)

    def destroy(self) -> int:
        """Uninstalls every release, those that need others first."""
        self._reading.hooks("prepare", self._reading.selected)
        self._reading.build_dependencies()
        there = [one for one in reversed(self._reading.selected) if self._is_there(one)]
        return self._carry_out((), there)

    def _unwanted(self) -> list[Wanted]:
        return [one for one in self._reading.selected if not one.installed and self._is_there(one)]

    def _is_there(self, wanted: Wanted) -> bool:
        say(f"Listing releases matching ^{wanted.name}$")
        found = self._reading.recorded(wanted)
        if found is not None:
            say(*helm.table([found])[1:])
        return found is not None

    def _carry_out(self, present: Iterable[Wanted], gone: Iterable[Wanted]) -> int:
        with self._pace.watching():
            try:
                for one in gone:
                    self._delete(one)
                for one in present:
                    self._upgrade(one)
            finally:
                # What was done is said also when something else failed.
                said = [*summary("Updated Releases", self._updated), *summary("Deleted Releases", self._deleted)]
                say(*said)
        self._reading.hooks("cleanup", self._reading.selected)
        return 0

    def _upgrade(self, wanted: Wanted) -> None:
        reading, began = self._reading, time.monotonic()
        chart, values = reading.chart(wanted), reading.state.values(wanted, reading.line.all("set"))
        before = reading.recorded(wanted)
        self._hooks("presync", wanted)
        say(f"Upgrading {wanted.line}, namespace={wanted.namespace}")
        new = [] if before else [f'Release "{wanted.name}" does not exist. Installing it now.']
        try:
            self._pace.pause(_LOOKING)
            done = apply_release(
                reading.requests,
                chart,
                wanted.name,
                wanted.namespace or "default",
                values,
                create_namespace=wanted.create_namespace,
                pause=self._pace.pause,
            )
        except Interrupted:
            say(*new, f"Release {wanted.name} has been cancelled.")
            raise self._cancelled(wanted, began) from None
        except HelmError as error:
            say(*summary("Failed Releases", [_row(wanted, "", began)]))
            words = ("upgrade", "--install", wanted.name, wanted.chart, "--namespace", wanted.namespace)
            about, stdout = f"failed processing release {wanted.name}: ", "".join(f"{line}\n" for line in new)
            raise reading.failure(words, f"Error: {error}", about=about, stdout=stdout) from None
        self._say_done(wanted, done, new)
        self._updated.append(_row(wanted, chart.version, began))
        self._hooks("postsync", wanted)

    def _say_done(self, wanted: Wanted, done: Release, new: Sequence[str]) -> None:
        say(*(new or [f'Release "{wanted.name}" has been upgraded. Happy Helming!']))
        say(*helm.described(done))
        say(f"Listing releases matching ^{wanted.name}$", *helm.table([done])[1:])

    def _delete(self, wanted: Wanted) -> None:
        reading, began = self._reading, time.monotonic()
        self._hooks("preuninstall", wanted)
        say(f"Deleting {wanted.name}")
        try:
            kept = uninstall(reading.requests, wanted.name, wanted.namespace or "default", pause=self._pace.pause)
        except Interrupted:
            say(f"Release {wanted.name} has been cancelled.")
            raise self._cancelled(wanted, began) from None
        except HelmError as error:
            words = ("uninstall", wanted.name, "--namespace", wanted.namespace)
            about = f"failed processing release {wanted.name}: "
            raise reading.failure(words, f"Error: {error}", about=about) from None
        say(*helm.uninstalled(wanted.name, kept))
        self._deleted.append((wanted.name, wanted.namespace, _duration(began)))
        self._hooks("postuninstall", wanted)

    def _hooks(self, event: str, wanted: Wanted) -> None:
        self._reading.hooks(event, [wanted])

    def _cancelled(self, wanted: Wanted, began: float) -> Failed:
        table = summary("Failed Releases", [_row(wanted, "", began)])
        return Failed("\n".join(table), 130)


def _row(wanted: Wanted, version: str, began: float) -> Row:
    return wanted.name, wanted.namespace, wanted.chart, version, _duration(began)


def _duration(began: float) -> str:
    return f"{time.monotonic() - began:.0f}s"
