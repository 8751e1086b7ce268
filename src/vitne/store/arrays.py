"""Arrow arrays from columns of Python values, put together here.

PyArrow's own way from a list loads pandas wherever that is installed, which takes longer than writing a case.
"""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.store.joining import taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

_ENDS = {"first": 0, "last": 1, "start": 0, "end": 1}
"""Names of the two numbers of a pair, and the place of each."""
_MANY = 64
"""Values from which it is worth while to look for those that are alike."""
_ENCODER = msgspec.json.Encoder(order="deterministic")


def array(values: Sequence[Any], kind: Any) -> Any:
    """Give an Arrow array of values of one type; lists and nouns inside are columns in their turn.

    Types are those of the tables: text, whole and real numbers, truth, and lists and structs of these.  A
    list or noun that many rows share is laid out once.
    """
    import pyarrow as pa

    nested = pa.types.is_list(kind) or (pa.types.is_struct(kind) and kind[0].name not in _ENDS)
    if len(values) < _MANY or not nested:
        return _array(values, kind)
    every = np.fromiter(map(id, values), dtype=np.int64, count=len(values))
    _, first, codes = np.unique(every, return_index=True, return_inverse=True)
    if 2 * len(first) > len(values):
        return _array(values, kind)
    return taken(_array([values[at] for at in first.tolist()], kind), codes)


def _array(values: Sequence[Any], kind: Any) -> Any:
    """Lay out each value for itself."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        if kind[0].name in _ENDS:
            parts = _pairs(values)
        else:
            parts = [array(each, field.type) for each, field in zip(columns(values, kind), kind, strict=True)]
        return pa.StructArray.from_arrays(parts, fields=list(kind))
    if pa.types.is_list(kind):
        inside = array(list(itertools.chain.from_iterable(values)), kind.value_type)
        return lists(np.fromiter(map(len, values), dtype=np.int64, count=len(values)), inside, kind)
    if pa.types.is_string(kind):
        return text(values)
    if pa.types.is_boolean(kind):
        return numbers(np.fromiter(values, dtype=np.bool_, count=len(values)))
    real = pa.types.is_floating(kind)
    wide = np.float64 if real else np.int64
    if not (real and None in values):
        try:
            return numbers(np.fromiter(values, dtype=wide, count=len(values)))
        except TypeError:
            real = False  # nothing stands there for some
    there = [value is not None for value in values]
    return numbers(np.fromiter((value or 0 for value in values), dtype=wide, count=len(values)), there)


def columns(rows: Sequence[Any], kind: Iterable[Any]) -> Iterable[Sequence[Any]]:
    """Give rows column by column, as the fields of a type name them."""
    names = [field.name for field in kind]
    if len(rows) >= _MANY and isinstance(rows[0], msgspec.Struct):
        places = [rows[0].__struct_fields__.index(name) for name in names]
        told = list(itertools.chain.from_iterable(map(msgspec.structs.astuple, rows)))
        width = len(rows[0].__struct_fields__)
        return (told[place::width] for place in places)
    return [named(rows, name) for name in names]


def named(rows: Sequence[Any], name: str) -> list[Any]:
    """Give one column of rows: nouns, or mappings that may lack the name."""
    if not rows:
        return []
    if isinstance(rows[0], dict):
        found = [row.get(name) for row in rows]
        if name == "params":
            return [None if each is None else _ENCODER.encode(each).decode() for each in found]
        return found
    return list(map(operator.attrgetter(name), rows))


def numbers(values: npt.NDArray[Any], there: Iterable[bool] | None = None) -> Any:
    """Give an array of whole numbers, real ones or truths; ``there`` says where one stands."""
    import pyarrow as pa

    truth = values.dtype == np.bool_
    kind = pa.bool_() if truth else pa.float64() if values.dtype.kind == "f" else pa.int64()
    content = np.packbits(values, bitorder="little") if truth else np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, len(values), [_validity(there), pa.py_buffer(content)])


def text(values: Sequence[str | None]) -> Any:
    """Give an array of texts, None where there is none."""
    there = None
    try:
        whole = "".join(values)  # type: ignore[arg-type]  # that raises where one is None
    except TypeError:
        there = [value is not None for value in values]
        values = [value or "" for value in values]
        whole = "".join(filter(None, values))
    if not whole.isascii():
        return octets([(value or "").encode() for value in values], there)
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))  # type: ignore[arg-type]
    return _texts(lengths, whole.encode(), there)


def octets(values: Sequence[bytes], there: Iterable[bool] | None = None) -> Any:
    """Give an array of texts that are UTF-8 already."""
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    return _texts(lengths, b"".join(values), there)


def lists(lengths: npt.NDArray[np.int64], inside: Any, kind: Any) -> Any:
    """Give an array of lists of so many of the values inside each."""
    import pyarrow as pa

    offsets = pa.Array.from_buffers(pa.int32(), len(lengths) + 1, [None, _offsets(lengths)])
    return pa.ListArray.from_arrays(offsets, inside, type=kind)


def _pairs(values: Sequence[Any]) -> list[Any]:
    """Give the two columns of pairs of whole numbers."""
    flat = np.fromiter(itertools.chain.from_iterable(values), dtype=np.int64, count=2 * len(values))
    return [numbers(flat[0::2]), numbers(flat[1::2])]


def _texts(lengths: npt.NDArray[np.int64], content: bytes, there: Iterable[bool] | None) -> Any:
    import pyarrow as pa

    return pa.StringArray.from_buffers(
        len(lengths), _offsets(lengths), pa.py_buffer(content), _validity(there)
    )


def _offsets(lengths: npt.NDArray[np.int64]) -> Any:
    import pyarrow as pa

    offsets = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.py_buffer(offsets)


def _validity(there: Iterable[bool] | None) -> Any:
    import pyarrow as pa

    return (
        None if there is None else pa.py_buffer(np.packbits(np.array(there, dtype=bool), bitorder="little"))
    )
