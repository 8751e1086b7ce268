from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exports.samples import RECORD
from vitne.exports.sms_frame import Frame, frame_of

BODY = RECORD.encode()
HEAD = bytes([2, 3, len(BODY), 0]) + BODY
WHOLE = HEAD + b"%08x" % zlib.crc32(HEAD)


def test_a_frame_is_found_and_its_checksum_tried() -> None:
    assert frame_of(WHOLE) == Frame(4, 4 + len(BODY), True)
    assert frame_of(WHOLE.replace(b"TA-0000", b"TA-0001")) == Frame(4, 4 + len(BODY), False)
    assert frame_of(HEAD) == Frame(4, 4 + len(BODY), None)


def test_a_record_is_found_where_a_log_lost_what_is_around_it() -> None:
    assert frame_of(b"?P" + BODY + b"0a1b2c3d") == Frame(2, 2 + len(BODY), None)


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\x02\x03\x00\x00", b"\x02\x09\x01\x00x", b"\x02\x03\xff\x00x", b"<a1></a1>"]
)
def test_other_messages_hold_none(data: bytes) -> None:
    assert frame_of(data) is None


@given(st.binary(max_size=140))
def test_a_frame_lies_inside_its_message(data: bytes) -> None:
    frame = frame_of(data)
    assert frame is None or 0 <= frame.start < frame.end <= len(data)
