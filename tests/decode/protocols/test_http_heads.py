"""Start lines and header lines."""

from __future__ import annotations

import pytest

from vitne.decode.protocols.http_heads import HEADER_COUNT, parse, start_line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"GET / HTTP/1.1", (b"GET", b"/", b"1.1")),
        (b"GET /a b HTTP/1.0", (b"GET", b"/a b", b"1.0")),
        (b"M-SEARCH * HTTP/1.1", (b"M-SEARCH", b"*", b"1.1")),
        (b"HTTP/1.1 200", (b"", b"200", b"")),
        (b"HTTP/1.0 404 Not Found", (b"", b"404", b"Not Found")),
        (b"GET /old", (b"GET", b"/old", b"0.9")),
        (b"GET / HTTP/2.0", None),
        (b"HTTP/2 200", None),
        (b"HTTP/1.1 20", None),
        (b"B\xffD / HTTP/1.1", None),
        (b"some words HTTP here HTTP/1.1", None),
        (b"POST /old", None),
        (b"no start line", None),
        (b" GET / HTTP/1.1", None),
        (b"", None),
    ],
)
def test_a_start_line_is_a_request_a_status_or_nothing(
    line: bytes, expected: tuple[bytes, ...] | None
) -> None:
    assert start_line(line) == expected


def test_values_are_trimmed_and_empty_values_have_a_place() -> None:
    block = b"GET / HTTP/1.1\r\nA: \t x \t\r\nB:\r\nC:::\r\n\r\n"
    head = parse(block, 1000)
    assert head is not None
    values = {part.field: block[part.start - 1000 : part.end - 1000] for part in head.parts if part.field}
    assert values == {"A": b"x", "B": b"", "C": b"::"}


def test_a_target_with_spaces_is_odd() -> None:
    head = parse(b"GET /a b HTTP/1.1\r\n\r\n", 0)
    assert head is not None
    assert [name for name, _, _ in head.oddities] == ["http-target-spaces"]


def test_spaces_before_the_target_are_odd_and_no_part_of_it() -> None:
    block = b"GET    /a HTTP/1.1\r\n\r\n"
    head = parse(block, 0)
    assert head is not None
    assert block[head.parts[0].start : head.parts[0].end] == b"/a"
    assert [name for name, _, _ in head.oddities] == ["http-target-spaces"]


def test_header_lines_behind_the_bound_are_not_read_and_said() -> None:
    block = b"GET / HTTP/1.1\r\n" + b"A:b\r\n" * (HEADER_COUNT + 10) + b"\r\n"
    head = parse(block, 0)
    assert head is not None
    assert head.limited == len(b"GET / HTTP/1.1\r\n") + 5 * HEADER_COUNT


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        (b"GET /x", ["path"]),
        (b"POST /x?y HTTP/1.", ["path", "query"]),
        (b"POST /x HTTP/1.1\r\nHos", ["path"]),
        (b"POST /x HTTP/1.1\r\nHost: h", ["path", "header:Host"]),
    ],
)
def test_a_head_that_was_cut_off_gives_what_is_there(block: bytes, fields: list[str]) -> None:
    head = parse(block, 0, whole=False)
    assert head is not None
    assert [part.path for part in head.parts] == fields
    assert head.oddities == []


@pytest.mark.parametrize("block", [b"", b"GE", b"GET", b"\x16\x03 x"])
def test_too_little_of_a_head_is_none(block: bytes) -> None:
    assert parse(block, 0, whole=False) is None
