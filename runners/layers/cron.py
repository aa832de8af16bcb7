"""How often a cron expression runs: the longest time between two runs, as far as a promise may rest on it."""

from __future__ import annotations

import re
from collections.abc import Mapping

HOUR, DAY = 3600.0, 86_400.0
_NAMED = {
    "@hourly": HOUR,
    "@daily": DAY,
    "@midnight": DAY,
    "@weekly": 7 * DAY,
    "@monthly": 31 * DAY,
    "@yearly": 366 * DAY,
    "@annually": 366 * DAY,
}
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES, 1)}
_DAYS = {name: at for at, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_PART = re.compile(r"(\*|\?|\w+)(?:-(\w+))?(?:/(\d+))?")


def longest_pause(expression: str) -> float:
    """Seconds between two runs at the most, in a month of 31 days; 0 where the expression can't be read."""
    words = expression.lower().split()
    if len(words) == 1:
        return _NAMED.get(words[0], 0.0)
    if len(words) != 5:
        return 0.0
    minutes, hours = _gap(words[0], 0, 59), _gap(words[1], 0, 23)
    days, months = _gap(words[2], 1, 31), _gap(words[3], 1, 12, _MONTHS)
    weekdays = _gap(words[4].replace("7", "0"), 0, 6, _DAYS)
    if 0 in (minutes, hours, days, months, weekdays):
        return 0.0
    if months > 1:
        return months * 31 * DAY
    # A day of the month and one of the week: it runs on either.
    between = [gap for gap in (days, weekdays) if gap > 1]
    if between:
        return min(between) * DAY
    return hours * HOUR if hours > 1 else minutes * 60.0


def _gap(field: str, first: int, last: int, names: Mapping[str, int] | None = None) -> int:
    """The longest step from one value of a field to the next, around the end; 0 where it can't be read."""
    values: set[int] = set()
    for part in field.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            return 0
        begin, end, step = found[1], found[2], int(found[3] or 1)
        low = first if begin in ("*", "?") else _number(begin, names or {})
        high = last if begin in ("*", "?") or (found[3] and not end) else _number(end or begin, names or {})
        if not first <= low <= high <= last or step < 1:
            return 0
        values.update(range(low, high + 1, step))
    ordered = sorted(values)
    around = [*ordered[1:], ordered[0] + last - first + 1]
    return max(after - before for before, after in zip(ordered, around, strict=True))


def _number(word: str, names: Mapping[str, int]) -> int:
    return int(word) if word.isdecimal() else names.get(word, -1)
