from __future__ import annotations

import random

import pytest

from vitne.encodings.tlv import _best, _share
from vitne.kernel.values import may_be_values
from vitne.model import Limits

RECORDS = (
    b"\x01\x05hello\x02\x05world",
    b"\x00\x01\x00\x05hello\x00\x02\x00\x05world",
    b"\x01\x00\x05hello\x02\x00\x05world",
    b"\x01\x00\x00\x00\x05\x00\x00\x00hello\x02\x00\x00\x00\x05\x00\x00\x00world",
    b"\x08\x00\x0e\xc8\x00\x05Maker\xc8\x01\x03abc",
    b"\xc3\x00abc\xc3\x01def",
)


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("most", [1, 2, 64, 4096])
def test_what_is_read_as_a_record_may_be_one(record, most):
    if _share(record, _best(record, Limits(children=most))):
        assert may_be_values(record, most)
    assert may_be_values(record, 4096)


@pytest.mark.parametrize("letters", [3, 12, 256])
def test_of_noise_all_that_is_read_may_be_a_record(letters):
    chance = random.Random(letters)
    limits = Limits(children=16)
    for _ in range(600):
        data = bytes(chance.randrange(letters) for _ in range(chance.randint(8, 60)))
        if _share(data, _best(data, limits)):
            assert may_be_values(data, 16)


def test_most_noise_is_none():
    chance = random.Random(1)
    assert sum(may_be_values(chance.randbytes(300), 4096) for _ in range(300)) < 30


@pytest.mark.parametrize("data", [b"", b"\x00", bytes(7)])
def test_few_bytes_are_read_within_their_bounds(data):
    assert may_be_values(data, 0) in {True, False}
    assert may_be_values(data, 4096) in {True, False}
