"""QUIC as a bystander without keys sees it: the first flight is open to all, the rest is counted.

summary: server name, protocols and client fingerprint out of Initial packets; the rest counted as unreadable
specification: RFC 9000 sections 12, 17 and 19; RFC 9001 section 5; RFC 9369; Google's QUIC Crypto
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from vitne.decode.protocols import quic_packets
from vitne.decode.protocols.quic_google import clear_version, read_chlo
from vitne.decode.protocols.quic_keys import GOOGLE, Keys, derive, salt_of, uncover, version_name
from vitne.decode.protocols.quic_packets import Crypto, LongHeader, crypto_frames, long_header
from vitne.decode.protocols.tls_hello import read_client_hello, read_server_hello
from vitne.decode.protocols.tls_message import hello_facts, hello_parts, host_of, server_facts, text
from vitne.model import Fit, Gap, Message, Oddity, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_INITIALS = 64  # Initial packets of one flow that are opened
_MOST_IDS = 8  # first connection ids of one flow that keys are kept for
_MOST_COALESCED = 16  # packets of one datagram that are told apart


class _Here(NamedTuple):
    """The datagram in hand."""

    side: int
    number: int  # on its side, from 0
    data: bytes


class Quic:
    """One QUIC conversation, a datagram at a time."""

    name = "quic"
    summary = (
        "server name, protocols and client fingerprint out of Initial packets; the rest counted as unreadable"
    )
    specification = "RFC 9000 sections 12, 17 and 19; RFC 9001 section 5; RFC 9369; Google's QUIC Crypto"
    first_bytes: ClassVar[dict[str, bytes]] = {
        "udp": bytes(byte for byte in range(256) if byte & 0x80 or byte & 0x49 == 0x09)
    }  # what a side can begin with
    closed_first: ClassVar[bytes] = bytes(range(0x40, 0x80))  # short headers (RFC 9000 17.3)

    def __init__(self, *, transport: str = "udp", destination: tuple[str, int] = ("", 0)) -> None:
        self.transport = transport
        self.destination = destination  # address and port of the server
        self.upgraded = ""  # QUIC hands over to nobody
        self.upgraded_at: tuple[int, int] | None = None
        self._count = [0, 0]  # datagrams met per side
        self._opaque = [0, 0]  # unreadable bytes per side
        self._keys: dict[tuple[int, bytes], tuple[Keys, Keys]] = {}  # by version and first connection id
        self._crypto = [Crypto(), Crypto()]
        self._read = [0, 0]  # bytes of each side's handshake that were told
        self._initials = 0  # Initial packets that were tried
        self._tokens: set[bytes] = set()  # tokens told

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:  # noqa: ARG004  (both sides look alike)
        """CERTAIN for an Initial packet of a known version that fits its datagram, less for the rest."""
        if transport != "udp":
            return Fit.NO
        packet = long_header(head, 0)
        if packet is not None and packet.kind == quic_packets.NEGOTIATION:
            offered = [
                int.from_bytes(head[i : i + 4], "big") for i in range(packet.token[0], len(head) - 3, 4)
            ]
            whole = (len(head) - packet.token[0]) % 4 == 0
            return Fit.LIKELY if whole and any(salt_of(version) for version in offered) else Fit.NO
        if packet is not None and packet.kind != quic_packets.UNKNOWN and head[0] & 0x40:
            return Fit.CERTAIN if packet.kind == quic_packets.INITIAL else Fit.LIKELY
        if clear_version(head):
            return Fit.CERTAIN if b"CHLO" in head else Fit.LIKELY
        return Fit.NO

    def pass_over(self, side: int, count: int, length: int) -> None:
        """Take so many datagrams that begin with one of ``closed_first``, so many bytes in all."""
        self._count[side] += count
        self._opaque[side] += length

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take one datagram."""
        here = _Here(side, self._count[side], data)
        self._count[side] += 1
        if data[:1] and data[0] in self.closed_first:  # nearly all: a short header, to the end
            self._opaque[side] += len(data)
            return
        google = clear_version(data)
        if google and google not in GOOGLE.values():
            yield from self._clear(here)
            return
        at = 0
        for _ in range(_MOST_COALESCED):
            packet = long_header(data, at) if at < len(data) else None
            if packet is None:
                break
            yield from self._packet(here, packet)
            at = packet.end
        rest = data[at:]
        if rest.strip(b"\x00"):  # a short header or what cannot be told: to the end; zeros are padding
            self._opaque[side] += len(rest)

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:  # noqa: ARG002
        """Datagrams have no holes."""
        yield from ()

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """Tell how much could not be read, and whether the hello stayed unfinished."""
        crypto = self._crypto[side]
        if crypto.waiting or len(crypto.data) > self._read[side]:
            if side == 0 and self._read[0] == 0:
                last = _Here(side, max(0, self._count[side] - 1), b"")
                yield from self._hello(last, bytes(crypto.data[4:]), complete=False)
            yield Gap(kind="malformed", why="a QUIC handshake message is not all in the capture")
        if self._opaque[side]:
            yield Message(
                protocol="quic",
                kind="protected",
                side=side,
                start=0,
                end=0,
                opaque="quic",
                opaque_bytes=self._opaque[side],
            )
        self._opaque[side] = 0
        self._crypto[side], self._read[side] = Crypto(), 0

    def _clear(self, here: _Here) -> Iterator[Message | Oddity | Gap]:
        """Read a datagram of Google's QUIC before it was covered; anything but the CHLO counts as closed."""
        tags = read_chlo(here.data) if here.side == 0 else None
        if tags is None:
            self._opaque[here.side] += len(here.data)
            return
        parts = tuple(Part(path=tag.path, field=tag.path, start=tag.start, end=tag.end) for tag in tags)
        yield _google_hello(here, parts, clear_version(here.data))

    def _packet(self, here: _Here, packet: LongHeader) -> Iterator[Message | Oddity | Gap]:
        """Read one long-header packet."""
        data = here.data
        if packet.kind == quic_packets.NEGOTIATION:
            words = range(packet.token[0], min(packet.end, packet.token[0] + 256) - 3, 4)
            facts = tuple(("version", version_name(int.from_bytes(data[i : i + 4], "big"))) for i in words)
            yield _plain(here, packet, kind="version-negotiation", facts=facts)
        elif packet.kind == quic_packets.RETRY:
            yield _plain(here, packet, kind="retry", parts=_token(packet))
        elif packet.kind != quic_packets.INITIAL:
            self._opaque[here.side] += packet.end - packet.start
        else:
            yield from self._initial(here, packet)

    def _initial(self, here: _Here, packet: LongHeader) -> Iterator[Message | Oddity | Gap]:
        """Open an Initial packet and read what handshake it completes."""
        side, data = here.side, here.data
        token = data[packet.token[0] : packet.token[1]]
        if token and side == 0 and token not in self._tokens and len(self._tokens) < _MOST_IDS:
            self._tokens.add(token)
            yield _plain(here, packet, kind="initial", parts=_token(packet))
        self._initials += 1
        plain = self._open(side, data[packet.start : packet.end], packet)
        if plain is None:
            self._opaque[side] += packet.end - packet.start
            if self._initials == _MOST_INITIALS + 1:
                yield Gap(kind="limit", why="no more Initial packets of this conversation are opened")
            return
        google = packet.version in GOOGLE
        for offset, piece in crypto_frames(plain, google=google):
            if not self._crypto[side].add(offset, piece):
                yield Gap(kind="limit", why="a QUIC handshake is too long to be put together")
                break
        if google and bytes(self._crypto[side].data[:1]) not in {b"\x01", b"\x02"}:  # no TLS inside
            yield from self._covered_chlo(here, version_name(packet.version))
            return
        yield from self._messages(here, packet.version)

    def _open(self, side: int, packet: bytes, header: LongHeader) -> bytes | None:
        """Try the keys known so far, then those of this packet's own connection id (a new conversation)."""
        if self._initials > _MOST_INITIALS:
            return None
        number_at = header.number_at - header.start
        for pair in reversed(self._keys.values()):
            plain = uncover(packet, number_at, pair[side])
            if plain is not None:
                return plain
        own = (header.version, header.destination)
        fresh = derive(*own) if own not in self._keys and len(self._keys) < _MOST_IDS else None
        if fresh is None:
            return None
        plain = uncover(packet, number_at, fresh[0])
        if plain is not None:
            self._keys[own] = fresh
            self._crypto, self._read = [Crypto(), Crypto()], [0, 0]
        return plain

    def _covered_chlo(self, here: _Here, version: str) -> Iterator[Message | Oddity | Gap]:
        """Tell of each CHLO that came out of covered packets; what the server says there is not read."""
        self._read[1] = len(self._crypto[1].data)
        begin = self._read[0]
        chlo = bytes(self._crypto[0].data[begin:])  # a second one follows the server's refusal of the first
        tags = read_chlo(chlo)
        if here.side or not tags:
            self._read[0] = begin + len(chlo) if begin else 0
            return
        self._read[0] = begin + len(chlo)
        parts = tuple(
            Part(
                path=tag.path,
                field=tag.path,
                start=0,
                end=len(here.data),
                data=chlo[tag.start : tag.end],
                exact=False,
            )
            for tag in tags
        )
        yield _google_hello(here, parts, version)

    def _messages(self, here: _Here, version: int) -> Iterator[Message | Oddity | Gap]:
        """Tell of handshake messages that are whole now."""
        side, number, size = here.side, here.number, len(here.data)
        stream = self._crypto[side].data
        while (at := self._read[side]) + 4 <= len(stream):
            end = at + 4 + int.from_bytes(stream[at + 1 : at + 4], "big")
            if end > len(stream):
                return
            body = bytes(stream[at + 4 : end])
            self._read[side] = end
            if stream[at] == 1:
                yield from self._hello(here, body, version=version)
            elif stream[at] == 2:
                chosen = read_server_hello(body)
                if chosen is not None:
                    kind = "hello-retry-request" if chosen.retry else "server-hello"
                    facts = (*server_facts(chosen), ("quic-version", version_name(version)))
                    yield Message(
                        protocol="quic", kind=kind, side=side, start=0, end=size, datagram=number, facts=facts
                    )

    def _hello(
        self, here: _Here, body: bytes, *, version: int = 0, complete: bool = True
    ) -> Iterator[Message | Oddity | Gap]:
        """Tell of a ClientHello; its bytes are nowhere in clear, so parts carry their own."""
        side, number, size = here.side, here.number, len(here.data)
        hello = read_client_hello(body)
        host = host_of(hello, body)
        known = (("quic-version", version_name(version)),) if version else ()
        yield Message(
            protocol="quic",
            kind="client-hello",
            side=side,
            start=0,
            end=size,
            datagram=number,
            complete=complete and hello.complete,
            host=host,
            host_source="sni" if host else "",
            facts=(*hello_facts(hello, body, "q"), *known),
            parts=hello_parts(hello, body, lambda _start, _end: (0, size, False)),
        )
        if complete and not hello.complete:
            yield Oddity(
                name="tls-hello-lengths", note="lengths inside a ClientHello do not agree", side=side
            )


def _token(packet: LongHeader) -> tuple[Part, ...]:
    """Give the token, which a server hands out to know the client again."""
    start, end = packet.token
    return (Part(path="token", field="token", start=start, end=end),) if end > start else ()


def _plain(
    here: _Here,
    packet: LongHeader,
    *,
    kind: str,
    facts: tuple[tuple[str, str], ...] = (),
    parts: tuple[Part, ...] = (),
) -> Message:
    """Make a message of a packet whose header is all that can be read."""
    return Message(
        protocol="quic",
        kind=kind,
        side=here.side,
        start=packet.start,
        end=packet.end,
        datagram=here.number,
        facts=facts or (("quic-version", version_name(packet.version)),),
        parts=parts,
    )


def _google_hello(here: _Here, parts: tuple[Part, ...], version: str) -> Message:
    """Make the message of a CHLO."""
    names = [
        part.data if part.data is not None else here.data[part.start : part.end]
        for part in parts
        if part.path == "sni"
    ]
    host = text(names[0]).lower() if names else ""
    return Message(
        protocol="quic",
        kind="client-hello",
        side=here.side,
        start=0,
        end=len(here.data),
        datagram=here.number,
        host=host,
        host_source="sni" if host else "",
        facts=(("quic-version", version),),
        parts=parts,
    )


decoder = Quic
