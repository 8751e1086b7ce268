"""Decompressors in steps."""

from __future__ import annotations

import bz2

from vitne.encodings._streams import unpack


def test_contents_come_out_up_to_the_bound_and_the_rest_is_left():
    packed = bz2.compress(b"abc" * 100_000)
    most = {"make": bz2.BZ2Decompressor, "errors": (OSError,)}
    one = unpack(b"xx" + packed + b"yy", 2, 1 << 20, **most)
    assert (len(one.data), one.end, one.whole) == (300_000, 2 + len(packed), True)
    one = unpack(packed, 0, 1000, **most)
    assert (len(one.data), one.whole) == (1000, False)
    one = unpack(packed[:40] + bytes(40), 0, 1 << 20, **most)
    assert not one.whole
    assert not unpack(packed[:30], 0, 1 << 20, **most).whole
