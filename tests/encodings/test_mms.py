"""Multimedia messages, put together by hand after the two specifications."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.unwrap import Budget, unwrap
from vitne.encodings.mms import encoding
from vitne.model import Limits, Malformed, Node, Part

LIMITS = Limits()
TEXT = b'{"imei":"490154203237518"}'


def part(data: bytes, head: bytes = b"\x83") -> bytes:
    return bytes([len(head), len(data)]) + head + data


FROM = b"\x80+4799999999/TYPE=PLMN\0"
HEAD = (
    b"\x8c\x80" + b"\x98T1234\0" + b"\x8d\x93"
    + b"\x89" + bytes([len(FROM)]) + FROM
    + b"\x97" + b"+4788888888/TYPE=PLMN\0"
    + b"\x96\x07\xeareport"
)  # fmt: skip
SENT = (
    HEAD + b"X-Device\0SYN0001\0" + b"\x84\xa3" + b"\x02" + part(TEXT) + part(b"second", b"\x83\x85a.txt\0")
)
TOLD = [
    ("transaction-id", b"T1234"),
    ("from", b"+4799999999/TYPE=PLMN"),
    ("to", b"+4788888888/TYPE=PLMN"),
    ("subject", b"report"),
    ("X-Device", b"SYN0001"),
    ("[0]", TEXT),
    ("[1]", b"second"),
]


def told(data: bytes) -> list[tuple[str, bytes]]:
    found = list(encoding.unwrap(data, LIMITS))
    for child in found:
        assert data[child.start : child.end] == child.data == encoding.wrap(child)
    return [(child.path, child.data) for child in found]


def test_headers_and_parts_of_a_message_that_is_sent():
    assert told(SENT) == TOLD
    assert [(child.path, child.data) for child in encoding.find(SENT, LIMITS)] == TOLD


def test_a_message_that_is_pushed_stands_behind_the_head_of_the_push():
    notice = b"\x8c\x82\x98T1234\0\x8d\x93\x83http://mmsc.example/1\0"
    pushed = b"\x01\x06\x03\xbe\xaf\x84" + notice
    assert told(pushed) == [("transaction-id", b"T1234"), ("content-location", b"http://mmsc.example/1")]


def test_a_body_that_has_no_parts_is_one():
    assert told(b"\x8c\x80\x98T\0\x84\x83hello") == [("transaction-id", b"T"), ("body", b"hello")]


def test_a_multipart_that_is_named_in_letters_has_parts_too():
    body = b"\x01" + part(TEXT)
    named = b"\x84application/vnd.wap.multipart.mixed\0"
    assert told(b"\x8c\x80\x98T\0" + named + body)[-1] == ("[0]", TEXT)


def test_long_values_have_their_length_in_seven_bits_a_byte():
    text = b"\x80" + b"a" * 200 + b"@collect.example\0"
    data = b"\x8c\x80\x98T\0\x89\x1f" + bytes([0x80 | len(text) >> 7, len(text) & 0x7F]) + text + b"\x8d\x93"
    assert told(data)[1] == ("from", text[1:-1])


def test_a_value_in_a_part_has_the_name_of_its_field():
    nodes = [
        one
        for one in unwrap(Part(path="body", start=0, end=len(SENT), hints=("mms",)), SENT, budget=Budget())
        if isinstance(one, Node)
    ]
    assert any(node.data == b"490154203237518" and node.field == "imei" for node in nodes)


def test_every_proper_prefix_behind_the_headers_is_malformed_or_not_whole():
    begin = SENT.index(b"\x84\xa3")
    for cut in range(4):
        with pytest.raises(Malformed):
            list(encoding.unwrap(SENT[:cut], LIMITS))
    for cut in range(begin + 3, len(SENT)):
        found = list(encoding.unwrap(SENT[:cut], LIMITS))
        assert not found[-1].complete


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\x8c\x80", b"\x8c\x70\x98T\0", b"\x8c\x80\x99T\0", b"\x01\x06\x7f\xbe"]
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
    assert not list(encoding.find(data, LIMITS))


def test_children_are_bounded():
    many = b"\x8c\x80\x98T\0" + b"\x97a\0" * 5000
    assert len(list(encoding.unwrap(many, LIMITS))) <= 512
    assert len(list(encoding.unwrap(many, Limits(children=3)))) == 3


@given(st.binary(max_size=120))
def test_noise_raises_nothing_but_malformed(noise):
    for data in (noise, b"\x8c\x80\x98" + noise, b"\x01\x06" + noise):
        list(encoding.find(data, LIMITS))
        try:
            for child in encoding.unwrap(data, LIMITS):
                assert 0 <= child.start <= child.end <= len(data)
        except Malformed:
            continue
