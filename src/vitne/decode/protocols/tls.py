"""TLS as a bystander without keys sees it: who is called, what is offered, how much stays closed.

summary: server name, protocols, certificate names and client fingerprint; payload counted as unreadable
specification: RFC 8446 sections 4 and 5; RFC 5246 section 7.4; RFC 6066 section 3; RFC 7301
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.tls_dtls import Datagrams, fit_datagram
from vitne.decode.protocols.tls_handshake import Handshake, Pieces
from vitne.decode.protocols.tls_hello import read_client_hello, read_server_hello, version_name
from vitne.decode.protocols.tls_message import (
    certificate_names,
    hello_facts,
    hello_parts,
    host_of,
    leaf_of,
    part,
    server_facts,
)
from vitne.model import Fit, Gap, Message, Oddity

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

CHANGE_CIPHER, ALERT, HANDSHAKE, DATA, HEARTBEAT = 20, 21, 22, 23, 24
_HEADER = Struct(">BHH")
_LARGEST_RECORD = 16384 + 2048  # RFC 5246 6.2.3; RFC 8446 allows 256 bytes over instead
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE = 1, 2, 11
CUT = "the stream ends inside a TLS record"
SHORT_SERVER_HELLO = "a ServerHello is too short"
_MOST_ALERTS = 16  # alerts of one side that are told


class _Half:
    """One side of the conversation."""

    def __init__(self, base: int) -> None:
        self.offset = base  # stream offset of the next byte to be looked at
        self.head = bytearray()  # record header and, for records that are read, the payload so far
        self.skip = 0  # bytes of an application data record still to come
        self.handshake = Handshake()
        self.sealed = False  # the cipher was changed: handshake records are closed from here
        self.lost = False  # records can no longer be told apart
        self.seen = False  # at least one whole record header was read
        self.opaque = 0  # unreadable payload bytes
        self.opaque_start = self.opaque_end = base
        self.alerts: list[str] = []

    def close(self, start: int, length: int) -> None:
        """Count bytes that cannot be read."""
        if not self.opaque:
            self.opaque_start = start
        self.opaque += length
        self.opaque_end = start + length


class Tls:
    """One TLS connection.  ``base`` gives the stream offsets at which it begins (after STARTTLS)."""

    name = "tls"
    summary = (
        "server name, protocols, certificate names and client fingerprint; payload counted as unreadable"
    )
    specification = "RFC 8446 sections 4 and 5; RFC 5246 section 7.4; RFC 6066 section 3; RFC 7301"
    first_bytes: ClassVar[dict[str, bytes]] = {
        "tcp": bytes([*range(20, 25), *range(128, 256)]),
        "udp": bytes(range(20, 26)),
    }  # what a side can begin with

    def __init__(
        self,
        *,
        transport: str = "tcp",
        destination: tuple[str, int] = ("", 0),
        base: tuple[int, int] = (0, 0),
    ) -> None:
        self.destination = destination  # address and port of the server
        self.upgraded = ""  # TLS hands over to nobody
        self.upgraded_at: tuple[int, int] | None = None
        self._halves = (_Half(base[0]), _Half(base[1]))
        self._datagrams = Datagrams() if transport == "udp" else None

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """CERTAIN for a hello, LIKELY for another record; SSL 2.0 hellos only from the client."""
        if transport == "udp":
            return fit_datagram(head)
        if len(head) < 5:
            return Fit.NO
        kind, version, length = _HEADER.unpack_from(head)
        if 0x0300 <= version <= 0x0304 and CHANGE_CIPHER <= kind <= HEARTBEAT:
            return _fit_record(head, kind=kind, length=length, side=side)
        if side == 0 and head[0] & 0x80 and head[2] == 1 and len(head) > 10 and _version_two(head):
            return Fit.LIKELY
        return Fit.NO

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take bytes of one side; yield hellos and certificates."""
        if self._datagrams is not None:
            yield from self._datagrams.feed(side, data)
            return
        half = self._halves[side]
        at, end = 0, len(data)
        while at < end:
            if half.lost:
                half.close(half.offset, end - at)
                half.offset += end - at
                return
            if half.skip:
                taken = min(half.skip, end - at)
                half.close(half.offset, taken)
                half.skip -= taken
                half.offset += taken
                at += taken
                continue
            if not half.head:
                at = _hop(half, data, at)
                if at >= end:
                    return
            at = yield from self._record(side, data, at)

    def _record(self, side: int, data: bytes, at: int) -> Generator[Message | Oddity | Gap, None, int]:
        """Gather one record that is read or cut; gives the position behind what was taken."""
        half = self._halves[side]
        head = half.head
        wanted = 5 - len(head)
        if wanted > 0:
            head += data[at : at + wanted]
            if len(head) < 5:
                half.offset += len(data) - at
                return len(data)
            half.offset += wanted
            at += wanted
            if not _plausible(head):
                yield from self._stray(side, half)
                return at
            half.seen = True
            if head[0] in {DATA, HEARTBEAT}:
                half.skip = int.from_bytes(head[3:5], "big")
                head.clear()
                return at
        length = 5 + int.from_bytes(head[3:5], "big")
        taken = min(length - len(head), len(data) - at)
        head += data[at : at + taken]
        half.offset += taken
        if len(head) == length:
            record = bytes(head)
            head.clear()
            yield from self._whole(side, half, record)
        return at + taken

    def _whole(self, side: int, half: _Half, record: bytes) -> Iterator[Message | Oddity | Gap]:
        """Read one whole record that is no application data."""
        start = half.offset - len(record)
        payload = record[5:]
        if record[0] == CHANGE_CIPHER:
            half.sealed = True
        elif record[0] == ALERT:
            if len(payload) == 2 and len(half.alerts) < _MOST_ALERTS:
                half.alerts.append(f"{'fatal' if payload[0] == 2 else 'warning'} {payload[1]}")
        elif not half.sealed or _clear_hello(payload):
            half.handshake.add(payload, start + 5)
            for kind, body, pieces in half.handshake.messages():
                yield from _message(side, kind, body=body, pieces=pieces)

    def _stray(self, side: int, half: _Half) -> Iterator[Message | Oddity | Gap]:
        """Deal with five bytes that are no record header: an SSL 2.0 hello, or the thread is lost."""
        head, start = bytes(half.head), half.offset - 5
        half.head.clear()
        half.lost = True
        half.close(start, 5)
        if side == 0 and not half.seen and head[0] & 0x80 and head[2] == 1:
            version = int.from_bytes(head[3:5], "big")
            half.lost = False
            length = int.from_bytes(head[:2], "big") & 0x7FFF
            half.skip = max(0, length - 3)
            half.seen = True
            facts = (("version", version_name(version)), ("hello-format", "SSL 2.0"))
            yield Message(
                protocol="tls",
                kind="client-hello",
                side=side,
                start=start,
                end=start + 2 + length,
                facts=facts,
            )
            return
        yield Gap(
            kind="malformed", why="no TLS record begins here; the rest is counted as unreadable", offset=start
        )

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:
        """Pass over a hole inside an application data record; behind any other the thread is lost."""
        if self._datagrams is not None:
            return
        half = self._halves[side]
        start = half.offset
        half.offset += length
        if half.skip >= length:
            half.skip -= length
            return
        if half.lost:
            return
        half.skip = 0
        half.lost = True
        yield from _unfinished(side, half, start)
        half.head.clear()
        yield Gap(
            kind="missing-segment",
            why="TLS records cannot be told apart behind a hole; the rest is counted as unreadable",
            offset=start,
            length=length,
        )

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """End one side: what was cut, and how much stayed closed."""
        if self._datagrams is not None:
            yield from self._datagrams.finish(side)
            return
        half = self._halves[side]
        cut = half.skip > 0
        if not half.lost:
            yield from _unfinished(side, half, half.offset)
        if cut:
            yield Gap(kind="malformed", why=CUT, offset=half.offset)
        if half.handshake.overlong:
            count = half.handshake.overlong
            yield Gap(kind="limit", why="a TLS handshake message is too long to be read", count=count)
        if half.alerts or half.opaque:
            yield Message(
                protocol="tls",
                kind="application-data" if half.opaque else "alert",
                side=side,
                start=half.opaque_start,
                end=half.opaque_end,
                complete=not (cut or half.lost),
                opaque="tls" if half.opaque else "",
                opaque_bytes=half.opaque,
                facts=tuple(("alert", alert) for alert in half.alerts),
            )
        self._halves = (
            (_Half(half.offset), self._halves[1]) if side == 0 else (self._halves[0], _Half(half.offset))
        )


def _hop(half: _Half, data: bytes, at: int) -> int:
    """Hop over whole application data records from one header to the next; gives where it stopped."""
    first, end, total, unpack = at, len(data), 0, _HEADER.unpack_from
    while at + 5 <= end:
        kind, version, length = unpack(data, at)
        if kind != DATA or version >> 8 != 3 or at + 5 + length > end or length > _LARGEST_RECORD:
            break
        total += length
        at += 5 + length
    if at > first:
        if not half.opaque:
            half.opaque_start = half.offset + 5
        half.seen = True
        half.opaque += total
        half.offset += at - first
        half.opaque_end = half.offset
    return at


def _plausible(head: bytes | bytearray) -> bool:
    """Say whether five bytes are a record header."""
    length = int.from_bytes(head[3:5], "big")
    return (
        CHANGE_CIPHER <= head[0] <= HEARTBEAT and head[1] == 3 and head[2] <= 4 and length <= _LARGEST_RECORD
    )


def _version_two(head: bytes) -> bool:
    """Say whether the lengths of an SSL 2.0 ClientHello agree (RFC 5246 appendix E.2)."""
    length = int.from_bytes(head[:2], "big") & 0x7FFF
    ciphers, session, challenge = (int.from_bytes(head[i : i + 2], "big") for i in (5, 7, 9))
    versions = head[3:5] in {b"\x00\x02", b"\x03\x00", b"\x03\x01", b"\x03\x02", b"\x03\x03"}
    return versions and ciphers > 0 and ciphers % 3 == 0 and length == 9 + ciphers + session + challenge


def _fit_record(head: bytes, *, kind: int, length: int, side: int) -> int:
    """Say how well a first record fits, knowing that its header is in order."""
    if not 0 < length <= _LARGEST_RECORD:
        return Fit.NO
    if kind == HANDSHAKE:
        if len(head) < 9:
            return Fit.LIKELY
        hello = head[5] == (_SERVER_HELLO if side else _CLIENT_HELLO) and head[6] == 0
        return Fit.CERTAIN if hello else Fit.PERHAPS
    if kind == ALERT:
        return Fit.LIKELY if length == 2 and head[5:6] in {b"\x01", b"\x02"} else Fit.PERHAPS
    if kind == CHANGE_CIPHER:
        return Fit.LIKELY if length == 1 and head[5:6] == b"\x01" else Fit.NO
    following = head[5 + length : 8 + length]
    if len(following) == 3:  # the next record's header must follow: noise does not chain
        return Fit.LIKELY if CHANGE_CIPHER <= following[0] <= DATA and following[1] == 3 else Fit.NO
    return Fit.LIKELY if kind == DATA else Fit.PERHAPS


def _clear_hello(payload: bytes) -> bool:
    """Say whether this is a second ClientHello after a dummy cipher change (RFC 8446 appendix D.4)."""
    lengths = int.from_bytes(payload[1:4], "big") + 4 == len(payload)
    return len(payload) > 40 and payload[0] in {_CLIENT_HELLO, _SERVER_HELLO} and payload[4] == 3 and lengths


def _unfinished(side: int, half: _Half, end: int) -> Iterator[Message | Oddity | Gap]:
    """Tell of a record or handshake message that was begun; a hello is read as far as it goes."""
    if half.head:
        if len(half.head) > 5 and half.head[0] == HANDSHAKE and not half.sealed:
            half.handshake.add(bytes(half.head[5:]), end - len(half.head) + 5)
        yield Gap(kind="malformed", why=CUT, offset=end - len(half.head))
    rest = half.handshake.rest()
    if rest is None:
        return
    kind, body, pieces = rest
    if kind == _CLIENT_HELLO:
        yield from _message(side, kind, body=body, pieces=pieces, complete=False)
    if not half.head:
        yield Gap(kind="malformed", why="the stream ends inside a TLS handshake message", offset=pieces.start)


def _message(
    side: int, kind: int, *, body: bytes, pieces: Pieces, complete: bool = True
) -> Iterator[Message | Oddity | Gap]:
    """Read one handshake message that tells something."""
    start, end = pieces.start, pieces.end
    if kind == _CLIENT_HELLO:
        hello = read_client_hello(body)
        host = host_of(hello, body)
        yield Message(
            protocol="tls",
            kind="client-hello",
            side=side,
            start=start,
            end=end,
            complete=complete and hello.complete,
            host=host,
            host_source="sni" if host else "",
            facts=hello_facts(hello, body, "t"),
            parts=hello_parts(hello, body, pieces.place),
        )
        if complete and not hello.complete:
            yield Oddity(
                name="tls-hello-lengths",
                note="lengths inside a ClientHello do not agree",
                side=side,
                offset=start,
            )
    elif kind == _SERVER_HELLO:
        chosen = read_server_hello(body)
        if chosen is None:
            yield Oddity(name="tls-hello-lengths", note=SHORT_SERVER_HELLO, side=side, offset=start)
            return
        word = "hello-retry-request" if chosen.retry else "server-hello"
        yield Message(protocol="tls", kind=word, side=side, start=start, end=end, facts=server_facts(chosen))
    elif kind == _CERTIFICATE:
        yield from _certificate(side, body, pieces)


def _certificate(side: int, body: bytes, pieces: Pieces) -> Iterator[Message | Oddity | Gap]:
    """Read the leaf certificate; a client's is personal and stands as a part of its own."""
    span = leaf_of(body)
    if span is None:  # an empty list is how a client declines
        return
    names = certificate_names(body[span[0] : span[1]])
    if names is None:
        yield Oddity(
            name="tls-certificate", note="a certificate cannot be read", side=side, offset=pieces.start
        )
    path = "certificate" if side else "client-certificate"
    yield Message(
        protocol="tls",
        kind="certificate",
        side=side,
        start=pieces.start,
        end=pieces.end,
        facts=tuple(("certificate-name", name) for name in names or ()),
        parts=(part(path, path.replace("-", " "), span=span, body=body, place=pieces.place),),
    )


decoder = Tls
