from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols import choose
from vitne.decode.protocols.http2 import Http2
from vitne.decode.protocols.http2_frames import PREFACE
from vitne.lab.packets import ACK, SYN, Ends, Numbers, ethernet, ipv4, tcp
from vitne.lab.pcap import pcap
from vitne.model import Fit, Gap, Message

if TYPE_CHECKING:
    from pathlib import Path


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def literal(name: bytes, value: bytes) -> bytes:
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


SETTINGS = frame(4, 0, 0)
POST = b"\x83\x87" + literal(b":path", b"/send?imei=490154203237518") + literal(b":authority", b"c.example")
GET = b"\x82\x87\x84" + literal(b":authority", b"c.example")
REQUESTS = (
    PREFACE
    + SETTINGS
    + frame(1, 4, 1, POST + literal(b"content-type", b"application/json"))
    + frame(1, 5, 3, GET)  # ends at once
    + frame(0, 0, 1, b'{"a":')
    + frame(0, 9, 1, b"\x03" + b'"b"}' + bytes(3))
)
ANSWERS = (
    SETTINGS
    + frame(1, 4, 3, b"\x88")
    + frame(1, 4, 1, literal(b":status", b"103"))
    + frame(1, 4, 1, b"\x8d")
    + frame(0, 0, 1, b"no")
    + frame(0, 1, 3, b"yes")
    + frame(1, 5, 1, literal(b"grpc-status", b"5"))
)


def read(sides: dict[int, list[bytes | int]]) -> list[Any]:
    http, out = Http2(), []
    for side, pieces in sides.items():
        for piece in pieces:
            out += http.miss(side, piece) if isinstance(piece, int) else http.feed(side, piece)
        out += http.finish(side)
    return out


def bodies(message: Message, wire: bytes) -> bytes:
    parts = [part for part in message.parts if part.path == "body"]
    return b"".join(part.data if part.data is not None else wire[part.start : part.end] for part in parts)


def test_interleaved_requests_and_answers_are_paired() -> None:
    get, post, yes, interim, no = [
        one for one in read({0: [REQUESTS], 1: [ANSWERS]}) if isinstance(one, Message)
    ]
    assert [one.kind for one in (get, post, yes, no)] == ["request", "request", "response", "response"]
    assert dict(get.facts)["method"] == "GET"
    assert bodies(post, REQUESTS) == b'{"a":"b"}'
    assert (post.host, post.content_type) == ("c.example", "application/json")
    # the GET was given first, so it has number 0
    assert [(one.status, one.answers) for one in (interim, yes, no)] == [(103, 1), (200, 0), (404, 1)] or [
        (one.status, one.answers) for one in (yes, interim, no)
    ] == [(103, 1), (200, 0), (404, 1)]
    assert no.parts[-1].path == "header:grpc-status"
    assert all(one.complete for one in (get, post, yes, no))


def test_places_lead_to_the_bytes() -> None:
    post = next(one for one in read({0: [REQUESTS]}) if isinstance(one, Message) and bodies(one, REQUESTS))
    query = next(part for part in post.parts if part.path == "query")
    assert query.exact
    assert REQUESTS[query.start : query.end] == b"imei=490154203237518"
    body = next(part for part in post.parts if part.path == "body")
    assert [REQUESTS[offset : offset + 4] for _, offset in body.pieces] == [b'{"a"', b'"b"}']
    assert REQUESTS[post.start + 9 :].startswith(POST)
    assert post.end == len(REQUESTS)


@given(st.lists(st.integers(0, len(REQUESTS)), max_size=8))
def test_how_the_bytes_are_cut_does_not_matter(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(REQUESTS)]
    pieces = [REQUESTS[low:high] for low, high in itertools.pairwise(edges)]
    assert read({0: list(pieces)}) == read({0: [REQUESTS]})


def test_every_proper_prefix_is_told() -> None:
    for cut in range(len(PREFACE) + 1, len(REQUESTS)):
        out = read({0: [REQUESTS[:cut]]})
        whole = [one for one in out if isinstance(one, Message) and one.complete]
        told = [one for one in out if isinstance(one, Gap) or (isinstance(one, Message) and not one.complete)]
        assert len(whole) < 2
        assert told or cut == len(PREFACE) + 9, cut


def test_a_second_request_on_the_connection_uses_what_the_first_one_agreed_on() -> None:
    kept = b"\x40\x04x-id\x0f490154203237518"
    wire = PREFACE + SETTINGS + frame(1, 5, 1, GET + kept) + frame(1, 5, 3, GET + b"\xbe")
    first, second = read({0: [wire]})
    assert [part.data for part in second.parts if part.field == "x-id"] == [b"490154203237518"]
    named = next(part for part in first.parts if part.field == "x-id")
    assert wire[named.start : named.end] == b"490154203237518"


def test_a_hole_in_a_body_leaves_the_message_incomplete_and_the_next_one_whole() -> None:
    at = REQUESTS.index(b'{"a":') + 1
    out = read({0: [REQUESTS[:at], 2, REQUESTS[at + 2 :]]})
    get, post = [one for one in out if isinstance(one, Message)]
    assert (get.complete, post.complete) == (True, False)
    assert bodies(post, REQUESTS) == b'{":"b"}'


def test_behind_a_hole_over_frames_reading_goes_on_and_unknown_fields_are_told() -> None:
    kept = b"\x40\x04x-id\x0f490154203237518"
    head = PREFACE + SETTINGS + frame(1, 5, 1, GET + kept)
    tail = frame(1, 5, 5, GET + b"\xbe") + frame(6, 0, 0, bytes(8)) + frame(1, 5, 7, GET)
    out = read({0: [head + frame(1, 5, 3, GET)[:12], 50, b"\xff" * 5 + tail]})
    messages = [one for one in out if isinstance(one, Message)]
    assert len(messages) == 3
    assert [gap.kind for gap in out if isinstance(gap, Gap)] == ["missing-segment", "missing-segment"]
    assert sum("agreed on before" in gap.why for gap in out if isinstance(gap, Gap)) == 1


def test_a_reset_ends_a_message_that_is_then_not_complete() -> None:
    wire = PREFACE + frame(1, 4, 1, GET) + frame(3, 0, 1, bytes(4))
    (message,) = read({0: [wire]})
    assert not message.complete


def test_a_push_is_a_request_told_by_the_server() -> None:
    wire = SETTINGS + frame(5, 4, 1, (2).to_bytes(4, "big") + GET) + frame(1, 5, 2, b"\x88")
    promise, pushed = read({1: [wire]})
    assert (promise.kind, promise.side, promise.host) == ("request", 1, "c.example")
    assert (pushed.status, pushed.answers) == (200, None)


def test_a_bad_block_is_told_and_the_connection_read_on() -> None:
    out = read({0: [PREFACE + frame(1, 5, 1, b"\xff\xff\xff\xff\xff\xff\xff") + frame(1, 5, 3, GET)]})
    assert [one.kind for one in out if isinstance(one, Gap)] == ["malformed"]
    assert [one.host for one in out if isinstance(one, Message)] == ["", "c.example"]


def test_streams_that_never_end_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitne.decode.protocols.http2._MOST_STREAMS", 5)
    wire = PREFACE + b"".join(frame(1, 4, number, GET) for number in range(1, 41, 2))
    out = read({0: [wire]})
    assert sum(isinstance(one, Message) for one in out) == 20
    assert sum(isinstance(one, Gap) and one.kind == "limit" for one in out) == 15


def test_it_is_chosen_by_its_first_bytes_on_both_sides() -> None:
    assert Http2.fit(REQUESTS, "tcp", 0) == Fit.CERTAIN
    assert Http2.fit(PREFACE[:16], "tcp", 0) == Fit.LIKELY
    assert Http2.fit(ANSWERS, "tcp", 1) == Fit.LIKELY
    assert Http2.fit(REQUESTS, "udp", 0) == Fit.NO
    assert Http2.fit(b"POST / HTTP/1.1\r\n", "tcp", 0) == Fit.NO
    assert choose(REQUESTS, "tcp", 0) is Http2
    assert choose(ANSWERS, "tcp", 1) is Http2


@given(
    st.lists(
        st.one_of(st.binary(max_size=80), st.integers(1, 30), st.sampled_from([REQUESTS, ANSWERS, SETTINGS]))
    )
)
def test_noise_raises_nothing(pieces: list[bytes | int]) -> None:
    read({0: list(pieces), 1: list(pieces)})


def _serve(listener: socket.socket, kept: list[bytearray]) -> None:
    """Answer every request of one connection with 200 and a few bytes."""
    near, _ = listener.accept()
    answer = SETTINGS + frame(4, 1, 0)
    near.sendall(answer)
    kept[1] += answer
    done = set()
    with near:
        while data := near.recv(65536):
            kept[0] += data
            for number in (1, 3):
                marks = [
                    bytes([kind, flags]) + number.to_bytes(4, "big")
                    for kind in (0, 1)
                    for flags in (1, 5, 0x25)
                ]
                ended = any(mark in kept[0] for mark in marks)
                if ended and number not in done:
                    done.add(number)
                    answer = frame(1, 4, number, b"\x88") + frame(0, 1, number, b"thanks")
                    near.sendall(answer)
                    kept[1] += answer


@pytest.fixture(scope="module")
def conversation() -> tuple[bytes, bytes]:
    """Let curl talk HTTP/2 without TLS to a server of three sentences."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    kept = [bytearray(), bytearray()]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=_serve, args=(listener, kept), daemon=True)
        server.start()
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        words = ["curl", "-s", "--max-time", "10", "--http2-prior-knowledge", "-H", "x-imei: 490154203237518"]
        more = ["-d", '{"serial":"R58N1234567"}', f"{base}/one?imsi=001010123456789"]
        done = subprocess.run([*words, *more], capture_output=True, check=False)
        server.join(timeout=5)
    if b"thanks" not in done.stdout:
        pytest.skip("curl cannot talk HTTP/2")
    return bytes(kept[0]), bytes(kept[1])


def test_what_curl_sends_is_read(conversation: tuple[bytes, bytes]) -> None:
    messages = [one for one in read({0: [conversation[0]], 1: [conversation[1]]}) if isinstance(one, Message)]
    first, answer = messages
    assert bodies(first, conversation[0]) == b'{"serial":"R58N1234567"}'
    assert [
        part.data or conversation[0][part.start : part.end] for part in first.parts if part.path == "query"
    ] == [b"imsi=001010123456789"]
    named = next(part for part in first.parts if part.field == "x-imei")
    assert (named.data or conversation[0][named.start : named.end]) == b"490154203237518"
    assert (answer.status, answer.answers, bodies(answer, conversation[1])) == (200, 0, b"thanks")


@pytest.mark.tshark
def test_tshark_sees_the_same_header_fields(conversation: tuple[bytes, bytes], tmp_path: Path) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not here")
    path = tmp_path / "h2.pcap"
    ends, ports = (
        (Ends("192.0.2.1", "198.51.100.2"), Ends("198.51.100.2", "192.0.2.1")),
        ((40000, 8080), (8080, 40000)),
    )
    frames, sequence = [], [1, 1]
    macs = ("00:00:5e:00:53:01", "00:00:5e:00:53:02")

    def packet(side: int, payload: bytes, flags: int = ACK) -> None:
        numbers = Numbers(seq=sequence[side], ack=sequence[1 - side], flags=flags)
        inner = tcp(payload, ends[side], ports[side], numbers=numbers)
        frames.append(
            (len(frames) * 10**6, ethernet(ipv4(inner, ends[side], protocol=6), macs[side], macs[1 - side]))
        )
        sequence[side] += len(payload) or (flags & SYN != 0)

    packet(0, b"", SYN)
    packet(1, b"", SYN | ACK)
    for side in (0, 1):
        for at in range(0, len(conversation[side]), 1400):
            packet(side, conversation[side][at : at + 1400])
    path.write_bytes(pcap(frames))
    words = [
        "tshark",
        "-r",
        str(path),
        "-d",
        "tcp.port==8080,http2",
        "-T",
        "json",
        "-e",
        "http2.header.name",
        "-e",
        "http2.header.value",
    ]
    told = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    theirs = [
        (name, value)
        for row in told
        for name, value in zip(
            row["_source"]["layers"].get("http2.header.name", []),
            row["_source"]["layers"].get("http2.header.value", []),
            strict=True,
        )
        if not name.startswith(":")
    ]
    ours = [
        (part.field, (part.data or conversation[one.side][part.start : part.end]).decode())
        for one in read({0: [conversation[0]], 1: [conversation[1]]})
        if isinstance(one, Message)
        for part in one.parts
        if part.path.startswith("header:") and not part.field.startswith(":")
    ]
    assert ours == theirs
    assert len(ours) >= 5
