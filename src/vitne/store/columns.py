"""Messages sent, as columns: millions of rows are written from them, without an object each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from vitne.store.arrays import lists, numbers, text
from vitne.store.joining import MOST_TEXT, decimals, joined, taken, total
from vitne.store.rows import Transmission

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator


CHUNK = 16384
"""Rows of one stretch of columns."""
NUMBERS = ("time_ns", "capture", "flow", "first_frame", "last_frame", "source_port", "port", "bytes")
WORDS = (
    "device",
    "source_ip",
    "ip",
    "host",
    "host_source",
    "transport",
    "protocol",
    "kind",
    "delivery",
    "scope",
    "facts",
)
_NUMBERS_OF_A_ROW = tuple(name for name in NUMBERS if not name.endswith("_frame"))


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A column of few distinct things: each once, and a number a row."""

    things: list[Any]  # the distinct things; the same list in every stretch where that is possible
    codes: Any  # int array, row in ``things``


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of rows of ``Transmission``, column by column."""

    numbers: dict[str, Any]  # name, as in ``NUMBERS``, -> int64 array
    readable: Any  # bool array
    words: dict[str, Words]  # name, as in ``WORDS``, -> column

    def __len__(self) -> int:
        return len(self.readable)

    def halves(self) -> Iterator[Columns]:
        """Yield the first and the second half of the rows."""
        middle = len(self) // 2
        for part in (slice(None, middle), slice(middle, None)):
            yield Columns(
                numbers={name: column[part] for name, column in self.numbers.items()},
                readable=self.readable[part],
                words={
                    name: Words(things=column.things, codes=column.codes[part])
                    for name, column in self.words.items()
                },
            )

    def rows(self) -> Iterator[Transmission]:
        """Yield the rows one by one."""
        names = [*NUMBERS, "readable", *WORDS]
        columns = [self.numbers[name].tolist() for name in NUMBERS]
        columns.append(self.readable.tolist())
        for name in WORDS:
            column = self.words[name]
            columns.append([column.things[code] for code in column.codes.tolist()])
        for values in zip(*columns, strict=True):
            row = dict(zip(names, values, strict=True))
            frames = (row.pop("first_frame"), row.pop("last_frame"))
            yield Transmission(message_frames=frames, **row)


def columns_of(rows: Iterable[Any], only: Collection[str] = ()) -> Iterator[Columns]:
    """Give rows as columns, in stretches of ``CHUNK``: their own where they have them, else made anew.

    ``only`` names the columns of numbers and words that are needed, where not all are.
    """
    own = getattr(rows, "columns", None)
    if own is not None:
        yield from cast("Iterator[Columns]", own(only) if only else own())
        return
    left = iter(rows)
    while some := list(itertools.islice(left, CHUNK)):
        yield _columns(some, only or frozenset((*NUMBERS, *WORDS)))


def _columns(rows: list[Transmission], only: Collection[str]) -> Columns:
    numbers = {
        name: np.array([getattr(row, name) for row in rows], dtype=np.int64)
        for name in _NUMBERS_OF_A_ROW
        if name in only
    }
    if "first_frame" in only:
        frames = np.array([row.message_frames for row in rows], dtype=np.int64).reshape(-1, 2)
        numbers["first_frame"], numbers["last_frame"] = frames[:, 0], frames[:, 1]
    return Columns(
        numbers=numbers,
        readable=np.array([row.readable for row in rows], dtype=bool),
        words={name: numbered([getattr(row, name) for row in rows]) for name in WORDS if name in only},
    )


def numbered(things: Iterable[Any]) -> Words:
    """Give each distinct thing a number, in order of appearance."""
    numbers: dict[Any, int] = {}
    codes = [numbers.setdefault(thing, len(numbers)) for thing in things]
    return Words(things=list(numbers), codes=np.array(codes, dtype=np.int64))


class Writer:
    """Writes columns as JSON lines and as Arrow tables; what a distinct thing looks like is made once.

    Rows are put together by Arrow.  Nothing here needs ``pyarrow.compute``, whose import takes longer than
    writing a small case.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[int, str], tuple[list[Any], Any]] = {}
        self._kept: dict[tuple[int, str], tuple[list[Any], Any]] = {}

    def lines(self, columns: Columns) -> Iterator[Any]:
        """Yield one JSON object a line, with the names and the order of ``Transmission``, as bytes."""
        if not len(columns):
            return
        pieces: list[Any] = []
        length, before = 0, "{"
        for number, name in enumerate(Transmission.__struct_fields__):
            before += f'{"," if number else ""}"{name}":'
            if name in columns.words:
                things = self._words(name, columns.words[name], before)
                length += total(things, columns.words[name].codes)
                pieces.append((things, columns.words[name].codes))
                before = ""
            elif name == "readable":
                pieces.append((text([before + "false", before + "true"]), columns.readable))
                before = ""
            elif name == "message_frames":
                pieces += [before + "[", columns.numbers["first_frame"]]
                pieces += [",", columns.numbers["last_frame"]]
                before = "]"
            else:
                pieces += [before, columns.numbers[name]]
                before = ""
        if length > MOST_TEXT and len(columns) > 1:
            for half in columns.halves():
                yield from self.lines(half)
            return
        yield joined([*map(_texts_of, pieces), before + "}\n"])

    def _words(self, name: str, column: Words, before: str) -> Any:
        """Give the things of a column as JSON texts behind what always stands before them.

        Their list is held, so that its id stays its own.
        """
        key = (id(column.things), name)
        if key not in self._made:
            if len(self._made) > 2 * len(WORDS):
                self._made.clear()
            told = [before + _ENCODER.encode(thing).decode() for thing in column.things]
            self._made[key] = (column.things, text(told))
        return self._made[key][1]

    def table(self, columns: Columns, schema: Any) -> Any:
        """Give an Arrow table of a schema with the fields of ``Transmission``."""
        import pyarrow as pa

        arrays = []
        for field in schema:
            if field.name in columns.words:
                column = columns.words[field.name]
                arrays.append(taken(self._things(field, column), column.codes))
            elif field.name == "readable":
                arrays.append(numbers(columns.readable))
            elif field.name == "message_frames":
                ends = [numbers(columns.numbers[end]) for end in ("first_frame", "last_frame")]
                arrays.append(pa.StructArray.from_arrays(ends, fields=list(field.type)))
            else:
                arrays.append(numbers(columns.numbers[field.name]))
        return pa.Table.from_arrays(arrays, schema=schema)

    def _things(self, field: Any, column: Words) -> Any:
        """Give the things of a column as an Arrow array."""
        key = (id(column.things), field.name)
        if key not in self._kept:
            if len(self._kept) > 2 * len(WORDS):
                self._kept.clear()
            facts = field.name == "facts"
            self._kept[key] = (
                column.things,
                _facts(field.type, column.things) if facts else text(column.things),
            )
        return self._kept[key][1]


def _texts_of(piece: Any) -> Any:
    """Give one text a row, of things by number or of whole numbers; or one for all rows, as it is."""
    if isinstance(piece, str):
        return piece
    return taken(*piece) if isinstance(piece, tuple) else decimals(piece)


def _facts(kind: Any, rows: list[Any]) -> Any:
    """Give facts as an Arrow array of lists of names and values."""
    import pyarrow as pa

    flat = list(itertools.chain.from_iterable(rows))
    ends = [text([pair[end] for pair in flat]) for end in (0, 1)]
    pairs = pa.StructArray.from_arrays(ends, fields=list(kind.value_type))
    return lists(np.fromiter(map(len, rows), dtype=np.int64, count=len(rows)), pairs, kind)


_ENCODER = msgspec.json.Encoder(order="deterministic")
