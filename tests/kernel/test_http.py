"""Plain HTTP conversations, framed as RFC 9112 says; the patient decoder is the other opinion."""

from __future__ import annotations

import http.client
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.kernel.http import plain_http

GET = b"GET /a?b=1 HTTP/1.1\r\nHost: x.example\r\n\r\n"
POST = b"POST / HTTP/1.0\r\nContent-Type: a/b; c=d\r\nContent-Length: 3\r\n\r\nabc"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n"
CLOSED = b"HTTP/1.0 404 Not Found\r\n\r\nuntil the end"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


def frame(asked: bytes, answered: bytes) -> tuple[bool, list[dict[str, int]], list[tuple[int, ...]]]:
    data = np.frombuffer(asked + answered, dtype=np.uint8)
    ends = np.array([[0, len(asked), len(asked), len(data)]])
    plain, rows, lines = plain_http(data, ends)
    names: Any = rows.dtype.names
    return bool(plain[0]), [dict(zip(names, row, strict=True)) for row in rows.tolist()], lines.tolist()


def test_messages_stand_one_behind_the_other_on_each_side() -> None:
    asked, answered = GET + POST + GET, OK + CHUNKED + CLOSED
    plain, rows, lines = frame(asked, answered)
    whole = asked + answered
    assert plain
    assert [whole[row["start"] : row["end"]] for row in rows] == [GET, POST, GET, OK, CHUNKED, CLOSED]
    assert [whole[row["body"] : row["end"]] for row in rows][:2] == [b"", b"abc"]
    assert [row["status"] for row in rows] == [0, 0, 0, 200, 200, 404]
    assert [row["chunked"] for row in rows] == [0, 0, 0, 0, 1, 0]
    first, second = rows[:2]
    assert whole[first["start"] : first["method_end"]] == b"GET"
    assert whole[first["target"] : first["target_end"]] == b"/a?b=1"
    assert whole[first["host"] : first["host_end"]] == b"x.example"
    assert whole[second["type"] : second["type_end"]] == b"a/b; c=d"
    own = lines[second["first_line"] : second["first_line"] + second["lines"]]
    assert [whole[start:end] for start, end, _ in own] == [b"Content-Type: a/b; c=d", b"Content-Length: 3"]
    assert [whole[value:end] for _, end, value in own] == [b"a/b; c=d", b"3"]


@pytest.mark.parametrize("answer", [OK, CHUNKED, CLOSED, EMPTY])
def test_the_standard_library_finds_the_same_body(answer: bytes) -> None:
    class Socket:
        def makefile(self, *_: object) -> io.BytesIO:
            return io.BytesIO(answer)

    response = http.client.HTTPResponse(Socket())  # type: ignore[arg-type]
    response.begin()
    body = response.read()
    plain, rows, _ = frame(GET, answer)
    assert plain
    framed = (GET + answer)[rows[1]["body"] : rows[1]["end"]]
    assert (b"".join(framed.split(b"\r\n")[1::2]) if rows[1]["chunked"] else framed) == body


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (GET, b""),  # no answer
        (GET, OK + OK),  # an answer too many
        (GET + b"G", OK),  # the next one begins and does not end
        (GET[:-1], OK),
        (POST[:-1], OK),
        (b"\r\n" + GET, OK),
        (GET.replace(b"GET", b"HEAD"), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
        (GET.replace(b"GET", b"CONNECT"), OK),
        (GET.replace(b"/a", b"http://x.example/a"), OK),
        (GET.replace(b"/a", b"/a b"), OK),
        (GET.replace(b"HTTP/1.1", b"HTTP/2.0"), OK),
        (GET.replace(b"\r\n", b"\n"), OK),
        (GET.replace(b"\r\n\r\n", b"\r\nA: b\rc\r\n\r\n"), OK),
        (GET.replace(b"\r\n\r\n", b"\r\nHost: y.example\r\n\r\n"), OK),
        (GET.replace(b"\r\n\r\n", b"\r\n folded\r\n\r\n"), OK),
        (GET.replace(b"\r\n\r\n", b"\r\nno name\r\n\r\n"), OK),
        (GET.replace(b"\r\n\r\n", b"\r\nUpgrade: websocket\r\n\r\n"), OK),
        (GET.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"), OK),
        (POST.replace(b": 3", b": 3, 3"), OK),
        (POST.replace(b": 3", b": 3\r\nContent-Length: 3"), OK),
        (POST.replace(b": 3", b": 3\r\nTransfer-Encoding: chunked"), OK),
        (POST.replace(b": 3", b": 99999999999999999999"), OK),
        (GET, b"HTTP/1.1 100 Continue\r\n\r\n" + OK),
        (GET, b"HTTP/1.1 101 Switching\r\n\r\n"),
        (GET, CHUNKED.replace(b"0\r\n\r\n", b"0\r\nA: b\r\n\r\n")),
        (GET, CHUNKED.replace(b"3\r\n", b"3;x=y\r\n")),
        (GET, CHUNKED.replace(b"0A\r\n", b"FFFFFFFF\r\n")),
        (GET, CHUNKED[:-2]),
        (b"", OK),
    ],
)
def test_what_is_not_plain_is_left_to_the_patient_decoder(asked: bytes, answered: bytes) -> None:
    plain, rows, lines = frame(asked, answered)
    assert not plain
    assert not rows
    assert not lines


def test_one_conversation_that_is_not_plain_leaves_the_others_whole() -> None:
    data = np.frombuffer(GET + OK + POST + b"x" + GET + EMPTY, dtype=np.uint8)
    a = len(GET)
    b = a + len(OK)
    c = b + len(POST)
    d = c + 1 + len(GET)
    ends = np.array([[0, a, a, b], [b, c, c, c + 1], [c + 1, d, d, d + len(EMPTY)]])
    plain, rows, _ = plain_http(data, ends)
    assert plain.tolist() == [True, False, True]
    assert rows["exchange"].tolist() == [0, 0, 2, 2]


def test_places_outside_the_buffer_are_refused() -> None:
    data = np.frombuffer(GET + OK, dtype=np.uint8)
    for ends in ([0, 9999, 0, 1], [-5, 3, 3, 4], [9, 3, 3, 4], [0, len(GET), len(GET), 1 << 40]):
        assert not plain_http(data, np.array([ends]))[0].any()
    assert len(plain_http(data, np.zeros((0, 4), dtype=np.int64))[1]) == 0


@given(st.binary(max_size=200), st.binary(max_size=200), st.integers(0, 3))
def test_noise_and_cuts_never_read_beyond_the_ends(asked: bytes, answered: bytes, cut: int) -> None:
    plain, rows, _ = frame(GET + asked, OK[: len(OK) - cut] + answered)
    for row in rows:
        assert row["start"] <= row["body"] <= row["end"] <= len(GET + asked + OK + answered) - cut
    assert plain == bool(rows)
