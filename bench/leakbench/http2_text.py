"""Requests of the web written as HTTP/2: one connection, one stream, every third header in the table.

specification: RFC 9113 sections 3.4, 4.1, 6.1, 6.2, 6.5; RFC 7541 sections 5 and 6
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .exports import message_of, stream_of
from .wire import CLIENT, SERVER

if TYPE_CHECKING:
    from .capture import Staged

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MOST = 16_000  # bytes of a frame
_DATA, _HEADERS, _SETTINGS, _CONTINUATION = 0, 1, 4, 9
_END_STREAM, _END_HEADERS = 1, 4
_OF_A_HOP = {"host", "connection", "transfer-encoding", "upgrade", "keep-alive"}
Pairs = list[tuple[str, str]]


@dataclass
class Said:
    """What one side says at a go, and where it stands in the conversation as it was planned."""

    side: int
    data: bytes
    planned: tuple[int, int] | None = None  # range in what its side sends; None: it may hold any of it


def said(each: Staged) -> list[Said]:
    """Give what both sides say: preface and settings, the request, the answer."""
    asked, told = message_of(stream_of(each, CLIENT)), message_of(stream_of(each, SERVER))
    request, answer = frames(fields(asked)), frames([(":status", told[0][1].decode()), *_plain(told[1])])
    request += content(asked[2])
    answer += content(told[2])
    empty = frame(_SETTINGS, 0, b"", stream=0)
    return [
        Said(CLIENT, PREFACE + empty, (-1, -1)),
        Said(SERVER, empty + frame(_SETTINGS, 1, b"", stream=0), (-1, -1)),
        *(Said(CLIENT, one) for one in _ended(request)),
        *(Said(SERVER, one) for one in _ended(answer)),
    ]


def fields(asked: tuple[list[bytes], Pairs, bytes]) -> Pairs:
    """Give the header fields of a request, those of its first line among them."""
    (method, target, _), headers, _ = asked
    host = dict(headers).get("Host", "")
    first = [(":method", method.decode()), (":scheme", "https"), (":authority", host)]
    return [*first, (":path", target.decode("latin-1")), *_plain(headers)]


def _plain(headers: Pairs) -> Pairs:
    return [(name.lower(), value) for name, value in headers if name.lower() not in _OF_A_HOP]


def frames(pairs: Pairs) -> list[tuple[int, int, bytes]]:
    """Give the header block as HEADERS and CONTINUATION: kind, flags, payload."""
    packed = b"".join(_literal(number, *pair) for number, pair in enumerate(pairs))
    pieces = [packed[at : at + MOST] for at in range(0, len(packed), MOST)]
    return [
        (_CONTINUATION if at else _HEADERS, _END_HEADERS if at == len(pieces) - 1 else 0, piece)
        for at, piece in enumerate(pieces)
    ]


def content(body: bytes) -> list[tuple[int, int, bytes]]:
    """Give a body as DATA: kind, flags, payload."""
    return [(_DATA, 0, body[at : at + MOST]) for at in range(0, len(body), MOST)]


def _ended(parts: list[tuple[int, int, bytes]]) -> list[bytes]:
    """Write the frames of a stream; the last DATA, else the HEADERS, ends it."""
    last = len(parts) - 1 if parts[-1][0] == _DATA else 0
    return [
        frame(kind, flags | (_END_STREAM if at == last else 0), payload, stream=1)
        for at, (kind, flags, payload) in enumerate(parts)
    ]


def frame(kind: int, flags: int, payload: bytes, *, stream: int) -> bytes:
    """Write one frame."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _literal(number: int, name: str, value: str) -> bytes:
    """Write a field with its name in full: put into the table, left out of it, or never to be put there."""
    form = (b"\x40", b"\x00", b"\x10")[number % 3]
    return form + _text(name.encode("latin-1")) + _text(value.encode("latin-1"))


def _text(data: bytes) -> bytes:
    size, out = len(data), b""
    if size < 127:
        return bytes([size]) + data
    size -= 127
    while size > 127:
        out += bytes([size & 127 | 128])
        size >>= 7
    return b"\x7f" + out + bytes([size]) + data
