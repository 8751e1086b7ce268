from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.http_dns import with_names
from vitne.model import Message, Part

NAME = b"\x05phone\x07example\x00"
QUERY = struct.pack(">6H", 0, 0x0100, 1, 0, 0, 0) + NAME + struct.pack(">HH", 1, 1)
ANSWER = (
    struct.pack(">6H", 0, 0x8180, 1, 1, 0, 0)
    + NAME
    + struct.pack(">HH", 1, 1)
    + b"\xc0\x0c"
    + struct.pack(">HHIH", 1, 1, 60, 4)
    + bytes([198, 51, 100, 20])
)


def message(side: int, part: Part, media: str = "application/dns-message") -> Message:
    return Message(
        protocol="http", kind="request", side=side, start=0, end=200, content_type=media, parts=(part,)
    )


def test_a_question_stands_where_it_is_in_the_stream() -> None:
    wire = b"POST..." + QUERY
    found = with_names(message(0, Part(path="body", start=7, end=len(wire))), lambda a, b: wire[a:b])
    question = next(part for part in found.parts if part.path == "question")
    assert wire[question.start : question.end] == NAME
    assert question.hints == ("dns-name",)
    assert ("name", "phone.example") in found.facts
    assert (found.protocol, found.answers) == ("http", None)


def test_an_answer_teaches_the_name_of_an_address() -> None:
    found = with_names(message(1, Part(path="body", start=0, end=len(ANSWER))), lambda a, b: ANSWER[a:b])
    assert found.names == (("198.51.100.20", "phone.example"),)


def test_a_body_over_several_frames_carries_its_bytes() -> None:
    body = Part(path="body", start=50, end=150, data=QUERY, exact=False)
    found = with_names(message(0, body), lambda _a, _b: b"")
    question = next(part for part in found.parts if part.path == "question")
    assert (question.data, question.start, question.end, question.exact) == (NAME, 50, 150, False)


def test_other_bodies_are_left_alone() -> None:
    for body, media in (
        (Part(path="body", start=0, end=9), "application/json"),
        (Part(path="body", start=0, end=9, hints=("gzip",)), "application/dns-message"),
        (Part(path="query", start=0, end=9), "application/dns-message"),
        (Part(path="body", start=0, end=3), "application/dns-message"),
    ):
        one = message(0, body, media)
        assert with_names(one, lambda a, b: QUERY[a:b]) == one


@given(st.binary(max_size=120))
def test_noise_raises_nothing(noise: bytes) -> None:
    with_names(message(1, Part(path="body", start=0, end=len(noise))), lambda a, b: noise[a:b])
