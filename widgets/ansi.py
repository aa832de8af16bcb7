"""What a tool prints, as segments: its SGR colours are honoured, every other control is removed.

Nothing that comes out holds a control character, whatever goes in. Only visible lines are ever parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len, split_graphemes
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from widgets.safe import head

TAB = 8
"""Blanks that a tab is shown as."""
_PIECE = 4096
"""Characters of plain text in one segment, so that a reader of an endless line may stop early."""

_ESCAPE = re.compile(
    r"""
      (?:\x1b\[|\x9b) (?P<params>[0-?]*) [ -/]* (?P<final>[@-~])              # CSI; SGR is the one that ends in m
    | (?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]) [^\x07\x1b\x9c]* (?:\x07|\x1b\\|\x9c|$)  # OSC, DCS, SOS, PM, APC: strings
    | \x1b [ -/]* [0-~]?                                                      # any other escape
    """,
    re.VERBOSE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_STARTS = re.compile(r"[\x1b\x90\x98\x9b\x9d-\x9f]")

_ATTRIBUTES = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike"}
_ENDS = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",), 29: ("strike",)}


def text_of(raw: str) -> str:
    """The text of a line as it is read: no escape sequence, no control character, tabs as blanks."""
    if raw.isprintable():
        return raw
    text = _ESCAPE.sub("", _last_writing(raw)) if _STARTS.search(raw) else _last_writing(raw)
    return _CONTROL.sub("", text.replace("\t", " " * TAB))


def segments(raw: str) -> Iterator[Segment]:
    """The segments of one line, piece by piece, without what a carriage return overwrote."""
    if raw.isprintable():
        yield from _pieces(raw, Style.null())
        return
    raw = _last_writing(raw)
    style = Style.null()
    start = 0
    for found in _ESCAPE.finditer(raw):
        yield from _pieces(_clean(raw[start : found.start()]), style)
        start = found.end()
        if found["final"] == "m":
            style = _apply(style, found["params"])
    yield from _pieces(_clean(raw[start:]), style)


def window(raw: str, left: int, width: int) -> list[Segment]:
    """The segments of one line from a cell on, so many cells wide at most; a wide character that is cut is blank."""
    found: list[Segment] = []
    at, room = 0, width
    for segment in segments(raw):
        size = cell_len(segment.text)
        if at + size > left:
            # A joiner that lost its neighbours to the cut measures anew: the room has the last word.
            part = head(_crop(segment.text, left - at, left + width - at), room)
            room -= cell_len(part)
            if part:
                found.append(Segment(part, segment.style))
        at += size
        if at >= left + width:
            break
    return found


def fold(raw: str, width: int) -> list[list[Segment]]:
    """The segments of one line in rows of at most so many cells; an empty line is one empty row."""
    rows: list[list[Segment]] = [[]]
    room = width
    for segment in segments(raw):
        text = segment.text
        while text:
            part = head(text, room)
            if part:
                rows[-1].append(Segment(part, segment.style))
                room -= cell_len(part)
                text = text[len(part) :]
            elif room == width:
                break  # a character that is wider than a whole row
            else:
                rows.append([])
                room = width
    return rows


def _last_writing(raw: str) -> str:
    """What stays visible of a line that a progress bar wrote over itself."""
    if "\r" not in raw:
        return raw
    return next((part for part in reversed(raw.split("\r")) if part), "")


def _clean(text: str) -> str:
    if text.isprintable():
        return text
    return _CONTROL.sub("", text.replace("\t", " " * TAB)).replace("\n", " ")


def _pieces(text: str, style: Style) -> Iterator[Segment]:
    for start in range(0, len(text), _PIECE):
        yield Segment(text[start : start + _PIECE], style)


def _crop(text: str, start: int, end: int) -> str:
    """The cells from start to end of a text; a wide character that only half belongs there is a blank."""
    start = max(0, start)
    if text.isascii():
        return text[start:end]
    found: list[str] = []
    at = 0
    # A character may take up to eight code points and is at least one cell wide, but for those of no width.
    spans, _total = split_graphemes(text[: 8 * end + 64])
    for first, last, size in spans:
        if at >= start and at + size <= end:
            found.append(text[first:last])
        elif at < end and at + size > start:
            found.append(" " * (min(end, at + size) - max(start, at)))
        at += size
        if at > end:
            break
    return "".join(found)


@lru_cache(maxsize=1024)
def _apply(style: Style, params: str) -> Style:
    """The style after one SGR sequence; codes that are unknown change nothing."""
    codes = [int(code) if code.isdecimal() else 0 for code in params.replace(":", ";").split(";")]
    at = 0
    while at < len(codes):
        code = codes[at]
        at += 1
        if code == 0:
            style = Style.null()
        elif code in (38, 48):
            color, at = _extended(codes, at)
            if color is not None:
                style += Style(color=color) if code == 38 else Style(bgcolor=color)
        else:
            style += _simple(code)
    return style


@lru_cache(maxsize=128)
def _simple(code: int) -> Style:
    if code in _ATTRIBUTES:
        return Style(**{_ATTRIBUTES[code]: True})  # type: ignore[arg-type]
    if code in _ENDS:
        return Style(**dict.fromkeys(_ENDS[code], False))  # type: ignore[arg-type]
    for first, last, base, ground in ((30, 37, 0, 0), (90, 97, 8, 0), (40, 47, 0, 1), (100, 107, 8, 1)):
        if first <= code <= last:
            color = Color.from_ansi(code - first + base)
            return Style(bgcolor=color) if ground else Style(color=color)
    if code == 39:
        return Style(color=Color.default())
    return Style(bgcolor=Color.default()) if code == 49 else Style.null()


def _extended(codes: list[int], at: int) -> tuple[Color | None, int]:
    """The colour of ``38;5;N`` or ``38;2;R;G;B``, and where the next code begins."""
    mode = codes[at] if at < len(codes) else -1
    if mode == 5 and at + 1 < len(codes):
        return Color.from_ansi(min(codes[at + 1], 255)), at + 2
    if mode == 2 and at + 3 < len(codes):
        red, green, blue = (min(value, 255) for value in codes[at + 1 : at + 4])
        return Color.from_rgb(red, green, blue), at + 4
    return None, len(codes)
