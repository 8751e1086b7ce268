"""What is printed on a terminal, laid out: texts, tables, rules; printed plainly here, or by rich.

Where nothing is coloured, no library of terminals is needed: it takes as long to load as a small scan, and a
line through it as long as a message.  The same bytes come out; tests hold one against the other.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WORD = re.compile(r"\s*\S+\s*")
_BEHIND = 2  # blanks behind each column of a table but the last; one more parts it from the next


class Text:
    """A text in pieces, each with a style; rich prints it as its own."""

    def __init__(self, text: str = "", style: str = "") -> None:
        self.parts = [(text, style)]

    @property
    def plain(self) -> str:
        """Give the text without styles."""
        return self.parts[0][0] if len(self.parts) == 1 else "".join(text for text, _ in self.parts)

    def append(self, text: str, style: str = "") -> Text:
        """Add a piece."""
        self.parts.append((text, style))
        return self

    def append_text(self, other: Text) -> Text:
        """Add all pieces of another text."""
        self.parts.extend(other.parts)
        return self

    def __rich__(self) -> Any:
        """Give the same for a terminal of colours."""
        from rich.text import Text as Rich

        (text, style), *rest = self.parts
        made = Rich(text, style)
        for more, its in rest:
            made.append_text(Rich(more, its))
        return made


class Rule:
    """A line across, behind a title."""

    def __init__(self, title: Text) -> None:
        self.title = title

    def __rich__(self) -> Any:
        """Give the same for a terminal of colours."""
        from rich.rule import Rule as Rich

        return Rich(self.title.__rich__(), align="left", style="dim", characters="─")


class Indented:
    """A text or a table some columns from the left, filled up to the right."""

    def __init__(self, item: Text | Table, left: int) -> None:
        self.item, self.left = item, left

    def __rich__(self) -> Any:
        """Give the same for a terminal of colours."""
        from rich.padding import Padding

        return Padding(self.item.__rich__(), (0, 0, 0, self.left))


class Column:
    """What holds for one column of a table."""

    def __init__(self, name: str, *, right: bool, no_wrap: bool, least: int) -> None:
        self.name, self.right, self.no_wrap, self.least = name, right, no_wrap, least


class Table:
    """Rows under names of columns, with a line below the names."""

    def __init__(self) -> None:
        self.columns: list[Column] = []
        self.rows: list[tuple[Text | str, ...]] = []

    def add_column(
        self, name: str, *, right: bool = False, no_wrap: bool = False, min_width: int = 0
    ) -> None:
        """Add a column; words of it are folded, unless it may not wrap: then it is cut."""
        self.columns.append(Column(name, right=right, no_wrap=no_wrap, least=min_width))

    def add_row(self, *cells: Text | str) -> None:
        """Add a row; cells that are not given are empty."""
        self.rows.append(cells)

    def __rich__(self) -> Any:
        """Give the same for a terminal of colours."""
        from rich import box
        from rich.table import Table as Rich

        made = Rich(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
        for column in self.columns:
            made.add_column(
                column.name,
                justify="right" if column.right else "left",
                overflow="ellipsis" if column.no_wrap else "fold",
                no_wrap=column.no_wrap,
                min_width=column.least or None,
            )
        for row in self.rows:
            made.add_row(*(cell if isinstance(cell, str) else cell.__rich__() for cell in row))
        return made


class Plain:
    """Prints without colours, in a number of columns."""

    def __init__(self, stream: IO[str], width: int) -> None:
        self._stream = stream
        self.width = width

    def print(self, item: Text | Rule | Indented | None = None, *, soft_wrap: bool = False) -> None:
        """Print an item, or an empty line; a text may run on over the edge."""
        if item is None:
            lines: Sequence[str] = [""]
        elif isinstance(item, Rule):
            lines = [self._rule(item.title.plain.replace("\n", " "))]
        elif isinstance(item, Indented):
            lines = [" " * item.left + line for line in self._indented(item)]
        else:
            whole = item.plain.split("\n")
            lines = whole if soft_wrap else [line for each in whole for line in wrapped(each, self.width)]
        self._stream.write("\n".join(lines) + "\n")

    def _rule(self, title: str) -> str:
        shown = _shortened(title, self.width - 2) + " " if title else ""
        return shown + "─" * (self.width - cells(shown))

    def _indented(self, item: Indented) -> Iterator[str]:
        width = self.width - item.left
        if isinstance(item.item, Text):
            every: Iterable[str] = (
                line for each in item.item.plain.split("\n") for line in wrapped(each, width)
            )
        else:
            every = _lines(item.item, width)
        return (_padded(_cut(line, width), width) for line in every)


def cells(text: str) -> int:
    """Count the columns that a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def wrapped(text: str, width: int) -> list[str]:
    """Break a line between words; a word that is wider than a line is broken where the line ends."""
    width = max(width, 1)
    if text.isascii() and len(text) <= width:
        return [text]
    lines: list[str] = []
    line, taken = "", 0
    for match in _WORD.finditer(text):
        word = match.group()
        bare = cells(word.rstrip())
        if bare <= width - taken:
            line += word
            taken += cells(word)
            continue
        if line:
            lines.append(line)
        *whole, line = _chopped(word, width) if bare > width else [word]
        lines += whole
        taken = cells(line)
    lines.append(line if line or lines else text)
    return [_cut(_bared(each, width), width) for each in lines]


def _bared(line: str, width: int) -> str:
    """Take blanks from the end of a line of more characters than columns, no more than are too many."""
    excess = len(line) - width
    if excess <= 0:
        return line
    blank = len(line) - len(line.rstrip())
    return line[: len(line) - min(blank, excess)] if blank else line


def _chopped(word: str, width: int) -> list[str]:
    if word.isascii():
        return [word[at : at + width] for at in range(0, len(word), width)]
    from rich.cells import chop_cells

    return chop_cells(word, width)


def _cut(text: str, width: int) -> str:
    """Give what of a text fits; half a wide letter becomes a blank."""
    if cells(text) <= width:
        return text
    if text.isascii():
        return text[:width]
    from rich.cells import set_cell_size

    return set_cell_size(text, width)


def _shortened(text: str, width: int) -> str:
    return text if cells(text) <= width else _padded(_cut(text, width - 1), width - 1) + "…"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _lines(table: Table, most: int) -> Iterator[str]:
    """Lay a table out in so many columns."""
    rows = [[column.name for column in table.columns]]
    for row in table.rows:
        told = [cell if isinstance(cell, str) else cell.plain for cell in row]
        rows.append(told + [""] * (len(table.columns) - len(told)))
    widths = _widths(table.columns, rows, most - (len(table.columns) - 1))
    behind = [" " * _BEHIND] * (len(widths) - 1) + [""]
    inner = [max(width - len(blank), 0) for width, blank in zip(widths, behind, strict=True)]
    for number, cells_of_row in enumerate(rows):
        laid = [
            _cell(cell, column, width)
            for cell, column, width in zip(cells_of_row, table.columns, inner, strict=True)
        ]
        height = max(map(len, laid))
        for cell, width in zip(laid, inner, strict=True):
            blank = [" " * width] * (height - len(cell))
            cell[:] = cell + blank if number else blank + cell  # names stand on the line below them
        for line in zip(*laid, strict=True):
            yield " ".join(map(str.__add__, line, behind))
        if number == 0:
            yield "─" * (sum(widths) + len(widths) - 1)


def _cell(text: str, column: Column, width: int) -> list[str]:
    """Give the lines of a cell, each as wide as its column."""
    lines = []
    for each in text.split("\n"):
        cut = column.no_wrap
        broken = [_shortened(_bared(each, width), width)] if cut else wrapped(each, width)
        for line in broken:
            bare = line.rstrip() if column.right else line
            lines.append(" " * (width - cells(bare)) + bare if column.right else _padded(bare, width))
    return lines


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], most: int) -> list[int]:
    """Give each column what its longest line takes with the blanks behind it, or less where that is too much.

    The widest that may wrap give way first, then all.
    """
    behind = [_BEHIND] * (len(columns) - 1) + [0]
    wanted = [
        max(1, *(min(cells(line) + behind[at], most) for row in rows for line in row[at].split("\n")))
        for at in range(len(columns))
    ]
    least = [
        column.least + blank if column.least else 0 for column, blank in zip(columns, behind, strict=True)
    ]
    widths = list(map(max, wanted, least))
    if sum(widths) > most:
        _narrow(widths, [not column.no_wrap for column in columns], most)
        _share(widths, range(len(widths)), sum(widths) - most, most)
        widths = list(map(max, map(min, wanted, widths), least))
    return widths


def _narrow(widths: list[int], may: Sequence[bool], most: int) -> None:
    """Take from the widest columns that may wrap until all fit, or no column is wider than another."""
    while (excess := sum(widths) - most) > 0:
        free = sorted({width for width, one in zip(widths, may, strict=True) if one}, reverse=True)
        if not free:
            return
        top, second = free[0], free[1] if len(free) > 1 else 0
        if top == second:
            return
        alike = [at for at, one in enumerate(may) if one and widths[at] == top]
        _share(widths, alike, excess, top - second)


def _share(widths: list[int], rows: Sequence[int], excess: int, most: int) -> None:
    """Take an excess from some columns evenly, from each so much at most."""
    for rest, at in zip(range(len(rows), 0, -1), rows, strict=True):
        less = max(min(most, widths[at], round(excess / rest)), 0)
        widths[at] -= less
        excess -= less
