"""One direction of HTTP/1.x: its states at their borders."""

from __future__ import annotations

from vitne.decode.protocols.http import Http
from vitne.model import Gap, Message, Oddity


def test_offsets_count_from_the_base_of_the_side() -> None:
    http = Http(base=(1000, 5000))
    (message,) = http.feed(0, b"GET / HTTP/1.1\r\n\r\n")
    assert isinstance(message, Message)
    assert (message.start, message.end) == (1000, 1018)
    (answer,) = http.feed(1, b"HTTP/1.1 204 X\r\n\r\n")
    assert isinstance(answer, Message)
    assert answer.start == 5000


def test_a_trailer_longer_than_is_read_is_a_limit() -> None:
    http = Http()
    out = list(
        http.feed(1, b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"a: b\r\n" * 50_000)
    )
    out += http.finish(1)
    assert [one.complete for one in out if isinstance(one, Message)] == [False]
    assert [one.kind for one in out if isinstance(one, Gap)] == ["limit"]


def test_a_chunk_line_without_end_is_given_up() -> None:
    http = Http()
    out = list(http.feed(1, b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5;" + b"x" * 10_000))
    assert [one.complete for one in out if isinstance(one, Message)] == [False]


def test_odd_trailers_are_named() -> None:
    http = Http()
    out = list(http.feed(1, b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX Y: b\r\n\r\n"))
    assert [one.name for one in out if isinstance(one, Oddity)] == ["http-header-name"]


def test_a_long_line_without_end_is_a_limit_where_it_can_be_a_head_and_a_gap_where_not() -> None:
    http = Http()
    out = list(http.feed(0, b"GET /" + b"a" * 300_000))
    out += http.finish(0)
    assert [one.complete for one in out if isinstance(one, Message)] == [False]
    other = Http()
    out = list(other.feed(0, b"a" * 300_000))
    out += other.finish(0)
    assert [(one.offset, one.length) for one in out if isinstance(one, Gap)] == [(0, 300_000)]


def test_ending_twice_says_nothing_twice() -> None:
    http = Http()
    list(http.feed(0, b"GET / HT"))
    assert len(list(http.finish(0))) == 1
    assert list(http.finish(0)) == []


def test_an_end_behind_an_upgrade_request_leaves_the_rest() -> None:
    http = Http()
    list(http.feed(0, b"CONNECT h.example:1 HTTP/1.1\r\n\r\nSSH-2.0"))
    assert list(http.finish(0)) == []
    assert http.upgraded == "connect"


def test_a_hole_while_looking_for_a_start_is_two_gaps() -> None:
    http = Http()
    out = list(http.feed(0, b"\x00" * 10))
    out += http.miss(0, 5)
    out += http.feed(0, b"\x00" * 7)
    out += http.finish(0)
    assert [(one.offset, one.length) for one in out if isinstance(one, Gap)] == [(0, 10), (15, 7)]
