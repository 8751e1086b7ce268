"""Heads that end with the number of bytes behind them, by hand."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.encodings.length_head import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
BODY = b"imei=004402990000014"


@pytest.mark.parametrize("head", [b"", b"\x07", b"LG\x01", b"\x00\x00\x00\x04\x01\x02\x03\x04"])
@pytest.mark.parametrize("form", [">I", "<I", ">H", "<H"])
def test_the_bytes_behind_a_head_are_found(head, form):
    data = head + struct.pack(form, len(BODY)) + BODY
    (child,) = encoding.find(data, LIMITS)
    assert (child.data, child.start, child.end) == (BODY, len(data) - len(BODY), len(data))
    assert encoding.wrap(child) == BODY


def test_a_number_that_is_not_right_is_no_head():
    data = b"\x07" + struct.pack(">H", len(BODY) + 1) + BODY
    assert list(encoding.find(data, LIMITS)) == []
    for other in (data, b"", b"\x00\x03abc", BODY):
        with pytest.raises(Malformed):
            list(encoding.unwrap(other, LIMITS))


def test_the_frame_of_a_message_of_another_format_is_left_to_that():
    message = b"\x12\x14" + BODY  # gRPC: a flag, the length, a protobuf message
    assert list(encoding.find(b"\x00" + struct.pack(">I", len(message)) + message, LIMITS)) == []


@given(
    st.binary(min_size=1, max_size=6),
    st.sampled_from([2, 4]),
    st.sampled_from(["big", "little"]),
    st.sampled_from([8, 300, 65519, 65535, 65536, 70000]),
)
def test_the_first_number_that_is_right_ends_the_head(before, width, order, size) -> None:
    if size >= 1 << 8 * width or not before[0]:  # a first byte of zero may begin a gRPC message
        return
    data = before + size.to_bytes(width, order) + b"x" * size
    right = [
        end
        for wide in (4, 2)
        for end in range(wide, 17)
        for told in ("big", "little")
        if int.from_bytes(data[end - wide : end], told) == len(data) - end
    ]
    assert [child.start for child in encoding.find(data, LIMITS)] == right[:1]
