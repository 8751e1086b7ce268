"""Bytes as hex beside text, with a range marked or hidden, on the terminal and in a page.

A marked range stands in square brackets as well as in colour, so that it is seen without colour and by a
screen reader.  A hidden range shows dots in both columns: neither the hex nor the text gives its bytes away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
from markupsafe import Markup
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 16
State = Literal["plain", "marked", "hidden", "covered"]
"""Of a byte: as it is, in the marked range, hidden, or both marked and hidden."""
_STYLES: dict[State, str] = {
    "plain": "",
    "marked": "bold reverse",
    "hidden": "dim reverse",
    "covered": "bold reverse",
}
_MARKED = {"marked", "covered"}
_HIDDEN = {"hidden", "covered"}


class Cell(msgspec.Struct, frozen=True):
    """One byte as shown."""

    hex: str  # two characters
    text: str  # one character
    state: State


class Row(msgspec.Struct, frozen=True):
    """Up to sixteen bytes of one line."""

    offset: int  # of the first byte
    cells: tuple[Cell, ...]


def rows(
    data: bytes,
    *,
    marked: tuple[int, int] | None = None,
    hidden: Iterable[tuple[int, int]] = (),
    base: int = 0,
    context: int | None = None,
) -> list[Row]:
    """Lay bytes out in rows.

    ``marked`` and ``hidden`` are half-open ranges in ``data``; hiding wins.  ``base`` is the offset shown for
    the first byte.  ``context`` keeps only that many rows before and after the marked range.
    """
    states: list[State] = ["plain"] * len(data)
    start, end = marked or (0, 0)
    states[start:end] = ["marked"] * len(states[start:end])
    for low, high in hidden:
        states[low:high] = ["covered" if state in _MARKED else "hidden" for state in states[low:high]]
    first, last = 0, len(data)
    if context is not None and marked is not None:
        first = max(0, (start // WIDTH - context) * WIDTH)
        last = min(len(data), ((max(end - 1, start)) // WIDTH + 1 + context) * WIDTH)
    return [
        Row(base + at, tuple(_cell(data[i], states[i]) for i in range(at, min(at + WIDTH, last))))
        for at in range(first, last, WIDTH)
    ]


def terminal(lines: Sequence[Row]) -> Text:
    """Give the rows for a terminal."""
    out = Text(no_wrap=True, overflow="ignore")
    digits = _digits(lines)
    for number, row in enumerate(lines):
        out.append(("\n" if number else "") + f"{row.offset:0{digits}x} ", style="dim")
        used = 0
        for at, cell in enumerate(row.cells):
            lead = _before(row, at)
            out.append(lead)
            out.append(cell.hex, style=_STYLES[cell.state])
            used += len(lead) + 2
        out.append(_after(row) + " " * (3 * WIDTH - used) + "  ")
        for cell in row.cells:
            out.append(cell.text, style=_STYLES[cell.state])
    return out


def html(lines: Sequence[Row]) -> Markup:
    """Give the rows as a ``pre`` element with the classes ``marked``, ``hidden`` and ``covered``."""
    digits = _digits(lines)
    out = []
    for row in lines:
        hexes = ""
        used = 0
        for at, cell in enumerate(row.cells):
            lead = _before(row, at)
            hexes += lead + _span(cell.hex, cell.state)
            used += len(lead) + 2
        tail = _after(row) + " " * (3 * WIDTH - used) + "  "
        texts = "".join(_span(cell.text, cell.state) for cell in row.cells)
        out.append(f"{row.offset:0{digits}x} {hexes}{tail}{texts}")
    return Markup('<pre class="hex" tabindex="0">{}</pre>').format(Markup("\n").join(map(Markup, out)))


def _cell(byte: int, state: State) -> Cell:
    if state in _HIDDEN:
        return Cell("••", "•", state)
    return Cell(f"{byte:02x}", chr(byte) if 0x20 <= byte < 0x7F else ".", state)


def _digits(lines: Sequence[Row]) -> int:
    """Give how many hex digits the offsets of all rows need."""
    return max(4, len(f"{lines[-1].offset:x}")) if lines else 4


def _before(row: Row, at: int) -> str:
    """Give what stands before a byte: a bracket where the marked range begins or has just ended."""
    inside = row.cells[at].state in _MARKED
    came = at > 0 and row.cells[at - 1].state in _MARKED
    return ("[" if inside else "]" if came else " ") if inside != came else " "


def _after(row: Row) -> str:
    """Close a range at the end of a line."""
    return "]" if row.cells and row.cells[-1].state in _MARKED else " "


def _span(text: str, state: State) -> Markup:
    if state == "plain":
        return Markup("{}").format(text)
    return Markup('<span class="{}">{}</span>').format(state, text)
