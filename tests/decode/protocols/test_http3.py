"""HTTP/3 by RFC 9114: what real peers say, and hand-made streams of a bystander's luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.http3 import Http3
from vitne.model import Fit, Gap, Message

if TYPE_CHECKING:
    from collections.abc import Callable


def frame(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + (0x4000 | len(payload)).to_bytes(2, "big") + payload


def literal(name: bytes, value: bytes) -> bytes:
    return bytes([0x27, len(name) - 7]) + name + b"\x7f" + bytes([len(value) - 127]) + value if len(value) > 126 else (
        (bytes([0x20 | len(name)]) if len(name) < 7 else bytes([0x27, len(name) - 7])) + name + bytes([len(value)]) + value
    )  # fmt: skip


GET = b"\x00\x00\xd1\xd7\x51\x0b/a?imei=490" + literal(b":authority", b"h.example") + literal(b"x-id", b"one")
POST = b"\x00\x00\xd4\xd7" + literal(b":path", b"/up") + literal(b":authority", b"h.example") + b"\xee"
OK = b"\x00\x00\xd9" + literal(b"content-type", b"text/plain")
CONTROL = b"\x00" + frame(4, b"\x01\x50\x00\x07\x10")  # a table of 4096 bytes, 16 blocked streams


def text_of(message: Message, data: bytes, path: str) -> bytes:
    part = next(part for part in message.parts if part.path == path)
    return part.data if part.data is not None else data[part.start : part.end]


def read(script: list[tuple[int, int, bytes]], **more: Any) -> list[Any]:
    http, out = Http3(**more), []
    for side, stream, data in script:
        http.open_stream(side, stream, 0)
        out += [*http.feed(side, data), *http.finish(side)]
    return out


def test_a_request_and_its_answer_are_read_and_paired() -> None:
    asked = frame(1, POST) + frame(0, b'{"a":1}')
    told = frame(1, OK) + frame(0, b"fine")
    request, response = read([(0, 2, CONTROL), (1, 3, CONTROL), (0, 0, asked), (1, 0, told)])
    assert (request.protocol, request.kind, request.host, request.complete) == (
        "http",
        "request",
        "h.example",
        True,
    )
    assert request.content_type == "application/json"
    assert dict(request.facts) == {"method": "POST", "http-version": "3"}
    assert text_of(request, asked, "path") == b"/up"
    assert text_of(request, asked, "body") == b'{"a":1}'
    assert (response.status, response.answers, response.content_type) == (200, 0, "text/plain")
    assert text_of(response, told, "body") == b"fine"


def test_values_in_clear_stand_where_the_parts_say() -> None:
    data = frame(1, GET)
    (request,) = read([(0, 0, data)])
    for part in request.parts:
        assert part.exact
        assert data[part.start : part.end] == text_of(request, data, part.path)
    assert [part.path for part in request.parts] == ["path", "query", "header::authority", "header:x-id"]


def test_answers_are_paired_by_their_stream() -> None:
    out = read([(0, 0, frame(1, GET)), (0, 4, frame(1, GET)), (1, 4, frame(1, OK)), (1, 0, frame(1, OK))])
    assert [message.answers for message in out] == [None, None, 1, 0]


def test_interim_answers_trailers_and_pushes_are_read() -> None:
    early = b"\x00\x00\xd8" + literal(b"link", b"</a>")  # 103
    told = (
        frame(1, early)
        + frame(1, OK)
        + frame(0, b"x")
        + frame(1, b"\x00\x00" + literal(b"grpc-status", b"0"))
    )
    promised = frame(5, b"\x00" + GET)
    out = read(
        [(0, 0, frame(1, GET)), (1, 0, promised + told), (1, 15, b"\x01\x00" + frame(1, OK) + frame(0, b"p"))]
    )
    assert [(message.side, message.kind, message.status) for message in out] == [
        (0, "request", None),
        (1, "request", None),
        (1, "response", 103),
        (1, "response", 200),
        (1, "response", 200),
    ]
    assert out[3].parts[-1].path == "header:grpc-status"
    assert out[4].answers is None


def test_fields_of_the_header_table_are_read_whenever_it_came() -> None:
    encoder = b"\x02" + b"\x3f\xe1\x1f" + b"\x44x-id" + b"\x0f490154203237518"
    block = b"\x02\x00\xd1\x80"
    seen = {(0, 4): 1}
    for when in (None, lambda side, at: seen.get((side, at), 0)):
        out = read([(1, 3, CONTROL), (0, 2, encoder), (0, 0, frame(1, block))], seen=when)
        part = next(part for part in out[0].parts if part.path == "header:x-id")
        assert part.data == b"490154203237518"


def test_what_a_lost_header_table_held_is_counted() -> None:
    http = Http3()
    http.open_stream(0, 2, 0)
    list(http.feed(0, b"\x02\x3f\xe1\x1f"))
    list(http.miss(0, 30))
    list(http.finish(0))
    http.open_stream(0, 0, 100)
    out = [*http.feed(0, frame(1, b"\x02\x00\xd1\x80")), *http.finish(0)]
    gap = next(item for item in out if isinstance(item, Gap))
    assert (gap.kind, gap.count) == ("missing-segment", 1)
    assert dict(out[0].facts)["method"] == "GET"


def test_a_stream_whose_end_was_not_seen_is_not_complete() -> None:
    http = Http3()
    http.open_stream(0, 0, 0, ended=False)
    (request,) = [*http.feed(0, frame(1, GET)), *http.finish(0)]
    assert not request.complete


def test_a_hole_in_a_body_leaves_two_stretches() -> None:
    http = Http3()
    data = frame(1, POST) + frame(0, b"0123456789")
    body = len(data) - 10
    http.open_stream(0, 0, 0)
    out = [
        *http.feed(0, data[: body + 3]),
        *http.miss(0, 4),
        *http.feed(0, data[body + 7 :]),
        *http.finish(0),
    ]
    (request,) = out
    assert [data[part.start : part.end] for part in request.parts if part.path == "body"] == [b"012", b"789"]
    assert not request.complete


@pytest.mark.parametrize("prefix", range(1, len(frame(1, GET)) + 7))
def test_every_prefix_of_a_request_is_reported(prefix: int) -> None:
    data = frame(1, GET) + frame(0, b"body")
    out = read([(0, 0, data[:prefix])])
    at_border = prefix == len(frame(1, GET))
    assert any(isinstance(item, Gap) for item in out) is not at_border
    assert all(item.complete is at_border for item in out if isinstance(item, Message))


def test_malformed_sections_are_told_and_the_rest_is_read() -> None:
    out = read([(0, 0, frame(1, b"\x00\x00\xff\x40") + frame(0, b"body")), (0, 4, frame(1, GET))])
    assert [item.kind for item in out if isinstance(item, Gap)] == ["malformed"]
    assert [item.complete for item in out if isinstance(item, Message)] == [False, True]


def test_a_hostile_header_table_is_told_once() -> None:
    out = read([(0, 2, b"\x02\x3f\xff\xff\xff\xff\x7f" + bytes(100)), (0, 0, frame(1, GET))])
    assert [item.kind for item in out if isinstance(item, Gap)] == ["malformed"]
    assert out[-1].host == "h.example"


def test_streams_of_an_unknown_type_are_counted_and_those_for_show_are_not() -> None:
    (told,) = read([(0, 2, b"\x40\x54web transport"), (0, 6, b"\x21for show"), (0, 10, b"\x03\x81\x82")])
    assert (told.opaque, told.opaque_bytes) == ("unknown-format", len(b"web transport"))


def test_how_the_bytes_are_cut_does_not_matter(cut_alike: Callable[..., None]) -> None:
    cut_alike(
        Http3,
        [(0, frame(1, POST) + frame(0, b"one") + frame(0, b"two")), (1, frame(1, OK) + frame(0, b"x" * 50))],
    )


def test_a_control_stream_is_known_by_its_first_bytes() -> None:
    assert Http3.fit(CONTROL, "quic", 0) == Fit.LIKELY
    assert Http3.fit(CONTROL, "tcp", 0) == Http3.fit(b"\x02", "quic", 0) == Fit.NO


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20), st.binary(max_size=80)), max_size=8))
def test_noise_raises_nothing(script: list[tuple[int, int, bytes]]) -> None:
    for item in read(script):
        if isinstance(item, Message):
            assert 0 <= item.start <= item.end <= 80
