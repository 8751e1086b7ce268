"""Decimal text of columns, beside Python's own."""

from __future__ import annotations

import random

import numpy as np
import pytest

from vitne.store.decimals import decimals


@pytest.mark.parametrize("kind", [np.int64, np.uint16, np.uint32])
def test_every_number_is_written_as_python_writes_it(kind: type) -> None:
    chance = random.Random(1)
    bits = np.iinfo(kind).bits - (np.iinfo(kind).min < 0)
    edges = [10**power + step for power in range(19) for step in (-1, 0, 1)] + [0, 2**63 - 1, 2**31, 65535]
    numbers = [each for each in edges if 0 <= each < 2**bits]
    numbers += [chance.getrandbits(chance.randint(1, bits)) for _ in range(2000)]
    assert decimals(np.array(numbers, dtype=kind)) == list(map(str, numbers))


@pytest.mark.parametrize("numbers", [[], [-1, 5, 0], [-(2**63)]])
def test_numbers_below_nothing_and_no_numbers_are_written_too(numbers: list[int]) -> None:
    assert decimals(np.array(numbers, dtype=np.int64)) == list(map(str, numbers))
