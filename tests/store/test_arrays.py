"""Arrow arrays made here, beside those that PyArrow makes of the same lists."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pyarrow as pa
import pytest

from vitne.store.arrays import array, octets

_TEXT, _WHOLE, _REAL = pa.string(), pa.int64(), pa.float64()
_CASES: list[tuple[list[Any], Any]] = [
    ([], _TEXT),
    (["", "a", "bc"], _TEXT),
    (["a", None, ""], _TEXT),
    ([None, None], _TEXT),
    (["caf\u00e9", "\U0001f600", None, "x"], _TEXT),
    ([0, -(2**63), 2**63 - 1], _WHOLE),
    ([0, None, 7], _WHOLE),
    ([0.0, -1.5e-300, float("inf")], _REAL),
    ([None, 0.0, 2.5], _REAL),
    ([True, False] * 9, pa.bool_()),
    ([[], ["a", "b"], [None]], pa.list_(_TEXT)),
    ([[(1, 2)], [], [(3, 4), (5, 6)]], None),
]


@pytest.mark.parametrize("number", range(len(_CASES)))
def test_an_array_holds_what_it_was_given(number: int) -> None:
    values, kind = _CASES[number]
    if kind is None:
        kind = pa.list_(pa.struct([("start", _WHOLE), ("end", _WHOLE)]))
        values = [list(each) for each in values]
        expected = [[{"start": low, "end": high} for low, high in each] for each in values]
    else:
        expected = values
    made = array(values, kind)
    made.validate(full=True)
    assert made.type == kind
    assert made.to_pylist() == expected
    assert made.equals(pa.array(expected, type=kind))


def test_text_that_is_utf_8_already_is_taken_as_it_is() -> None:
    assert octets(["caf\u00e9".encode(), b"", b"x"]).to_pylist() == ["caf\u00e9", "", "x"]


def test_no_other_library_is_loaded_for_an_array() -> None:
    code = (
        "import sys, pyarrow as pa; from vitne.store.arrays import array; "
        "array(['a', None], pa.string()); array([1], pa.int64()); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
