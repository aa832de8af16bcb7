"""What helmfile and helm-diff answer, as data; a line that is not understood is an error, never a shorter plan."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass

from runners.layers.jsons import text, truth
from runners.layers.plans import Change, ObjectChange, ObjectRef
from runners.tools.calls import PlanError
from runners.tools.tool_errors import plain

_CHANGES = {"added": Change.ADDED, "changed": Change.CHANGED, "removed": Change.REMOVED}
_ENDS = re.compile(r" to be (added|changed|removed)\.$")
_OBJECT = re.compile(r"(?P<namespace>[^,\s]*), (?P<name>[^,\s]+), (?P<kind>[^,\s()]+) \((?P<api>[^()\s]*)\)")
_COUNT = re.compile(r"Plan: (\d+) to add, (\d+) to change, (\d+) to destroy\.")
_DELETED = re.compile(r"  (\S+) \((.*)\) DELETED")


@dataclass(frozen=True, slots=True)
class Asked:
    """One release as a helmfile asks for it."""

    name: str
    namespace: str
    """Empty where the helmfile names none: then it is the context's own."""
    installed: bool
    """Whether it should be there, not whether it is."""
    chart: str
    version: str
    """As written: empty, exact, or a constraint."""


def asked(stdout: str) -> tuple[Asked, ...]:
    """The releases of ``helmfile list --output json``, without those that a condition switches off.

    Raises:
        PlanError: it isn't that list.
    """
    # A template that prints something puts it before the list, which is one line.
    line = next((line for line in reversed(stdout.splitlines()) if line.startswith(("[", "null"))), "")
    try:
        items = json.loads(line)
    except json.JSONDecodeError:
        raise PlanError("helmfile list answered with something else than a list of releases") from None
    return tuple(
        Asked(text(item, "name"), text(item, "namespace"), truth(item, "installed"), *_chart(item))
        for item in items or ()
        if truth(item, "enabled", default=True)
    )


def _chart(item: object) -> tuple[str, str]:
    return text(item, "chart"), text(item, "version")


def changes(stdout: str, *, code: int) -> tuple[ObjectChange, ...]:
    """The objects of ``diff --detailed-exitcode --output simple`` of one release; with code 0 nothing is printed.

    helm-diff writes the release's namespace for what has none; see ``rendering.placed``.

    Raises:
        PlanError: a line is not understood, or the lines are not as many as helm-diff says.
    """
    found: list[ObjectChange] = []
    counts: list[tuple[int, int, int]] = []
    for line in plain(stdout).splitlines():
        line = line.rstrip()
        end, count = _ENDS.search(line), _COUNT.fullmatch(line)
        if end is not None:
            found.append(ObjectChange(_ref(line[: end.start()]), _CHANGES[end.group(1)]))
        elif count is not None:
            counts.append((int(count.group(1)), int(count.group(2)), int(count.group(3))))
    if not counts and not found and code == 0:
        return ()
    if len(counts) != 1:
        hint = "suppressDiff in the helmfile hides it" if not counts else "it was asked for one release"
        raise PlanError(f"helm-diff printed {len(counts)} plans instead of one: {hint}")
    kinds = Counter(item.change for item in found)
    if (kinds[Change.ADDED], kinds[Change.CHANGED], kinds[Change.REMOVED]) != counts[0]:
        raise PlanError(f"helm-diff counts {sum(counts[0])} changes and names {len(found)}: the plan is not complete")
    return tuple(found)


def _ref(words: str) -> ObjectRef:
    found = _OBJECT.fullmatch(words)
    if found is None:
        raise PlanError(f"helm-diff named an object in a way that is not understood: {words[:120]}")
    api = found["api"]
    # The core group has no name of its own; helm-diff writes its version there.
    group = "" if re.fullmatch(r"v\d+((alpha|beta)\d+)?", api) else api
    return ObjectRef(found["kind"], found["namespace"], found["name"], group)


def uninstalled(stderr: str) -> frozenset[tuple[str, str]]:
    """(release, chart) of each release that ``helmfile diff`` says it would uninstall."""
    lines = (_DELETED.fullmatch(line.rstrip()) for line in plain(stderr).splitlines())
    return frozenset((line.group(1), line.group(2)) for line in lines if line is not None)
