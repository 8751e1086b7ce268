"""Thrift by hand after the specifications of its two protocols."""

from __future__ import annotations

import pytest

from vitne.encodings.thrift import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
IMEI = b"004402990000014"
BINARY = (
    b"\x0b\x00\x01\x00\x00\x00\x0f" + IMEI + b"\x0a\x00\x02" + (-7).to_bytes(8, "big", signed=True)
    + b"\x0c\x00\x03\x0f\x00\x01\x08\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x02\x00"
    + b"\x0d\x00\x04\x0b\x0b\x00\x00\x00\x01\x00\x00\x00\x03key\x00\x00\x00\x05value\x02\x00\x05\x01\x00"
)  # fmt: skip
COMPACT = (
    b"\x18\x0f" + IMEI + b"\x16\x0d" + b"\x1c\x19\x25\x02\x04\x00" + b"\x1b\x01\x88\x03key\x05value" + b"\x11"
    + b"\x17" + b"\x00\x00\x00\x00\x00\x00\x04\x40" + b"\x03\xd8\x01\x80" + b"\x00"
)  # fmt: skip
LEAVES = {"1": IMEI, "2": b"-7", "3.1[0]": b"1", "3.1[1]": b"2"}


def test_both_protocols_give_numbered_leaves():
    found = list(encoding.find(BINARY, LIMITS))
    assert [child.data for child in found] == [IMEI, b"-7", b"1", b"2", b"key", b"value"]
    assert LEAVES.items() <= {child.path: child.data for child in found}.items()
    assert all(encoding.wrap(child) == BINARY[child.start : child.end] for child in found)
    found = list(encoding.find(COMPACT, LIMITS))
    assert [child.data for child in found] == [IMEI, b"-7", b"1", b"2", b"key", b"value", b"2.5", b"-128"]
    assert LEAVES.items() <= {child.path: child.data for child in found}.items()
    assert all(encoding.wrap(child) == COMPACT[child.start : child.end] for child in found)


def test_messages_around_the_struct_are_read():
    binary = b"\x80\x01\x00\x01\x00\x00\x00\x06report\x00\x00\x00\x01" + BINARY
    assert [child.path for child in encoding.find(binary, LIMITS)][:2] == ["method", "1"]
    compact = b"\x82\x21\x01\x06report" + COMPACT
    found = list(encoding.find(compact, LIMITS))
    assert (found[0].path, found[0].data, found[1].data) == ("method", b"report", IMEI)


def test_a_cut_off_struct_is_told():
    for data in (BINARY, COMPACT):
        for cut in range(22, len(data)):
            found = list(encoding.unwrap(data[:cut], LIMITS))
            assert found
            assert not any(child.complete for child in found)


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\x0b\x00\x01\x7f\xff\xff\xff", b"\x82\x21", b"\xff" * 30, b"\x80\x01\x00\x01"]
)
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_depth_and_counts_are_bounded():
    with pytest.raises(Malformed):
        list(encoding.unwrap(b"\x1c" * 100_000, LIMITS))
    with pytest.raises(Malformed):
        list(encoding.unwrap(b"\x19\xf5\xff\xff\xff\xff\x07" + bytes(1000), LIMITS))


def test_a_number_written_longer_than_need_be_ends_the_reading():
    message = bytes.fromhex("180f") + b"004402990080014" + bytes.fromhex("9619250204a4b10000")
    assert all(
        encoding.wrap(child) == message[child.start : child.end] for child in encoding.unwrap(message, LIMITS)
    )
