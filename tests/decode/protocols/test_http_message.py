"""Messages put together from head and body."""

from __future__ import annotations

from vitne.decode.protocols.http_framing import Framing
from vitne.decode.protocols.http_heads import parse
from vitne.decode.protocols.http_message import Body, build, data_message, other_reading


def test_a_body_with_holes_is_several_stretches() -> None:
    body = Body(10)
    body.hole(15, 5)
    body.hole(20, 2)
    body.close(30)
    assert body.stretches == [(10, 15), (22, 30)]
    assert body.run == 30


def test_only_the_first_stretch_keeps_what_was_announced() -> None:
    head = parse(b"POST / HTTP/1.1\r\nContent-Type: text/xml\r\nUpgrade: x\r\n\r\n", 0)
    assert head is not None
    body = Body(head.end)
    body.hole(head.end + 5, 5)
    body.close(head.end + 20)
    message = build(head, body, Framing("length", 20), side=0, answers=None)
    assert [part.hints for part in message.parts if part.path == "body"] == [("xml",), ()]
    assert ("upgrade", "x") in message.facts


def test_the_other_reading_ends_inside_the_message() -> None:
    head = parse(b"POST / HTTP/1.1\r\nHost: h.example\r\n\r\n", 0)
    assert head is not None
    body = Body(head.end)
    body.close(head.end + 20)
    short = other_reading(head, body, Framing("chunked", 0, 4, "content-length"), side=0)
    assert (short.end, short.complete) == (head.end + 4, True)
    long = other_reading(head, body, Framing("chunked", 0, 40, "content-length"), side=0)
    assert (long.end, long.complete) == (head.end + 20, False)
    none = other_reading(head, body, Framing("chunked", 0, 0, "content-length"), side=0)
    assert none.parts == ()


def test_data_of_another_protocol_are_payload() -> None:
    body = Body(5)
    body.close(9)
    message = data_message("other", body, 1)
    assert (message.kind, message.start, message.end, message.facts) == (
        "data",
        5,
        9,
        (("upgrade", "other"),),
    )
