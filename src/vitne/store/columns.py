"""Messages sent, as columns: millions of rows are written from them, without an object each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from vitne.store.rows import Transmission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

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
    """Writes columns as JSON lines and as Arrow tables; what a distinct thing looks like is made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str, str], tuple[list[Any], Any]] = {}

    def lines(self, columns: Columns) -> bytes:
        """Give one JSON object a line, with the names and the order of ``Transmission``."""
        import pyarrow as pa
        from pyarrow import compute

        long = pa.large_string()
        pieces: list[Any] = []
        text = "{"
        for name in Transmission.__struct_fields__:
            if name in columns.words:
                pieces += [pa.scalar(text, long), self._json(name, columns.words[name])]
            elif name == "readable":
                words = pa.array(["false", "true"], type=long).take(pa.array(columns.readable.view(np.int8)))
                pieces += [pa.scalar(f'{text}"{name}":', long), words]
            elif name == "message_frames":
                first, last = (_text(columns.numbers[end]) for end in ("first_frame", "last_frame"))
                pieces += [pa.scalar(f'{text}"{name}":[', long), first, pa.scalar(",", long), last]
            else:
                pieces += [pa.scalar(f'{text}"{name}":', long), _text(columns.numbers[name])]
            text = "]," if name == "message_frames" else ","
        joined = compute.binary_join_element_wise(*pieces, pa.scalar("}\n", long), pa.scalar("", long))
        return _data(joined)

    def _json(self, name: str, column: Words) -> Any:
        import pyarrow as pa

        def made() -> Any:
            words = [f'"{name}":{_ENCODER.encode(thing).decode()}' for thing in column.things]
            return pa.array(words, type=pa.large_string())

        return self._once("json", name, column.things, made).take(pa.array(column.codes))

    def _once(self, form: str, name: str, things: list[Any], make: Any) -> Any:
        """Make what is kept of a list of things, once; the list is held, so that its id stays its own."""
        key = (id(things), form, name)
        if key not in self._made:
            if len(self._made) > 4 * len(WORDS):
                self._made.clear()
            self._made[key] = (things, make())
        return self._made[key][1]

    def table(self, columns: Columns, schema: Any) -> Any:
        """Give an Arrow table of a schema with the fields of ``Transmission``."""
        import pyarrow as pa

        arrays = []
        for field in schema:
            if field.name in columns.words:
                arrays.append(self._arrow(field, columns.words[field.name]))
            elif field.name == "readable":
                arrays.append(pa.array(columns.readable))
            elif field.name == "message_frames":
                ends = [pa.array(columns.numbers[end]) for end in ("first_frame", "last_frame")]
                arrays.append(pa.StructArray.from_arrays(ends, fields=list(field.type)))
            else:
                arrays.append(pa.array(columns.numbers[field.name], type=field.type))
        return pa.Table.from_arrays(arrays, schema=schema)

    def _arrow(self, field: Any, column: Words) -> Any:
        import pyarrow as pa

        def made() -> Any:
            things = column.things
            if field.name == "facts":
                things = [[{"name": fact, "value": word} for fact, word in thing] for thing in things]
            return pa.array(things, type=field.type)

        return self._once("arrow", field.name, column.things, made).take(pa.array(column.codes))


_ENCODER = msgspec.json.Encoder(order="deterministic")


def _text(numbers: npt.NDArray[np.int64]) -> Any:
    import pyarrow as pa

    return pa.array(numbers).cast(pa.large_string())


def _data(texts: Any) -> bytes:
    """Give the bytes of an Arrow array of text, one after the other."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[int(ends[0]) : int(ends[-1])].tobytes()
