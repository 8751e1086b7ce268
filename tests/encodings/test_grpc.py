from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.unwrap import Budget, unwrap
from vitne.encodings.grpc import encoding
from vitne.model import Limits, Malformed, Node, Part

LIMITS = Limits()


def frame(data: bytes, flag: int = 0) -> bytes:
    return bytes([flag]) + len(data).to_bytes(4, "big") + data


TWO = frame(b"\x0a\x0f004402990000014") + frame(b"second message")


def test_messages_come_by_number_and_stand_where_they_are() -> None:
    found = list(encoding.unwrap(TWO, LIMITS))
    assert [(child.path, child.data, child.complete) for child in found] == [
        ("[0]", b"\x0a\x0f004402990000014", True),
        ("[1]", b"second message", True),
    ]
    for child in found:
        assert TWO[child.start : child.end] == child.data == encoding.wrap(child)
        assert encoding.locate(TWO, child, 2, 5) == (child.start + 2, child.start + 5)


def test_several_messages_are_found_by_their_lengths_and_one_only_when_compressed() -> None:
    assert len(list(encoding.find(TWO, LIMITS))) == 2
    assert not list(encoding.find(frame(b"\x0a\x03abc"), LIMITS))
    assert not list(encoding.find(TWO + b"\x00", LIMITS))
    packed = gzip.compress(b"imei=004402990000014 " * 5, mtime=0)
    (child,) = encoding.find(frame(packed, 1), LIMITS)
    assert child.data == packed


def test_a_compressed_message_is_opened_on_the_way() -> None:
    packed = gzip.compress(b'{"imei":"004402990000014","more":"text"}', mtime=0)
    part = Part(path="body", start=0, end=len(packed) + 5, hints=("grpc",))
    nodes = [one for one in unwrap(part, frame(packed, 1), budget=Budget()) if isinstance(one, Node)]
    assert any(node.data == b"004402990000014" for node in nodes)


def test_trailers_of_grpc_web_are_named() -> None:
    found = list(encoding.unwrap(TWO + frame(b"grpc-status:0\r\n", 0x80), LIMITS))
    assert [child.path for child in found] == ["[0]", "[1]", "trailers"]


def test_every_proper_prefix_is_malformed_or_not_complete() -> None:
    border = len(frame(b"\x0a\x0f004402990000014"))
    for cut in range(len(TWO)):
        try:
            found = list(encoding.unwrap(TWO[:cut], LIMITS))
        except Malformed:
            assert cut < 5
            continue
        assert not found[-1].complete or cut == border


def test_bytes_that_begin_no_message_are_refused_or_left_outside() -> None:
    with pytest.raises(Malformed):
        list(encoding.unwrap(b"hello there", LIMITS))
    found = list(encoding.unwrap(TWO + b"rubbish", LIMITS))
    assert found[-1].end == len(TWO)


@given(st.binary(max_size=100))
def test_noise_raises_nothing_but_malformed(noise: bytes) -> None:
    list(encoding.find(noise, LIMITS))
    try:
        for child in encoding.unwrap(noise, LIMITS):
            assert 0 <= child.start <= child.end <= len(noise)
    except Malformed as error:
        assert error.at is not None  # noqa: PT017  (the one error there is)


def test_a_megabyte_of_empty_messages_is_bounded() -> None:
    begin = time.process_time()
    assert len(list(encoding.unwrap(bytes(1 << 20), LIMITS))) == LIMITS.children
    assert time.process_time() - begin < 2
