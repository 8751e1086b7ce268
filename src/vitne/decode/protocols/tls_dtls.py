"""DTLS: recognised, its hello read where it stands in one piece, its payload counted.

Follows RFC 6347 section 4.1 (records) and 4.2.2 (handshake header); the unified header of RFC 9147 section 4
has nothing to know it by and is only counted inside a conversation that began with a plain record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.decode.protocols.tls_hello import read_client_hello
from vitne.decode.protocols.tls_message import hello_facts, hello_parts, host_of
from vitne.model import Fit, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER, _HANDSHAKE_HEADER = 13, 12  # bytes
_VERSIONS = {b"\xfe\xff", b"\xfe\xfd"}


def fit_datagram(head: bytes) -> int:
    """CERTAIN for a ClientHello, LIKELY for another DTLS record; NO otherwise."""
    if len(head) < _HEADER + 1 or not 20 <= head[0] <= 25 or head[1:3] not in _VERSIONS:
        return Fit.NO
    length = int.from_bytes(head[11:13], "big")
    if not 0 < length <= 16384 + 2048:
        return Fit.NO
    opening = head[0] == 22 and head[3:5] == b"\x00\x00" and head[_HEADER] in {1, 2, 3}
    return Fit.CERTAIN if opening else Fit.LIKELY


class Datagrams:
    """Both sides of one DTLS conversation, a datagram at a time."""

    def __init__(self) -> None:
        self._count = [0, 0]  # datagrams met per side
        self._bytes = [0, 0]  # unreadable bytes per side

    def feed(self, side: int, data: bytes) -> Iterator[Message]:
        """Take one datagram: its records one after the other."""
        number = self._count[side]
        self._count[side] += 1
        at = 0
        while at + _HEADER <= len(data) and 20 <= data[at] <= 26 and data[at + 1 : at + 3] in _VERSIONS:
            end = at + _HEADER + int.from_bytes(data[at + 11 : at + 13], "big")
            body = at + _HEADER
            if data[at] == 22 and data[at + 3 : at + 5] == b"\x00\x00":
                yield from _hello(side, number, data=data[: min(end, len(data))], at=body)
            elif data[at] == 23:
                self._bytes[side] += max(0, min(end, len(data)) - body)
            at = end
        if at < len(data):
            self._bytes[side] += len(data) - at

    def finish(self, side: int) -> Iterator[Message]:
        """Tell how much could not be read."""
        if self._bytes[side]:
            yield Message(
                protocol="tls",
                kind="application-data",
                side=side,
                start=0,
                end=0,
                opaque="dtls",
                opaque_bytes=self._bytes[side],
            )
        self._count[side] = self._bytes[side] = 0


def _hello(side: int, number: int, *, data: bytes, at: int) -> Iterator[Message]:
    """Read a ClientHello that is not spread over records."""
    base = at + _HANDSHAKE_HEADER
    if len(data) < base + 2 or data[at] != 1:
        return
    length = data[at + 1 : at + 4]
    body = data[base : base + int.from_bytes(length, "big")]
    whole = len(body) == int.from_bytes(length, "big")
    whole &= data[at + 6 : at + 9] == b"\x00\x00\x00" and length == data[at + 9 : at + 12]
    hello = read_client_hello(body, cookie=True)
    host = host_of(hello, body)
    yield Message(
        protocol="tls",
        kind="client-hello",
        side=side,
        start=at,
        end=base + len(body),
        datagram=number,
        complete=whole and hello.complete,
        host=host,
        host_source="sni" if host else "",
        facts=hello_facts(hello, body, "d"),
        parts=hello_parts(hello, body, lambda start, end: (base + start, base + end, True)),
    )
