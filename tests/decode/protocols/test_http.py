"""HTTP/1.x, as conversations: this arrives, that must leave."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.http import Http, decoder
from vitne.model import Fit, Gap, Message, Oddity

GET = (
    b"GET /a/b?imei=1&x=%20 HTTP/1.1\r\nHost: Api.Shop.EXAMPLE:8080\r\nUser-Agent: t/1\r\nCookie: a=b\r\n\r\n"
)
POST = b'POST / HTTP/1.1\r\nHost: h.example\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 7\r\n\r\n{"a":1}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: x-gzip\r\nContent-Type: text/xml\r\n\r\n5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX-Trail: t\r\n\r\n"


def run(*feeds: tuple[int, bytes], step: int = 1 << 30, end: bool = True) -> list[Message | Oddity | Gap]:
    http = Http()
    out: list[Message | Oddity | Gap] = []
    for side, data in feeds:
        for at in range(0, len(data), step):
            out += http.feed(side, memoryview(data)[at : at + step])
    if end:
        out += http.finish(0)
        out += http.finish(1)
    return out


def messages(out: list[Message | Oddity | Gap]) -> list[Message]:
    return [one for one in out if isinstance(one, Message)]


def odd(out: list[Message | Oddity | Gap]) -> set[str]:
    return {one.name for one in out if isinstance(one, Oddity)}


def slices(message: Message, data: bytes) -> dict[str, bytes]:
    return {part.path: data[part.start : part.end] for part in message.parts}


def test_a_request_gives_its_target_and_headers_as_exact_slices() -> None:
    (message,) = run((0, GET))
    assert isinstance(message, Message)
    assert (message.kind, message.start, message.end, message.complete) == ("request", 0, len(GET), True)
    assert (message.host, message.host_source) == ("api.shop.example", "http-host")
    assert slices(message, GET) == {
        "path": b"/a/b",
        "query": b"imei=1&x=%20",
        "header:Host": b"Api.Shop.EXAMPLE:8080",
        "header:User-Agent": b"t/1",
        "header:Cookie": b"a=b",
    }
    hints = {part.path: part.hints for part in message.parts}
    assert hints["query"] == ("form",)
    assert hints["header:Cookie"] == ("cookie",)
    assert ("method", "GET") in message.facts


def test_a_body_has_the_hints_of_its_type() -> None:
    (message,) = messages(run((0, POST)))
    assert message.content_type == "application/json"
    assert message.parts[-1].path == "body"
    assert message.parts[-1].hints == ("json",)
    assert slices(message, POST)["body"] == b'{"a":1}'


@pytest.mark.parametrize(
    ("fields", "hints"),
    [
        (b"Content-Type: application/x-www-form-urlencoded", ("form",)),
        (b"Content-Type: application/vnd.x+json\r\nContent-Encoding: gzip", ("gzip", "json")),
        (b"Content-Type: application/soap+xml\r\nContent-Encoding: br", ("brotli", "xml")),
        (b"Content-Encoding: deflate, zstd", ("zstd", "deflate")),
        (b'Content-Type: multipart/form-data; boundary="x y"\r\nContent-Encoding: identity', ("multipart",)),
        (b"Content-Type: application/x-protobuf", ("protobuf",)),
        (b"Content-Type: application/encrypted-json", ()),
    ],
)
def test_codings_are_hinted_outermost_first(fields: bytes, hints: tuple[str, ...]) -> None:
    (message,) = messages(run((0, b"POST / HTTP/1.1\r\n" + fields + b"\r\nContent-Length: 1\r\n\r\nx")))
    assert message.parts[-1].hints == hints


def test_the_boundary_of_a_multipart_body_is_a_fact() -> None:
    head = (
        b'POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary="x y"\r\nContent-Length: 1\r\n\r\nx'
    )
    (message,) = messages(run((0, head)))
    assert ("boundary", "x y") in message.facts


def test_a_chunked_body_is_the_raw_range_and_trailers_are_parts() -> None:
    (message,) = messages(run((1, CHUNKED)))
    assert message.complete
    assert message.end == len(CHUNKED)
    body = next(part for part in message.parts if part.path == "body")
    assert body.hints == ("chunked", "gzip", "xml")
    assert CHUNKED[body.start : body.end].startswith(b"5;a=b\r\nhello")
    assert slices(message, CHUNKED)["header:X-Trail"] == b"t"


def test_answers_are_paired_with_requests_also_when_pipelined() -> None:
    out = messages(run((0, GET + POST + GET), (1, OK + CHUNKED + OK)))
    assert [one.answers for one in out if one.side == 1] == [0, 1, 2]
    assert [one.status for one in out if one.side == 1] == [200, 200, 200]


def test_an_interim_answer_does_not_use_up_a_request() -> None:
    out = messages(run((0, GET), (1, b"HTTP/1.1 100 Continue\r\n\r\n" + OK)))
    assert [(one.status, one.answers) for one in out if one.side == 1] == [(100, 0), (200, 0)]


def test_answers_to_head_and_some_codes_have_no_body() -> None:
    none = b"HTTP/1.1 204 No Content\r\nContent-Length: 99\r\n\r\n"
    old = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"
    head = GET.replace(b"GET", b"HEAD", 1)
    out = messages(run((0, head + GET + GET), (1, OK[:-2] + none + old)))
    answers = [one for one in out if one.side == 1]
    assert [one.status for one in answers] == [200, 204, 304]
    assert all(one.complete and not slices(one, b"").get("body") for one in answers)


def test_a_body_without_length_ends_with_the_connection() -> None:
    data = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>all of it"
    assert messages(run((1, data), end=False)) == []
    (message,) = messages(run((1, data)))
    assert slices(message, data)["body"] == b"<p>all of it"
    assert message.end == len(data)


def test_answers_without_requests_and_requests_without_answers_are_read() -> None:
    assert [one.answers for one in messages(run((1, OK + OK)))] == [None, None]
    assert [one.kind for one in messages(run((0, GET + GET)))] == ["request", "request"]


def test_the_absolute_form_names_the_host() -> None:
    data = b"GET http://User:pw@Shop.example:81/x?y HTTP/1.1\r\nHost: proxy.example\r\n\r\n"
    out = run((0, data))
    (message,) = messages(out)
    assert message.host == "shop.example"
    assert odd(out) == {"http-two-hosts"}


def test_the_last_of_two_hosts_wins_and_is_odd() -> None:
    out = run((0, b"GET / HTTP/1.1\r\nHOST: a.example\r\nhost: b.example\r\n\r\n"))
    assert messages(out)[0].host == "b.example"
    assert odd(out) == {"http-two-hosts"}


def test_an_address_in_brackets_is_a_host() -> None:
    assert messages(run((0, b"GET / HTTP/1.1\r\nHost: [2001:DB8::1]:80\r\n\r\n")))[0].host == "[2001:db8::1]"


def test_a_host_that_is_none_is_odd() -> None:
    out = run((0, b"GET / HTTP/1.1\r\nHost: a b\x01\r\n\r\n"))
    assert messages(out)[0].host == ""
    assert odd(out) == {"http-host-malformed"}


# ---- what a connection becomes


def test_connect_hands_back_the_rest() -> None:
    http = Http()
    connect = b"CONNECT h.example:443 HTTP/1.1\r\nHost: h.example:443\r\n\r\n"
    answer = b"HTTP/1.1 200 Connection established\r\n\r\n"
    first = messages(list(http.feed(0, connect + b"\x16\x03\x01rest")))
    second = messages(list(http.feed(1, answer + b"\x16\x03\x03rest")))
    assert http.upgraded == "connect"
    assert http.upgrade_offset == [len(connect), len(answer)]
    assert first[0].host == "h.example"
    assert second[0].answers == 0
    assert list(http.finish(0)) == list(http.finish(1)) == []


def test_a_refused_connect_goes_on() -> None:
    refused = b"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno"
    out = messages(run((0, b"CONNECT h.example:443 HTTP/1.1\r\n\r\n" + GET), (1, refused + OK)))
    assert [one.kind for one in out] == ["request", "request", "response", "response"]


@pytest.mark.parametrize(("token", "name"), [(b"WebSocket", "websocket"), (b"h2c", "h2c")])
def test_an_upgrade_is_named(token: bytes, name: str) -> None:
    http = Http()
    ask = b"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: " + token + b"\r\n\r\n"
    answer = b"HTTP/1.1 101 Switching\r\nUpgrade: " + token + b"\r\n\r\n"
    list(http.feed(0, ask + b"\x81\x85abcd12345"))
    list(http.feed(1, answer + b"\x81\x05hello"))
    assert http.upgraded == name
    assert http.upgrade_offset == [len(ask), len(answer)]
    assert list(http.finish(1)) == []


def test_an_unknown_upgrade_gives_the_rest_as_data() -> None:
    answer = b"HTTP/1.1 101 Switching\r\nUpgrade: other/1\r\n\r\n"
    out = messages(run((1, answer + b"\x00rest")))
    assert out[-1].kind == "data"
    assert slices(out[-1], answer + b"\x00rest") == {"payload": b"\x00rest"}


# ---- what is deviant


def test_both_readings_of_conflicting_framing_are_given() -> None:
    data = b"POST / HTTP/1.1\r\nHost: h.example\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    out = run((0, data + GET))
    first, other, after = messages(out)
    assert odd(out) == {"http-framing-conflict"}
    assert slices(first, data)["body"] == b"5\r\nhello\r\n0\r\n\r\n"
    assert other.facts == (("reading", "content-length"),)
    assert slices(other, data)["body"] == b"5\r\n"
    assert after.start == len(data)


def test_two_lengths_are_odd_and_both_are_read() -> None:
    data = b"POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 2\r\n\r\nabcd"
    out = run((0, data))
    assert odd(out) == {"http-content-lengths"}
    assert [slices(one, data)["body"] for one in messages(out)] == [b"abcd", b"ab"]


def test_the_same_length_twice_is_one_length() -> None:
    out = run((0, b"POST / HTTP/1.1\r\nContent-Length: 2, 2\r\n\r\nab"))
    assert odd(out) == set()
    assert messages(out)[0].complete


@pytest.mark.parametrize("value", [b"-1", b"+2", b"abc", b"1" * 30])
def test_a_length_that_is_no_number_is_odd(value: bytes) -> None:
    out = run((1, b"HTTP/1.1 200 OK\r\nContent-Length: " + value + b"\r\n\r\nab"))
    assert odd(out) == {"http-content-length-malformed"}
    assert messages(out)[0].parts[-1].path == "body"


def test_transfer_encoding_hidden_in_a_fold_is_seen() -> None:
    data = b"POST / HTTP/1.1\r\nTransfer-Encoding:\r\n chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
    out = run((0, data))
    assert odd(out) == {"http-obs-fold"}
    assert slices(messages(out)[0], data)["body"] == b"1\r\na\r\n0\r\n\r\n"


def test_a_folded_value_is_one_part() -> None:
    data = b"GET / HTTP/1.1\r\nX-A: one\r\n\ttwo\r\nX-B: 3\r\n\r\n"
    assert slices(messages(run((0, data)))[0], data)["header:X-A"] == b"one\r\n\ttwo"


def test_bare_line_feeds_are_read_and_odd() -> None:
    data = b"GET /x HTTP/1.1\nHost: h.example\nX-A:  b \n\n"
    out = run((0, data))
    assert odd(out) == {"http-bare-lf"}
    assert slices(messages(out)[0], data)["header:X-A"] == b"b"


def test_a_bare_carriage_return_ends_no_line() -> None:
    data = b"GET / HTTP/1.1\r\nX-A: b\rX-B: c\r\n\r\n"
    out = run((0, data))
    assert odd(out) == {"http-bare-cr"}
    assert slices(messages(out)[0], data)["header:X-A"] == b"b\rX-B: c"


def test_headers_without_colon_or_with_bad_names_are_odd_every_time() -> None:
    data = b"GET / HTTP/1.1\r\nnonsense\r\nX A : b\r\n\r\n"
    for _ in range(2):
        out = run((0, data))
        assert odd(out) == {"http-header-without-colon", "http-header-name"}
        assert slices(messages(out)[0], data)["header:X A"] == b"b"


def test_a_request_without_version_is_read_as_the_first_http() -> None:
    out = run((0, b"GET /old\r\n"))
    assert odd(out) == {"http-0.9"}
    assert slices(messages(out)[0], b"GET /old\r\n") == {"path": b"/old"}


def test_empty_lines_before_a_request_are_passed_over() -> None:
    (message,) = run((0, b"\r\n\r\n" + GET))
    assert isinstance(message, Message)
    assert message.start == 4


# ---- what is missing


def test_joining_in_the_middle_finds_the_next_request_and_counts_what_was_passed() -> None:
    junk = b"tail of a body HTTP/1.1 \r\n" * 3
    gap, message = run((0, junk + GET))
    assert isinstance(gap, Gap)
    assert isinstance(message, Message)
    assert (gap.offset, gap.length, message.start) == (0, len(junk), len(junk))


def test_joining_in_the_middle_of_a_binary_answer_finds_the_next() -> None:
    gap, message = run((1, b"\x00\xff" * 9000 + OK))
    assert isinstance(gap, Gap)
    assert (gap.offset, gap.length) == (0, 18000)
    assert isinstance(message, Message)
    assert message.answers is None


def test_a_hole_inside_a_body_of_known_length_leaves_two_stretches() -> None:
    http = Http()
    data = b"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n01"
    out = list(http.feed(0, data))
    out += http.miss(0, 5)
    out += http.feed(0, b"789" + GET)
    first, second = messages(out)
    bodies = [
        (part.start - len(data) + 2, part.end - len(data) + 2, part.hints)
        for part in first.parts
        if part.path == "body"
    ]
    assert bodies == [(0, 2, ("json",)), (7, 10, ())]
    assert not first.complete
    assert (second.start, second.complete) == (first.end, True)


def test_a_hole_in_a_head_gives_what_was_there_and_looks_on() -> None:
    http = Http()
    out = list(http.feed(0, GET[:60]))
    out += http.miss(0, 100)
    out += http.feed(0, b"half: a header\r\n\r\n" + GET)
    first, gap, second = out
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert isinstance(gap, Gap)
    assert (first.complete, first.host) == (False, "api.shop.example"[: len(first.host)])
    assert (gap.kind, gap.offset, gap.length) == ("missing-segment", 160, 18)
    assert second.start == 178


def test_a_hole_over_the_end_of_a_body_looks_for_the_next_start() -> None:
    http = Http()
    out = list(http.feed(0, POST[:-3]))
    out += http.miss(0, 10)
    out += http.feed(0, GET)
    assert [(one.complete, one.end) for one in messages(out)] == [
        (False, len(POST) - 3),
        (True, len(POST) + 7 + len(GET)),
    ]


def test_holes_in_chunked_bodies() -> None:
    http = Http()
    head = CHUNKED[: CHUNKED.index(b"hello") + 1]
    out = list(http.feed(1, head))
    out += http.miss(1, 3)
    out += http.feed(1, b"o\r\n0\r\n\r\n" + OK)
    assert [one.complete for one in messages(out)] == [False, True]
    broken = Http()
    out = list(broken.feed(1, head))
    out += broken.miss(1, 8)
    out += broken.feed(1, b"\r\n\r\n" + OK)
    assert [one.complete for one in messages(out)] == [False, True]


def test_a_hole_in_a_body_to_the_end_and_behind_an_upgrade() -> None:
    http = Http()
    out = list(http.feed(1, b"HTTP/1.0 200 OK\r\n\r\nab"))
    out += http.miss(1, 5)
    out += http.feed(1, b"cd")
    out += http.finish(1)
    assert [(part.start, part.end) for part in messages(out)[0].parts] == [(19, 21), (26, 28)]
    other = Http()
    out = list(other.feed(1, b"HTTP/1.1 101 X\r\nUpgrade: y\r\n\r\nab"))
    out += other.miss(1, 5)
    out += other.feed(1, b"cd")
    out += other.finish(1)
    assert [part.end - part.start for part in messages(out)[-1].parts] == [2, 2]
    assert not messages(out)[-1].complete


def test_a_wrong_chunk_size_ends_the_message_and_looks_on() -> None:
    data = CHUNKED.replace(b"3\r\nabc", b"zz\r\nabc")
    out = run((1, data + OK))
    assert [one.complete for one in messages(out)] == [False, True]
    assert [one.kind for one in out if isinstance(one, Gap)] == ["malformed"]


# ---- the six properties


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 1000])
def test_how_the_bytes_are_cut_does_not_matter(step: int, side: int) -> None:
    data = (
        GET + POST + b"\x00junk HTTP/1.1 2\r\n" + GET if side == 0 else OK + CHUNKED + b"junk" + OK + CHUNKED
    )
    assert run((side, data), step=step) == run((side, data))


@pytest.mark.parametrize("data", [GET, POST, OK, CHUNKED])
def test_every_proper_prefix_is_reported(data: bytes) -> None:
    whole = messages(run((1, data)))
    for cut in range(1, len(data)):
        out = run((1, data[:cut]))
        assert out
        assert out != whole
        assert all(not one.complete for one in messages(out)), cut


def test_repeated_messages_are_all_read() -> None:
    assert len(messages(run((0, (GET + POST) * 50)))) == 100
    assert len(messages(run((1, (OK + CHUNKED) * 50)))) == 100


@given(
    st.lists(
        st.sampled_from(
            [
                b"GET / HTTP/1.1\r\n",
                b"HTTP/1.1 200 OK\r\n",
                b"Transfer-Encoding: chunked\r\n",
                b"Content-Length: 5\r\n",
                b"\r\n",
                b"\n",
                b"5\r\nab",
                b" x",
                b"0\r\n",
                b"\xff\x00",
                b"HTTP/1.1 200\r",
                b"CONNECT a HTTP/1.1\r\n\r\n",
                b"Upgrade: z\r\n",
            ]
        ),
        max_size=30,
    ).map(b"".join),
    st.integers(1, 40),
)
def test_noise_is_read_the_same_however_cut_and_raises_nothing(data: bytes, step: int) -> None:
    for side in (0, 1):
        assert run((side, data), step=step) == run((side, data))


@given(st.binary(max_size=300))
def test_plain_noise_raises_nothing(data: bytes) -> None:
    run((0, data), (1, data))


def test_a_head_longer_than_is_read_is_a_limit() -> None:
    data = b"GET / HTTP/1.1\r\nX-Long: " + b"a" * (1 << 20) + b"\r\n\r\n" + GET
    out = run((0, data))
    assert "limit" in {one.kind for one in out if isinstance(one, Gap)}
    assert [one.complete for one in messages(out)] == [False, True]
    assert run((0, data), step=4096) == out


def test_tens_of_thousands_of_headers_are_a_limit() -> None:
    data = b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * 40_000 + b"\r\n"
    out = run((0, data + GET))
    assert len(messages(out)[0].parts) == 4097
    assert [one.kind for one in out if isinstance(one, Gap)] == ["limit"]
    assert messages(out)[1].complete


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 30_000,
        b"\x00" + b"HTTP/1.1\r\n" * 20_000,
        b"\x00" + b"x" * 200_000,
        b"\r\n" * 100_000,
    ],
)
def test_byte_by_byte_takes_no_more_than_linear_time(data: bytes) -> None:
    begin = time.process_time()
    run((1, data), step=1)
    assert time.process_time() - begin < 10


# ---- fit


@pytest.mark.parametrize(
    ("head", "fit"),
    [
        (GET, Fit.CERTAIN),
        (OK, Fit.CERTAIN),
        (b"\r\n" + GET, Fit.CERTAIN),
        (b"FROB /x HTTP/1.1\r\n", Fit.CERTAIN),
        (b"GET /half", Fit.LIKELY),
        (b"GET /old\r\n", Fit.LIKELY),
        (b"GET x", Fit.PERHAPS),
        (b"tail\r\n\r\nHTTP/1.1 200 OK\r\nServer: x\r\n", Fit.PERHAPS),
        (b"OPTIONS sip:a@h.example SIP/2.0\r\n", Fit.NO),
        (b"OPTIONS rtsp://h.example/ RTSP/1.0\r\n", Fit.NO),
        (b"GET / HTTP/2.0\r\n", Fit.NO),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Fit.NO),
        (b"\x16\x03\x01", Fit.NO),
        (b"EHLO h.example\r\n", Fit.NO),
    ],
)
def test_fit_goes_by_the_first_bytes(head: bytes, fit: int) -> None:
    assert decoder.fit(head, "tcp", 0) == fit
    assert decoder.fit(head, "udp", 0) == Fit.NO
