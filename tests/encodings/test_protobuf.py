"""Protocol Buffers: the examples of the encoding guide, nesting, gRPC frames."""

from __future__ import annotations

import pytest

from vitne.encodings.protobuf import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def leaves(data: bytes) -> dict[str, bytes]:
    return {child.path: child.data for child in encoding.unwrap(data, LIMITS)}


def test_the_examples_of_the_guide():
    # protobuf.dev/programming-guides/encoding: Test1 a = 150; Test2 b = "testing"; Test3 c = Test1
    assert leaves(bytes.fromhex("089601")) == {"1": b"150"}
    assert leaves(bytes.fromhex("120774657374696e67")) == {"2": b"testing"}
    assert leaves(bytes.fromhex("1a03089601")) == {"3.1": b"150"}


def test_every_wire_type_comes_back_and_is_placed():
    data = bytes.fromhex("089601") + b"\x15\x2a\x00\x00\x00" + b"\x19" + bytes(7) + b"\x01" + b"\x22\x05hello"
    found = list(encoding.unwrap(data, LIMITS))
    assert [(child.path, child.data) for child in found] == [
        ("1", b"150"),
        ("2", b"42"),
        ("3", str(1 << 56).encode()),
        ("4", b"hello"),
    ]
    for child in found:
        assert encoding.wrap(child) == data[child.start : child.end]
    assert data[slice(*encoding.locate(data, found[3], 1, 3))] == b"el"
    assert encoding.locate(data, found[0], 0, 1) == (1, 3)


def test_a_varint_written_the_long_way_is_not_given_as_a_number():
    assert leaves(b"\x08\x96\x81\x00\x12\x02ok") == {"2": b"ok"}


def test_a_grpc_frame_is_passed_over():
    message = b"\x0a\x0f004402990000014"
    framed = b"\x00" + len(message).to_bytes(4, "big") + message
    (child,) = encoding.find(framed, LIMITS)
    assert (child.data, child.start) == (b"004402990000014", 7)


def test_messages_in_messages_are_opened_to_a_bound_and_without_recursion():
    data = b"\x0a\x04text"
    for _ in range(60):
        data = (
            b"\x0a" + bytes((len(data),)) + data
            if len(data) < 128
            else b"\x0a" + bytes((len(data) & 0x7F | 0x80, len(data) >> 7)) + data
        )
    (child,) = encoding.unwrap(data, LIMITS)
    assert child.data.endswith(b"text")
    assert child.path.startswith("1.1.1.1")
    assert child.path.count("1") <= 34


@pytest.mark.parametrize(
    "data", [b"plain text of a person", b"\x00" * 40, b"\xff" * 40, b"\x08", b"\x0a\x20short"]
)
def test_other_bytes_are_not_found(data):
    assert list(encoding.find(data, LIMITS)) == []


@pytest.mark.parametrize("data", [b"\x00\x01", b"\xff" * 20, b"\x08", b"\x0b\x01", b"\x12\x7fab"])
def test_bytes_without_a_first_field_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
