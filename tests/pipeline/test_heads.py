"""Requests that hold nothing, told by quick looks."""

from __future__ import annotations

import gzip
import zlib

import numpy as np
import pytest

from tests.pipeline.talk import IMEI, OK, get, post
from vitne.identify.search import Searcher
from vitne.identify.wanted import Wanted
from vitne.kernel.http import plain_http
from vitne.pipeline.framed import Row
from vitne.pipeline.heads import Heads, coded, content_type
from vitne.pipeline.idle import Idle


class View:
    """One side, as the code under test sees it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.start = 0


def look(request: bytes, answer: bytes = OK) -> tuple[Heads, View, list[Row], np.ndarray]:
    data = np.frombuffer(request + answer, dtype=np.uint8)
    ends = np.array([[0, len(request), len(request), len(data)]])
    plain, rows, lines = plain_http(data, ends)
    assert plain.all()
    searcher = Searcher(())
    heads = Heads(searcher, Wanted(searcher), Idle(searcher))
    return (
        heads,
        View(request + answer),
        [Row(*row) for row in rows.tolist()],
        lines.view(np.int64).reshape(-1, 3),
    )


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "request_bytes",
    [
        get("/a/b.html"),
        get("/p?q=1234&s=ab12cd34ef56", more="Accept: */*\r\nX-Length: 12\r\n"),
        post(b'{"rows":[{"k":12,"f":0.4901542032375}],"on":true}'),
        post(b"event=open&n=17", kind=FORM),
        get("/", more="Cookie: a=b\r\n"),
        get("/", more="Cookie: a=b; lang=en-US;seen=12\r\n"),
        post(b'{"a":1}', more="Content-Encoding: identity\r\n"),
        post(gzip.compress(b'{"rows":[{"k":12}]}'), more="Content-Encoding: gzip\r\n"),
        post(zlib.compress(b"event=open&n=17"), kind=FORM, more="Content-Encoding: deflate\r\n"),
    ],
)
def test_ordinary_requests_hold_nothing(request_bytes: bytes) -> None:
    heads, view, rows, lines = look(request_bytes)
    assert heads.look(view, rows[0], lines) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "request_bytes",
    [
        get(f"/p?imei={IMEI}"),
        get(f"/p?x={IMEI}"),
        get("/p?d=aW1laT00OTAxNTQyMDMyMzc1MTg"),
        get("/p?d=a%20b%20cd"),
        get("/p?QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="),
        get("/android-0123456789abcdef"),
        get("/", more="X-IMEI: 1\r\n"),
        get("/", more="Cookie: a=eyJpZCI6ImFiY2RlZmdoIn0\r\n"),
        get("/", more="Cookie: a=b; session=0123abcd\r\n"),
        get("/", more="Cookie: a=b; theme=x81bc81b7d-ad.e5b01a\r\n"),
        get("/", more='Cookie: a="b"\r\n'),
        get("/", more="Cookie: imei=1\r\n"),
        get("/", more="Cookie: 7=1\r\n"),
        get("/", more="Authorization: Basic eDp5\r\n"),
        get("/", more="X-A: kari@post.example\r\n"),
        post(b'{"imei":"1"}'),
        post(b'{"a":"kari@post.example"}'),
        post(b'{"a":"\\u0031"}'),
        post(b'{"a":'),
        post(b"anything", kind="text/plain"),
        post(b'{"a":1}', more="Content-Encoding: gzip\r\n"),
        post(b'{"a":1}', more="Content-Encoding: gzip, deflate\r\n"),
        post(gzip.compress(b'{"imei":"1"}'), more="Content-Encoding: gzip\r\n"),
        post(gzip.compress(b'{"a":1}')[:-9], more="Content-Encoding: gzip\r\n"),
        post(gzip.compress(b'{"a":1}') + b"more", more="Content-Encoding: gzip\r\n"),
        post(gzip.compress(b"text"), kind="text/plain", more="Content-Encoding: gzip\r\n"),
        post(b'{"a":1}', kind="application/encrypted-json"),
        post(b"lat=59.9&lon=10.7", kind=FORM),
        post(b"\x00\x01=\x02", kind=FORM),
    ],
)
def test_requests_that_may_hold_something_are_looked_at(request_bytes: bytes) -> None:
    heads, view, rows, lines = look(request_bytes)
    assert heads.look(view, rows[0], lines) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "host"),
    [("X.Example:8080", "x.example"), ("[2001:db8::1]:80", "[2001:db8::1]"), ("", ""), ("a b", None)],
)
def test_hosts_are_read_as_the_decoder_reads_them(value: str, host: str | None) -> None:
    request = get("/").replace(b"Host: collect.example", f"Host: {value}".encode() if value else b"X: y")
    heads, view, rows, _ = look(request)
    assert heads.host(view, rows[0]) == host  # type: ignore[arg-type]
    assert heads.host(view, rows[0]) == host  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("head", "codings", "kind"),
    [
        (
            b"Content-Type: Application/JSON; charset=x\r\nContent-Encoding: br\r\n",
            ("brotli", "json"),
            "application/json",
        ),
        (b"Content-Encoding: gzip\r\n", ("gzip",), ""),
        (b"Content-Encoding: identity\r\nContent-Type: image/png\r\n", (), "image/png"),
        (b"Content-Encoding: gzip, br\r\n", None, ""),
    ],
)
def test_codings_of_a_body_are_named_outermost_first(
    head: bytes, codings: tuple[str, ...] | None, kind: str
) -> None:
    _, view, rows, _ = look(get("/"), b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: 1\r\n\r\nx")
    assert coded(view, rows[1]) == codings  # type: ignore[arg-type]
    assert content_type(view, rows[1]) == kind  # type: ignore[arg-type]
