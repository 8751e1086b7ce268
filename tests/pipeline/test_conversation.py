"""One flow read by the decoder its bytes call for, with holes, upgrades and unknown protocols."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from tests.decode.protocols.test_quic import HELLO, frame, seal
from tests.pipeline.test_views import batch
from vitne.decode.protocols.quic import Quic
from vitne.model import Flow, Message
from vitne.pipeline.conversation import read_flow
from vitne.pipeline.views import SideView


def flow(transport: str = "tcp") -> Flow:
    return Flow(
        number=3, transport=transport, client_ip="192.0.2.1", client_port=40000, client_mac="", server_ip="198.51.100.1",
        server_port=80, server_mac="", packets=3, handshake=True, answered=True, acked=(None, None),
    )  # fmt: skip


def view(*runs: tuple[int, bytes, int]) -> SideView:
    return SideView.of_batch(batch(list(runs)), 1)


def times(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows, dtype=np.int64) * 10_000_000


def messages(transport: str = "tcp", clock: object = times, **views: SideView) -> list[Message]:
    sides = {{"client": 0, "server": 1}[name]: each for name, each in views.items()}
    return [event for event in read_flow(flow(transport), sides, clock) if isinstance(event, Message)]


def test_the_bytes_choose_the_decoder_and_not_the_port() -> None:
    [message] = messages(client=view((0, b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", 1)))
    assert (message.protocol, message.host) == ("http", "a.example")


def test_an_unknown_stream_is_cut_at_pauses_and_holes() -> None:
    found = messages(
        client=view((0, b"\x01\x02abc", 1), (5, b"def", 2), (8, b"late", 500), (20, b"behind a hole", 501))
    )
    assert [(message.protocol, message.start, message.end) for message in found] == [
        ("stream", 0, 8),
        ("stream", 8, 12),
        ("stream", 20, 33),
    ]


def test_datagrams_of_an_unknown_protocol_that_announce_something_are_messages_and_the_rest_is_counted() -> (
    None
):
    runs = [
        (0, b"\xff\xfetext that can be read", 1),
        (24, b"", 2),
        (24, b"\xff\xfe\x01\x02", 3),
        (28, b"\xf0\x1f\x8b\x08\x00", 4),
    ]
    found = messages("udp", client=view(*runs))
    assert [(message.datagram, message.end, len(message.parts)) for message in found[:-1]] == [
        (0, 23, 1),
        (3, 5, 1),
    ]
    rest = found[-1]
    assert (rest.datagram, rest.opaque, rest.opaque_bytes, rest.parts) == (None, "unknown-format", 4, ())


def test_a_stream_that_announces_nothing_cannot_be_read_and_says_so() -> None:
    [message] = messages(client=view((0, bytes(range(128, 200)), 1)))
    assert (message.opaque, message.opaque_bytes, message.parts) == ("unknown-format", 72, ())


def test_behind_a_tunnel_through_a_proxy_another_decoder_goes_on_with_true_offsets() -> None:
    asked = b"CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n"
    granted = b"HTTP/1.1 200 Connection established\r\n\r\n"
    inner = b"EHLO phone.example\r\nMAIL FROM:<kari@post.example>\r\n"
    banner = b"220 mail.example ESMTP\r\n250 mail.example\r\n250 ok\r\n"
    found = messages(client=view((0, asked + inner, 1)), server=view((0, granted + banner, 2)))
    mail = [message for message in found if message.protocol == "smtp" and message.side == 0]
    assert mail
    sender = next(
        part
        for message in mail
        for part in message.parts
        if b"kari@post.example" in (asked + inner)[part.start : part.end]
    )
    assert sender.start >= len(asked)


def test_bytes_missing_at_the_beginning_are_told_to_the_decoder() -> None:
    found = messages(
        client=view(
            (0, b"GET /one HTTP/1.1\r\nHost: a.example\r\nX-Long: ", 1),
            (80, b"\r\n\r\nGET /two HTTP/1.1\r\nHost: a.example\r\n\r\n", 2),
        )
    )
    assert [message.host for message in found if message.complete] == ["a.example"]


def test_a_datagram_too_short_for_its_protocol_costs_no_other_of_the_flow() -> None:
    asked = bytes.fromhex("000101000001000000000000") + b"\x01a\x07example\x00" + bytes.fromhex("00010001")
    events = list(
        read_flow(
            flow("udp"),
            {0: view((0, asked, 1), (len(asked), b"short", 2), (len(asked) + 5, asked, 3))},
            times,
        )
    )
    assert [(event.protocol, event.datagram) for event in events if isinstance(event, Message)] == [
        ("dns", 0),
        ("datagram", 1),
        ("dns", 2),
    ]
    assert [event.kind for event in events if not isinstance(event, Message)] == ["malformed"]


def test_a_damaged_first_datagram_does_not_name_the_protocol_of_a_flow() -> None:
    head = bytes.fromhex("000101000001000000000000")
    asked = (
        head + b"\x20" + b"EFEDEJFPEEEPENEBEJEOCACACACACABM" + bytes.fromhex("0000200001")
    )  # RFC 1001 14.1
    damaged = asked.replace(b"BM", b"zM")
    found = messages("udp", client=view((0, damaged, 1), (len(asked), asked, 2), (2 * len(asked), asked, 3)))
    assert {message.protocol for message in found} == {"nbns"}


def test_one_side_may_leave_for_another_protocol_alone() -> None:
    asked = b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n"
    answer = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n\x01\x02"
    found = messages(client=view((0, asked, 1)), server=view((0, answer, 2)))
    assert [message.host for message in found if message.kind == "request"] == ["a.example"]


def test_a_websocket_is_read_behind_its_upgrade() -> None:
    asked = b"GET /live HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    told = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    masked = bytes.fromhex("818537fa213d7f9f4d5158")  # RFC 6455 section 5.7: Hello
    found = messages(
        client=view((0, asked + masked, 1)), server=view((0, told + bytes.fromhex("810548656c6c6f"), 2))
    )
    assert [message.protocol for message in found] == ["http", "http", "websocket", "websocket"]
    client, server = found[2].parts[0], found[3].parts[0]
    assert (client.data, client.start, client.pieces) == (b"Hello", len(asked) + 6, ((0, len(asked) + 6),))
    assert (server.start, server.exact) == (len(told) + 2, True)


def test_http_2_is_read_behind_an_upgrade_and_its_answers_are_paired_with_its_own_requests() -> None:
    asked = b"GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
    told = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"
    settings = bytes.fromhex("000000040000000000")
    second = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + bytes.fromhex("000003010500000003828784")
    answers = settings + bytes.fromhex("000001010500000001" + "88" + "000001010500000003" + "8d")
    found = messages(client=view((0, asked + second, 1)), server=view((0, told + answers, 2)))
    kinds = [(message.kind, message.status, message.answers) for message in found]
    assert kinds == [
        ("request", None, None),
        ("response", 101, 0),
        ("request", None, None),
        ("response", 200, 0),
        ("response", 404, 1),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_datagrams_that_are_closed_are_passed_over_and_told_as_if_they_were_read(seed: int) -> None:
    rng = Random(seed)
    hello = seal(frame(0, HELLO), token=b"handed out")
    datagrams = [hello] if seed else [b"\x45closed", hello]
    for _ in range(40):
        closed = bytes([rng.randrange(0x40, 0x80)]) + rng.randbytes(rng.choice([0, 1, 40]))
        datagrams.append(rng.choice([closed, closed, closed, b"", hello, rng.randbytes(30), b"\x00" * 5]))
    runs, at = [], 0
    for row, data in enumerate(datagrams):
        runs.append((at, data, row))
        at += len(data)
    told = messages("udp", client=view(*runs))
    quic = Quic()
    one_by_one = [event for data in datagrams for event in quic.feed(0, data)]
    assert told == [event for event in [*one_by_one, *quic.finish(0)] if isinstance(event, Message)]
    assert [one.kind for one in told].count("client-hello") == 1
