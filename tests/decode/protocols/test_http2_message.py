from __future__ import annotations

from vitne.decode.protocols import http2_message
from vitne.decode.protocols.http2_message import Exchange, Placed, build
from vitne.model import Node


def placed(name: str, value: str, start: int = 0, *, exact: bool = False) -> Placed:
    return Placed(name.encode(), value.encode(), start, start + len(value), exact=exact)


def test_a_request_has_the_parts_that_http_1_gives_it() -> None:
    one = Exchange(10)
    one.fields = [
        placed(":method", "POST", 10),
        placed(":path", "/a/b?imei=490154203237518", 20, exact=True),
        placed(":authority", "User@Collector.Example:8443", 60),
        placed("content-type", "application/json; charset=utf-8", 90),
        placed("content-encoding", "gzip", 120),
        placed("cookie", "a=b", 130),
    ]
    one.data(200, b"xyz")
    one.end = 203
    message = build(one, side=0, answers=None, version="2")
    assert (message.kind, message.host, message.content_type) == (
        "request",
        "collector.example",
        "application/json",
    )
    assert message.facts == (("method", "POST"), ("http-version", "2"))
    parts = {part.path: part for part in message.parts}
    assert (parts["path"].start, parts["path"].end, parts["path"].exact) == (20, 24, True)
    assert (parts["query"].start, parts["query"].end, parts["query"].hints) == (25, 45, ("form",))
    assert (parts["header:cookie"].data, parts["header:cookie"].hints) == (b"a=b", ("cookie",))
    assert parts["body"].hints == ("gzip", "json")
    assert (parts["body"].start, parts["body"].end, parts["body"].exact) == (200, 203, True)


def test_a_query_that_stands_nowhere_in_clear_carries_its_bytes() -> None:
    one = Exchange(0)
    one.fields = [placed(":path", "/x?a=b")]
    parts = {part.path: part for part in build(one, side=0, answers=None, version="2").parts}
    assert (parts["path"].data, parts["query"].data, parts["query"].exact) == (b"/x", b"a=b", False)


def test_an_answer_has_its_status_and_trailers_come_last() -> None:
    one = Exchange(0)
    one.fields = [placed(":status", "204")]
    one.trailers = [placed("grpc-status", "0")]
    message = build(one, side=1, answers=4, version="3")
    assert (message.kind, message.status, message.answers) == ("response", 204, 4)
    assert message.parts[-1].path == "header:grpc-status"
    assert message.facts == (("http-version", "3"),)


def test_bytes_of_a_body_in_many_frames_are_led_back_to_their_frames() -> None:
    one = Exchange(0)
    for offset, content in ((100, b"hello "), (106, b"wide "), (120, b"world")):
        one.data(offset, content)
    part = build(one, side=0, answers=None, version="2").parts[0]
    assert (part.data, part.exact, part.pieces) == (b"hello wide world", False, ((0, 100), (11, 120)))
    node = Node(part.data or b"", part=part)
    assert node.place(6, 10) == (106, 110)
    assert node.place(11, 16) == (120, 125)
    assert node.place(9, 13) == (109, 122)
    assert node.place(11, 11) == (120, 120)


def test_behind_a_hole_the_body_goes_on_without_announced_encodings() -> None:
    one = Exchange(0)
    one.fields = [placed("content-type", "application/json")]
    one.data(10, b"{}")
    one.hole(30)
    one.data(30, b"more")
    message = build(one, side=0, answers=None, version="2")
    assert [part.hints for part in message.parts if part.path == "body"] == [("json",), ()]
    assert not message.complete


def test_a_body_is_kept_up_to_a_bound(monkeypatch) -> None:
    monkeypatch.setattr(http2_message, "MOST_BODY", 10)
    one = Exchange(0)
    one.data(0, b"x" * 8)
    one.data(8, b"y" * 8)
    assert (one.size, one.left, one.whole) == (8, 8, False)


def test_a_multipart_body_names_its_boundary() -> None:
    one = Exchange(0)
    one.fields = [placed("content-type", 'multipart/form-data; boundary="xx"')]
    one.data(0, b"--xx--")
    assert ("boundary", "xx") in build(one, side=0, answers=None, version="2").facts
