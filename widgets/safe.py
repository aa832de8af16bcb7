"""Text from a cluster, a tool or a file is data: made harmless, and cut to the cells it may take."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells
from textual.content import Content

ELLIPSIS = "…"
_WORD = re.compile(r"\s*\S+")
_PARTING = ("/,=", "-.:")
"""Signs after which a long word may be parted, the better ones first."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""C0, DEL and C1; marks that turn the direction of what follows; line separators; halves of surrogate pairs."""


def _visible(match: re.Match[str]) -> str:
    found = match[0]
    if found in "\t\n\r":
        return " "
    # Unicode's pictures of the C0 controls are one cell each: an escape is seen as ␛ and does nothing.
    return chr(0x2400 + ord(found)) if found < " " else "␡" if found == "\x7f" else "�"


def plain(text: str) -> str:
    """One line of text without a control character: white space becomes a blank, the others a visible mark."""
    return text if text.isprintable() else _CONTROL.sub(_visible, text)


def label(text: str, style: str = "") -> Content:
    """The text as content without markup, for a title or a label: ``[bold]`` stays what it is."""
    return Content.styled(plain(text), style) if style else Content(plain(text))


def cut(text: str, width: int, *, middle: bool | None = None) -> str:
    """The text in at most so many cells, with … where something was left out.

    Args:
        text: harmless text.
        width: cells.
        middle: leave out the middle rather than the end; None does so for names (text without a blank), whose end
            tells them apart.
    """
    size = cell_len(text)
    if size <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    if middle is None:
        middle = " " not in text
    if not middle or width < 8:
        return head(text, width - 1) + ELLIPSIS
    tail = (width - 1) // 2
    return head(text, width - 1 - tail) + ELLIPSIS + _tail(text, tail)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of so many cells, at least one; words are kept whole, and blanks within a line.

    A word that is longer than a line is parted after a sign, a path or a list before a name: its halves would be read,
    and copied, as two.
    """
    lines: list[str] = []
    line = ""
    for word in _WORD.findall(text):
        if cell_len(line + word) <= width:
            line += word
            continue
        if at := _begins_on(word, width, cell_len(line)):
            line, word = line + word[:at], word[at:]
        if line:
            lines.append(line)
        *parts, line = _parted(word.lstrip(), width)
        lines += parts
    return [*lines, line]


def _begins_on(word: str, width: int, taken: int) -> int:
    """How much of a word that is longer than a line stands on the line before, up to its last path or list there."""
    if cell_len(word.lstrip()) <= width or not taken or taken >= width:
        return 0
    most = chop_cells(word, width - taken)[0]
    at = max(most.rfind(sign) for sign in _PARTING[0]) + 1
    return at if at > width // 3 and "//" not in word[at - 2 : at + 1] else 0  # a URL's scheme is no part by itself


def _parted(word: str, width: int) -> list[str]:
    parts = []
    while cell_len(word) > width:
        most = chop_cells(word, width)[0]
        places = (max(most.rfind(sign) for sign in signs) + 1 for signs in _PARTING)
        at = next((place for place in places if place > width // 3), len(most) or 1)
        parts.append(word[:at])
        word = word[at:]
    return [*parts, word]


def fit(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly so many cells: cut, or filled with blanks."""
    text = cut(text, width)
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def head(text: str, width: int) -> str:
    """As much of the text's beginning as fits into so many cells; a wide character is never halved."""
    if text.isascii():
        return text[: max(0, width)]
    # A character takes two cells at most, and one of no width belongs to the one before.
    start = text[: 4 * width + 16] if width > 0 else ""
    rows = chop_cells(start, width) if start else []
    if not rows:
        return start
    return rows[0] if cell_len(rows[0]) <= width else ""


def _tail(text: str, width: int) -> str:
    if text.isascii():
        return text[len(text) - width :]
    start = len(text)
    size = 0
    while start and (size := size + cell_len(text[start - 1])) <= width:
        start -= 1
    return text[start:]
