"""Real QUIC peers (aioquic) that talk through memory: what they sent, what they said inside, their key log.

The clock is their own, so that the same talk takes no time; bytes differ from run to run, because keys do.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from vitne.lab.packets import Ends, ethernet, ipv4, udp

pytest.importorskip("aioquic", reason="aioquic is not here: no QUIC peers to talk to each other")

from aioquic.h3.connection import H3Connection
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.events import StreamDataReceived
from aioquic.quic.packet import QuicProtocolVersion, encode_quic_retry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from vitne.lab.pcap import TimedFrame

NAME = "collector.example"
START_NS = 1_790_000_000_000_000_000
_MACS = ("00:00:5e:00:53:01", "00:00:5e:00:53:02")
_ENDS = (Ends("192.0.2.10", "198.51.100.20"), Ends("198.51.100.20", "192.0.2.10"))
_ADDRESSES = (("192.0.2.10", 50000), ("198.51.100.20", 443))
VERSIONS = {"1": QuicProtocolVersion.VERSION_1, "2": QuicProtocolVersion.VERSION_2}


@dataclass
class QuicTalk:
    """One recorded conversation."""

    order: list[tuple[int, bytes]] = field(default_factory=list)  # datagrams in the order they were sent
    near: list[tuple[str, int]] = field(default_factory=list)  # the client's address and port of each
    streams: tuple[dict[int, bytearray], dict[int, bytearray]] = field(default_factory=lambda: ({}, {}))
    ended: set[tuple[int, int]] = field(default_factory=set)  # (receiving side, stream)
    ticket: Any = None  # session ticket for the next talk


class QuicPeers:
    """Makes connections between a client and a server of aioquic."""

    def __init__(self, certificate: Path, keylog: Path, *, version: str = "1", **more: Any) -> None:
        self.keylog = keylog
        self._tickets: dict[bytes, Any] = {}
        self.talk = QuicTalk()
        alpn = more.pop("alpn", ["h3"])
        self.retry = more.pop("retry", False)  # the server asks the client to prove its address first
        ticket = more.pop("ticket", None)
        self.tickets_of_server = more.pop("tickets", self._tickets)
        self._log = keylog.open("a")
        client = QuicConfiguration(
            is_client=True, alpn_protocols=alpn, server_name=NAME, secrets_log_file=self._log, **more
        )
        client.verify_mode = ssl.CERT_NONE
        server = QuicConfiguration(is_client=False, alpn_protocols=alpn, **more)
        for configuration in (client, server):
            configuration.original_version = VERSIONS[version] if configuration is client else None
            configuration.supported_versions = [
                VERSIONS[version],
                *(v for v in VERSIONS.values() if v != VERSIONS[version]),
            ]
        if ticket is not None:
            client.session_ticket = ticket
        server.load_cert_chain(str(certificate), str(certificate))
        self.now = 0.0
        self._retried: tuple[bytes, bytes | None] = (b"", None)  # first id, and the one of the Retry
        self.client = QuicConnection(
            configuration=client, session_ticket_handler=lambda one: setattr(self.talk, "ticket", one)
        )
        self.server: QuicConnection | None = None
        self._server_configuration = server
        self.near = _ADDRESSES[0]  # where the client is
        self.hidden: Callable[[int, int, bytes], bool] = lambda *_: (
            False
        )  # side, number, datagram: not captured

    def connect(self) -> None:
        """Begin; whatever is written before ``carry`` goes as early data where a ticket allows it."""
        self.client.connect(_ADDRESSES[1], now=self.now)

    @property
    def ends(self) -> tuple[QuicConnection, QuicConnection]:
        """Both ends; the server is there after the first datagram."""
        assert self.server is not None
        return self.client, self.server

    def _server_for(self, datagram: bytes) -> QuicConnection:
        if self.server is None:
            size = datagram[5]
            self.server = QuicConnection(
                configuration=self._server_configuration,
                original_destination_connection_id=self._retried[0] or datagram[6 : 6 + size],
                retry_source_connection_id=self._retried[1],
                session_ticket_fetcher=lambda label: self.tickets_of_server.pop(label, None),
                session_ticket_handler=lambda one: self.tickets_of_server.__setitem__(one.ticket, one),
            )
        return self.server

    def _ask_again(self, datagram: bytes) -> None:
        """Answer the client's first packet with a Retry (RFC 9000 section 8.1.2)."""
        self.retry = False
        size = datagram[5]
        first, at = datagram[6 : 6 + size], 6 + size
        source = datagram[at + 1 : at + 1 + datagram[at]]
        packet = encode_quic_retry(
            version=int.from_bytes(datagram[1:5], "big"),
            source_cid=b"retryids",
            destination_cid=source,
            original_destination_cid=first,
            retry_token=b"token-of-the-server",
        )
        self._retried = (first, b"retryids")
        self.talk.order.append((1, packet))
        self.talk.near.append(self.near)
        self.client.receive_datagram(packet, _ADDRESSES[1], now=self.now)

    def carry(self, rounds: int = 12) -> None:
        """Carry datagrams both ways until nobody has anything to say."""
        for _ in range(rounds):
            moved = False
            for side in (0, 1):
                end = self.client if side == 0 else self.server
                if end is None:
                    continue
                for datagram, address in end.datagrams_to_send(now=self.now):
                    moved = True
                    self.talk.order.append((side, datagram))
                    self.talk.near.append(address[:2] if side else self.near)
                    if self.retry and side == 0:
                        self._ask_again(datagram)
                        break
                    other = self._server_for(datagram) if side == 0 else self.client
                    from_ = _ADDRESSES[1] if side else self.near
                    other.receive_datagram(datagram, from_, now=self.now)
                self._events()
            self.now += 0.01
            for end in (self.client, self.server):
                timer = end.get_timer() if end is not None else None
                if timer is not None and timer <= self.now:
                    end.handle_timer(now=self.now)
            if not moved:
                self.now += 0.05

    def _events(self) -> None:
        for side, end in enumerate((self.client, self.server)):
            while end is not None and (event := end.next_event()) is not None:
                if isinstance(event, StreamDataReceived):
                    self.talk.streams[1 - side].setdefault(event.stream_id, bytearray()).extend(event.data)
                    if event.end_stream:
                        self.talk.ended.add((side, event.stream_id))
                self.event(side, event)

    def event(self, side: int, event: Any) -> None:
        """Take an event of an end (``Http3Peers`` reads it)."""

    def close(self) -> None:
        """Close the connection and the key log."""
        self.client.close()
        self.carry(3)
        self._log.close()


class Http3Peers(QuicPeers):
    """Peers that speak HTTP/3; the server answers each request with what it is told to."""

    def __init__(self, certificate: Path, keylog: Path, **more: Any) -> None:
        super().__init__(certificate, keylog, **more)
        self.h3: list[H3Connection | None] = [H3Connection(self.client), None]
        self.received: list[tuple[int, int, str, Any]] = []  # side, stream, "headers" or "data", what
        self.answer: Callable[
            [int, list[tuple[bytes, bytes]], bytes], tuple[list[tuple[bytes, bytes]], bytes]
        ]
        self.answer = lambda *_: ([(b":status", b"200")], b"ok")
        self._asked: dict[int, list[Any]] = {}

    def event(self, side: int, event: Any) -> None:
        """Read an event as HTTP/3 does, and answer."""
        if side == 1 and self.h3[1] is None:
            assert self.server is not None
            self.h3[1] = H3Connection(self.server)
        reader = self.h3[side]
        assert reader is not None
        for each in reader.handle_event(event):
            kind = "headers" if hasattr(each, "headers") else "data" if hasattr(each, "data") else ""
            if not kind:
                continue
            what = getattr(each, kind)
            self.received.append((side, each.stream_id, kind, what))
            if side == 1:
                asked = self._asked.setdefault(each.stream_id, [[], b""])
                if kind == "headers":
                    asked[0] += what
                else:
                    asked[1] += what
                if each.stream_ended:
                    headers, body = self.answer(each.stream_id, *asked)
                    reader.send_headers(each.stream_id, headers, end_stream=not body)
                    if body:
                        reader.send_data(each.stream_id, body, end_stream=True)

    def ask(self, headers: list[tuple[bytes, bytes]], body: bytes = b"", *, piece: int = 0) -> int:
        """Send a request; the body in DATA frames of ``piece`` bytes, if it is given."""
        h3 = self.h3[0]
        assert h3 is not None
        stream = self.client.get_next_available_stream_id()
        h3.send_headers(stream, headers, end_stream=not body)
        step = piece or max(1, len(body))
        for at in range(0, len(body), step):
            h3.send_data(stream, body[at : at + step], end_stream=at + step >= len(body))
        return stream


def post(path: bytes, *more: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """Give the header fields of a request."""
    return [
        (b":method", b"POST"), (b":scheme", b"https"), (b":authority", NAME.encode()), (b":path", path), *more,
    ]  # fmt: skip


def quic_frames(
    order: list[tuple[int, bytes]],
    *,
    port: int = 50000,
    start_ns: int = START_NS,
    near: Sequence[tuple[str, int]] = (),
) -> list[TimedFrame]:
    """Give the frames of datagrams, a millisecond apart; ``near`` tells the client's address of each."""
    frames: list[TimedFrame] = []
    for at, (side, datagram) in enumerate(order):
        address, own = near[at] if near else (_ENDS[0].source, port)
        ends = (Ends(address, _ENDS[1].source), Ends(_ENDS[1].source, address))
        ports = ((own, 443), (443, own))
        inner = ipv4(udp(datagram, ends[side], ports[side]), ends[side], protocol=17)
        frames.append((start_ns + len(frames) * 1_000_000, ethernet(inner, _MACS[side], _MACS[1 - side])))
    return frames


def datagrams_of(
    order: list[tuple[int, bytes]], keep: Callable[[int], bool] = lambda _: True
) -> dict[int, Any]:
    """Give the datagrams of both sides as columns; ``keep`` says by its place which were captured."""
    import numpy as np

    from vitne.decrypt import Datagrams

    sides = {}
    for side in (0, 1):
        own = [(at, one) for at, (from_, one) in enumerate(order) if from_ == side and keep(at)]
        lengths = np.array([len(one) for _, one in own], dtype=np.int64)
        orders = np.array([at for at, _ in own], dtype=np.int64)
        sides[side] = Datagrams(
            b"".join(one for _, one in own), np.cumsum(lengths) - lengths, lengths, orders
        )
    return sides


def inside_of(side: Any) -> dict[int, bytes]:
    """Give the bytes of each stream of an opened side that has any."""
    import numpy as np

    found = {}
    for stream in side.laid.streams:
        low, high = np.searchsorted(side.laid.offsets, [stream.start, stream.end])
        if low < high:
            begin = side.laid.positions[low]
            found[stream.number] = bytes(
                side.laid.data[begin : side.laid.positions[high - 1] + side.laid.lengths[high - 1]]
            )
    return found
