"""BSON: the examples of bsonspec.org and documents by hand."""

from __future__ import annotations

import pytest

from vitne.encodings.bson import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
# bsonspec.org, examples
HELLO = b"\x16\x00\x00\x00\x02hello\x00\x06\x00\x00\x00world\x00\x00"
AWESOME = (
    b"\x31\x00\x00\x00\x04BSON\x00\x26\x00\x00\x00\x020\x00\x08\x00\x00\x00awesome\x00"
    b"\x011\x00\x33\x33\x33\x33\x33\x33\x14\x40\x102\x00\xc2\x07\x00\x00\x00\x00"
)


def test_the_examples_of_the_specification():
    (child,) = encoding.find(HELLO, LIMITS)
    assert (child.path, child.data, child.complete) == ("hello", b"world", True)
    found = list(encoding.find(AWESOME, LIMITS))
    assert {child.path: child.data for child in found} == {
        "BSON.0": b"awesome",
        "BSON.1": b"5.05",
        "BSON.2": b"1986",
    }
    assert all(encoding.wrap(child) == AWESOME[child.start : child.end] for child in found)


def test_elements_of_every_type_are_stepped_over():
    elements = (
        b"\x07i\x00" + bytes(12) + b"\x08f\x00\x01" + b"\x09t\x00" + bytes(8) + b"\x0bre\x00a\x00i\x00" + b"\x13d\x00" + bytes(16)
        + b"\x05b\x00\x02\x00\x00\x00\x00ab" + b"\x12l\x00\x01" + bytes(7) + b"\x0az\x00"
    )  # fmt: skip
    data = (len(elements) + 5).to_bytes(4, "little") + elements + b"\x00"
    found = {child.path: child.data for child in encoding.unwrap(data, LIMITS)}
    assert found == {"t": b"0", "b": b"ab", "l": b"1"}


def test_a_cut_off_document_is_told():
    found = list(encoding.unwrap(AWESOME[:36], LIMITS))
    assert [child.path for child in found] == ["BSON.0"]
    assert not found[0].complete
    assert list(encoding.find(AWESOME[:36], LIMITS)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x05\x00\x00\x00",
        b"\x0c\x00\x00\x00\x7ea\x00" + bytes(5),
        HELLO.replace(b"\x06", b"\x60"),
        b"\x0d\x00\x00\x00\x03a\x00\x09\x00\x00\x00\x00\x00",
    ],
)
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert list(encoding.find(data, LIMITS)) == []


def test_depth_is_bounded():
    data = b""
    for _ in range(500):
        data = b"\x03a\x00" + (len(data) + 5).to_bytes(4, "little") + data + b"\x00"
    data = (len(data) + 5).to_bytes(4, "little") + data + b"\x00"
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
