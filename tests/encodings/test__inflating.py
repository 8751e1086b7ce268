"""Decompression within bounds."""

from __future__ import annotations

import gzip
import zlib

import pytest

from vitne.encodings._inflating import FLOOR, allowance, inflate
from vitne.model import Limits

TEXT = bytes(range(256)) * 4000


def test_the_ratio_counts_above_its_floor_and_the_size_above_all():
    assert allowance(1, Limits()) == FLOOR
    assert allowance(1 << 20, Limits(ratio=3)) == 3 << 20
    assert allowance(1 << 20, Limits(size=100)) == 100


@pytest.mark.parametrize(("packed", "wbits"), [(gzip.compress(TEXT, mtime=0), 31), (zlib.compress(TEXT), 15)])
def test_a_stream_is_read_to_its_end_wherever_it_begins(packed, wbits):
    one = inflate(b"xx" + packed + b"behind", 2, wbits, most=1 << 30)
    assert (one.data, one.end, one.finished, one.why) == (TEXT, 2 + len(packed), True, "")


def test_no_more_comes_out_than_allowed():
    one = inflate(gzip.compress(TEXT, mtime=0), 0, 31, most=1000)
    assert (len(one.data), one.finished) == (1000, False)


def test_what_is_wrong_is_told_and_what_came_before_is_kept():
    packed = zlib.compress(TEXT)
    one = inflate(packed[:-4] + b"xxxx", 0, 15, most=1 << 30)
    assert one.data == TEXT
    assert not one.finished
    assert "check" in one.why


@pytest.mark.parametrize("most", [len(TEXT) - 1, len(TEXT), len(TEXT) + 1])
def test_a_stream_that_fits_its_bounds_just_so_comes_out_whole(most):
    one = inflate(zlib.compress(TEXT), 0, 15, most=most)
    assert one.data == TEXT[:most]
    assert one.finished or most <= len(TEXT)


def test_where_nothing_may_come_out_nothing_does():
    assert inflate(zlib.compress(TEXT), 0, 15, most=0).data == b""
