"""What Arrow puts together is what Python would."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.store.arrays import text
from vitne.store.joining import decimals, joined, taken, total

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_numbers_are_written_as_python_writes_them(values):
    assert decimals(np.array(values, dtype=np.int64)).to_pylist() == [str(each) for each in values]


@given(st.lists(_TEXT, min_size=1, max_size=5), st.data(), _TEXT, _TEXT)
def test_rows_are_joined_from_things_by_number_and_from_what_is_the_same_in_all(things, data, before, behind):
    codes = data.draw(st.lists(st.integers(0, len(things) - 1), max_size=9))
    column = text(things)
    rows = np.array(codes, dtype=np.uint32)
    made = joined([before, taken(column, rows), behind])
    assert bytes(made) == "".join(f"{before}{things[code]}{behind}" for code in codes).encode()
    assert total(column, rows) == sum(len(things[code].encode()) for code in codes)


def test_a_number_of_no_thing_is_refused():
    with pytest.raises(IndexError):
        taken(text(["a", "b"]), np.array([0, 2]))


def test_neither_pandas_nor_the_help_of_all_functions_is_loaded():
    code = (
        "import sys, numpy as np\n"
        "from vitne.store.joining import joined, decimals\n"
        "assert bytes(joined(['a', decimals(np.arange(3))])) == b'a0a1a2'\n"
        "print('pandas' in sys.modules, 'pyarrow.compute' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
