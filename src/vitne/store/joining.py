"""Texts of many rows put together by Arrow: a column at one go, without a Python object a row.

``pyarrow.compute`` writes the help of three hundred functions when it is loaded, which takes longer than a
small case; what it stands on is asked instead, and it itself only where that is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

MOST_TEXT = 1 << 30
"""Bytes of text in one array; Arrow counts them with 31 bits."""


def _compute() -> Any:
    try:
        from pyarrow import _compute as compute
    except ImportError:
        from pyarrow import compute
    return compute


def taken(things: Any, codes: npt.NDArray[Any]) -> Any:
    """Give an Arrow array of the things that the codes number."""
    return _compute().call_function("take", [things, whole(codes)])


def whole(values: npt.NDArray[Any]) -> Any:
    """Give an Arrow array of whole numbers."""
    import pyarrow as pa

    content = np.ascontiguousarray(values, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(content)])


def decimals(values: npt.NDArray[Any]) -> Any:
    """Give an Arrow array of whole numbers written in decimal digits."""
    import pyarrow as pa

    compute = _compute()
    return compute.call_function("cast", [whole(values)], compute.CastOptions(target_type=pa.string()))


def total(things: Any, codes: npt.NDArray[Any]) -> int:
    """Count the bytes of the texts that the codes number."""
    offsets = np.frombuffer(things.buffers()[1], dtype=np.int32)[: len(things) + 1]
    return int((offsets[1:] - offsets[:-1]).astype(np.int64)[codes.astype(np.int64)].sum())


def _scalar(word: str) -> Any:
    """Give a text as Arrow takes it for all rows; PyArrow's own way loads pandas where that is installed."""
    import pyarrow as pa

    content = word.encode()
    ends = np.array([0, len(content)], dtype=np.int32)
    return pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(content))[0]


def joined(pieces: Sequence[Any]) -> Any:
    """Give the bytes of all rows one after the other; pieces are arrays of texts, or one for all rows."""
    given = [_scalar(each) if isinstance(each, str) else each for each in [*pieces, ""]]
    made = _compute().call_function("binary_join_element_wise", given)
    ends = np.frombuffer(made.buffers()[1], dtype=np.int32)[made.offset : made.offset + len(made) + 1]
    return memoryview(made.buffers()[2])[int(ends[0]) : int(ends[-1])]
