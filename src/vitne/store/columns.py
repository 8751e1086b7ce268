"""Messages sent, as columns: millions of rows are written from them, without an object each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from vitne.store.arrays import lists, numbers, octets, text
from vitne.store.decimals import decimals
from vitne.store.rows import Transmission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


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
_FEW = frozenset({"capture", "port"})
"""Numbers of which there are few."""
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


def columns_of(rows: Iterable[Any]) -> Iterator[Columns]:
    """Give rows as columns, in stretches of ``CHUNK``: their own where they have them, else made anew."""
    own = getattr(rows, "columns", None)
    if own is not None:
        yield from cast("Iterator[Columns]", own())
        return
    left = iter(rows)
    while some := list(itertools.islice(left, CHUNK)):
        yield _columns(some)


def _columns(rows: list[Transmission]) -> Columns:
    numbers = {
        name: np.array([getattr(row, name) for row in rows], dtype=np.int64) for name in _NUMBERS_OF_A_ROW
    }
    frames = np.array([row.message_frames for row in rows], dtype=np.int64).reshape(-1, 2)
    numbers["first_frame"], numbers["last_frame"] = frames[:, 0], frames[:, 1]
    return Columns(
        numbers=numbers,
        readable=np.array([row.readable for row in rows], dtype=bool),
        words={name: numbered([getattr(row, name) for row in rows]) for name in WORDS},
    )


def numbered(things: Iterable[Any]) -> Words:
    """Give each distinct thing a number, in order of appearance."""
    numbers: dict[Any, int] = {}
    codes = [numbers.setdefault(thing, len(numbers)) for thing in things]
    return Words(things=list(numbers), codes=np.array(codes, dtype=np.int64))


class Writer:
    """Writes columns as JSON lines and as Arrow tables; what a distinct thing looks like is made once.

    Nothing here needs ``pyarrow.compute``, whose import takes longer than writing a small case.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[int, str], tuple[list[Any], list[Any]]] = {}
        self._kept: dict[tuple[int, str], tuple[list[Any], list[bytes]]] = {}

    def lines(self, columns: Columns) -> bytes:
        """Give one JSON object a line, with the names and the order of ``Transmission``.

        What stands between two numbers that are hardly ever alike is put together once for all rows that have
        the same there.
        """
        if not len(columns):
            return b""
        pieces: list[Iterable[str]] = []
        between = _Between("{")
        for number, name in enumerate(Transmission.__struct_fields__):
            between.add(f'{"," if number else ""}"{name}":')
            if name == "message_frames":
                between.add("[")
                pieces += [between.texts(len(columns)), decimals(columns.numbers["first_frame"])]
                pieces += [itertools.repeat(","), decimals(columns.numbers["last_frame"])]
                between = _Between("]")
            elif name in columns.words:
                column = columns.words[name]
                between.vary(self._words(name, column), column.codes)
            elif name == "readable":
                between.vary(["false", "true"], columns.readable)
            elif name in _FEW:
                few, codes = np.unique(columns.numbers[name], return_inverse=True)
                between.vary(list(map(str, few.tolist())), codes)
            else:
                pieces += [between.texts(len(columns)), decimals(columns.numbers[name])]
                between = _Between("")
        between.add("}\n")
        pieces.append(between.texts(len(columns)))
        return "".join(itertools.chain.from_iterable(zip(*pieces, strict=False))).encode()

    def _words(self, name: str, column: Words) -> list[str]:
        """Give the things of a column as JSON texts; their list is held, so that its id stays its own."""
        key = (id(column.things), name)
        if key not in self._made:
            if len(self._made) > 2 * len(WORDS):
                self._made.clear()
            self._made[key] = (column.things, [_ENCODER.encode(thing).decode() for thing in column.things])
        return self._made[key][1]

    def table(self, columns: Columns, schema: Any) -> Any:
        """Give an Arrow table of a schema with the fields of ``Transmission``."""
        import pyarrow as pa

        arrays = []
        for field in schema:
            if field.name == "facts":
                arrays.append(_facts(field.type, columns.words[field.name]))
            elif field.name in columns.words:
                column = columns.words[field.name]
                texts = self._octets(field.name, column)
                arrays.append(octets([texts[code] for code in column.codes.tolist()]))
            elif field.name == "readable":
                arrays.append(numbers(columns.readable))
            elif field.name == "message_frames":
                ends = [numbers(columns.numbers[end]) for end in ("first_frame", "last_frame")]
                arrays.append(pa.StructArray.from_arrays(ends, fields=list(field.type)))
            else:
                arrays.append(numbers(columns.numbers[field.name]))
        return pa.Table.from_arrays(arrays, schema=schema)

    def _octets(self, name: str, column: Words) -> list[bytes]:
        """Give the things of a column as UTF-8."""
        key = (id(column.things), name)
        if key not in self._kept:
            if len(self._kept) > 2 * len(WORDS):
                self._kept.clear()
            self._kept[key] = (column.things, [thing.encode() for thing in column.things])
        return self._kept[key][1]


_MOST_WAYS = 1 << 46  # and as many rows, times so many words, stay within 63 bits


class _Between:
    """Texts between two columns of numbers: made of parts that stay and parts of which there are few."""

    def __init__(self, begin: str) -> None:
        self._fixed = [begin]  # before, between and behind what varies
        self._words: list[Sequence[str]] = []
        self._codes: list[Any] = []

    def add(self, fixed: str) -> None:
        """Go on with what is the same in every row."""
        self._fixed[-1] += fixed

    def vary(self, words: Sequence[str], codes: Any) -> None:
        """Go on with one of some words."""
        self._words.append(words)
        self._codes.append(codes.astype(np.int64))
        self._fixed.append("")

    def texts(self, count: int) -> Iterable[str]:
        """Give the text of each of so many rows."""
        if not self._words:
            return itertools.repeat(self._fixed[0], count)
        row, ways = np.zeros(count, dtype=np.int64), 1
        for words, codes in zip(self._words, self._codes, strict=True):
            if ways * len(words) >= _MOST_WAYS:
                _, row = np.unique(row, return_inverse=True)
                ways = count
            row, ways = row * len(words) + codes, ways * len(words)
        _, first, row = np.unique(row, return_index=True, return_inverse=True)
        parts: list[Iterable[str]] = [itertools.repeat(self._fixed[0])]
        for fixed, words, codes in zip(self._fixed[1:], self._words, self._codes, strict=True):
            parts += [[words[code] for code in codes[first].tolist()], itertools.repeat(fixed)]
        made = list(map("".join, zip(*parts, strict=False)))
        return [made[code] for code in row.tolist()]


def _facts(kind: Any, column: Words) -> Any:
    """Give facts as an Arrow array of lists of names and values."""
    import pyarrow as pa

    rows = [column.things[code] for code in column.codes.tolist()]
    flat = list(itertools.chain.from_iterable(rows))
    ends = [text([pair[end] for pair in flat]) for end in (0, 1)]
    pairs = pa.StructArray.from_arrays(ends, fields=list(kind.value_type))
    return lists(np.fromiter(map(len, rows), dtype=np.int64, count=len(rows)), pairs, kind)


_ENCODER = msgspec.json.Encoder(order="deterministic")
