from __future__ import annotations

import random

import numpy as np
import pytest

from vitne.kernel.differences import Changes

LAGS = ((1, False), (3, False), (8, False), (1, True), (4, True))


def differences(data, lag, added):
    pairs = zip(data[lag:], data, strict=False)
    return bytes((one - other) % 256 if added else one ^ other for one, other in pairs)


def changes(wanted, width):
    words = np.array([int.from_bytes(each[:width], "little") for each, _ in wanted], dtype=np.uint64)
    return Changes(words, np.array([way for _, way in wanted]), lags=LAGS, width=width)


def slowly(data, wanted, width):
    """Find the same, place by place."""
    found = []
    for row, (each, way) in enumerate(wanted):
        every = differences(data, *LAGS[way])
        found += [(row, at) for at in range(len(every) - width + 1) if every[at : at + width] == each[:width]]
    return sorted(found)


@pytest.mark.parametrize("width", [1, 4, 7, 8])
@pytest.mark.parametrize("letters", [2, 256])
def test_all_places_are_found_and_no_others(width, letters):
    chance = random.Random(width * 1000 + letters)
    for length in (*range(width, 30), 300, 2000):
        data = bytes(chance.randrange(letters) for _ in range(length))
        wanted = []
        for way, (lag, added) in enumerate(LAGS):
            every = differences(data, lag, added)
            ats = {0, len(every) - width, chance.randrange(max(1, len(every) - width + 1))}
            wanted += [(every[at : at + width], way) for at in sorted(ats) if 0 <= at <= len(every) - width]
            wanted.append((chance.randbytes(width), way))
        rows, places, complete = changes(wanted, width).find(data, most=10**6)
        assert complete
        assert sorted(zip(rows, places, strict=True)) == slowly(data, wanted, width)


def test_of_too_many_as_many_are_given_and_it_is_said():
    table = changes([(bytes(8), 0)], 7)
    rows, places, complete = table.find(bytes(5000), most=1000)
    assert (len(rows), places, complete) == (1000, list(range(1000)), False)
    assert table.find(bytes(5000), most=4993)[2]


@pytest.mark.parametrize("data", [b"", b"a", b"abcdefg"])
def test_few_bytes_hold_nothing(data):
    assert changes([(bytes(8), 0)], 7).find(data, most=10) == ([], [], True)


def test_nothing_is_looked_for_in_vain():
    assert changes([], 7).find(bytes(100), most=10) == ([], [], True)


@pytest.mark.parametrize(("lag", "width"), [(0, 7), (256, 7), (1, 0), (1, 9)])
def test_bounds_of_lags_and_widths_are_kept(lag, width):
    with pytest.raises(ValueError, match="one to eight"):
        Changes(np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.int64), lags=((lag, False),), width=width)
