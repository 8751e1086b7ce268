"""Messages sent, as columns: millions of rows are written from them, without an object each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from vitne.store.rows import Transmission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


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

    def lines(self, columns: Columns) -> bytes:
        """Give one JSON object a line, with the names and the order of ``Transmission``."""
        made: list[list[Any]] = []
        pieces: list[str] = []
        for name in Transmission.__struct_fields__:
            if name in columns.words:
                pieces.append(f'"{name}":%s')
                made.append(self._words(name, columns.words[name]))
            elif name == "readable":
                pieces.append(f'"{name}":%s')
                made.append([("false", "true")[flag] for flag in columns.readable.tolist()])
            elif name == "message_frames":
                pieces.append(f'"{name}":[%d,%d]')
                made += [columns.numbers[end].tolist() for end in ("first_frame", "last_frame")]
            else:
                pieces.append(f'"{name}":%d')
                made.append(columns.numbers[name].tolist())
        line = "{" + ",".join(pieces) + "}\n"
        return "".join([line % row for row in zip(*made, strict=True)]).encode()

    def _words(self, name: str, column: Words) -> list[str]:
        """Give a column as JSON texts; the list of things is held, so that its id stays its own."""
        key = (id(column.things), name)
        if key not in self._made:
            if len(self._made) > 2 * len(WORDS):
                self._made.clear()
            self._made[key] = (column.things, [_ENCODER.encode(thing).decode() for thing in column.things])
        texts = self._made[key][1]
        return [texts[code] for code in column.codes.tolist()]

    def table(self, columns: Columns, schema: Any) -> Any:
        """Give an Arrow table of a schema with the fields of ``Transmission``."""
        import pyarrow as pa

        arrays = []
        for field in schema:
            if field.name == "facts":
                arrays.append(_facts(field.type, columns.words[field.name]))
            elif field.name in columns.words:
                column = columns.words[field.name]
                texts = [column.things[code] for code in column.codes.tolist()]
                arrays.append(pa.array(texts, type=field.type))
            elif field.name == "readable":
                arrays.append(pa.array(columns.readable))
            elif field.name == "message_frames":
                ends = [pa.array(columns.numbers[end]) for end in ("first_frame", "last_frame")]
                arrays.append(pa.StructArray.from_arrays(ends, fields=list(field.type)))
            else:
                arrays.append(pa.array(columns.numbers[field.name], type=field.type))
        return pa.Table.from_arrays(arrays, schema=schema)


def _facts(kind: Any, column: Words) -> Any:
    """Give facts as an Arrow array of lists of names and values."""
    import pyarrow as pa

    rows = [column.things[code] for code in column.codes.tolist()]
    offsets = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum([len(row) for row in rows], out=offsets[1:])
    flat = list(itertools.chain.from_iterable(rows))
    ends = [pa.array([pair[end] for pair in flat], type=pa.string()) for end in (0, 1)]
    pairs = pa.StructArray.from_arrays(ends, fields=list(kind.value_type))
    return pa.ListArray.from_arrays(pa.array(offsets), pairs, type=kind)


_ENCODER = msgspec.json.Encoder(order="deterministic")
