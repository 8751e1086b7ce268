"""Numbers in their forms, leaves and ways."""

from __future__ import annotations

import struct

import pytest

from vitne.encodings._records import Leaves, Way, write
from vitne.model import Limits


@pytest.mark.parametrize(
    ("form", "text", "raw"),
    [
        (">I", b"4660", b"\x00\x00\x12\x34"),
        ("<d", b"2.5", struct.pack("<d", 2.5)),
        ("minus:>H", b"-1000", b"\x03\xe7"),
        ("cbor:0", b"23", b"\x17"),
        ("cbor:1", b"-10", b"\x29"),
        ("big:2", b"-300", b"\xfe\xd4"),
        ("varint", b"300", b"\xac\x02"),
        ("zigzag", b"-7", b"\x0d"),
        ("zigzag", b"9223372036854775807", b"\xfe" + b"\xff" * 8 + b"\x01"),
        ("utf-16-be", "Å".encode(), b"\x00\xc5"),
    ],
)
def test_numbers_are_written_in_their_form(form, text, raw):
    assert write(form, text) == raw


def test_leaves_of_a_record_that_is_not_whole_are_cut_off():
    leaves = Leaves(Limits(children=2))
    leaves.slice(b"abcdef", 0, 3, "a")
    leaves.number(b"\x7f\xf0" + bytes(6), (0, 8), "b", form=">d")
    leaves.number(b"\x01", (0, 1), "c", form=">b")
    leaves.slice(b"abcdef", 3, 6, "d")
    assert leaves.full
    assert [(child.data, child.complete) for child in leaves.given()] == [(b"abc", False), (b"1", False)]
    leaves.whole = True
    assert all(child.complete for child in leaves.given())


def test_a_way_counts_the_items_of_its_containers():
    way = Way()
    way.open(2, named=True)
    assert way.wants_name()
    way.name("a")
    assert way.path() == "a"
    way.open(1, named=False)
    assert way.path() == "a[0]"
    way.done()
    way.leave()
    assert way.wants_name()
    assert not way.end_mark()
    way.name("b")
    way.open(-1, named=False)
    assert way.end_mark()
    way.leave()
    assert (way.depth, way.path()) == (0, "")
