"""QUIC with keys down to HTTP/3: packets, frames inside them, streams, header tables and field sections."""

from __future__ import annotations

import contextlib

import numpy as np

from tests.decrypt.sealing import hellos, key_log, sealed, stream_frame
from vitne.decode.protocols.http3 import Http3
from vitne.decode.protocols.qpack import Inserted, Section
from vitne.decrypt import Datagrams, KeyLog, open_quic
from vitne.model import Malformed, Message

_LOG = KeyLog()
_LOG.add(key_log())
_HELLOS = hellos()
_GET = b"\x01\x1a\x00\x00\xd1\xd7\x51\x0b/a?imei=490\x23x-i\x05one\x80\x10\x81"
_ENCODER = b"\x02\x3f\xe1\x1f\x44x-id\x05abcde\x00\xc0\x02ab\x81\x01c"
SEEDS: list[bytes] = [
    stream_frame(0, 0, _GET + b"\x00\x04body", fin=True) + stream_frame(2, 0, _ENCODER) + b"\x01\x1e",
    b"\x02\x05\x00\x01\x00\x02\x03" + b"\x18\x01\x00\x04abcd" + bytes(16) + b"\x0a\x03\x02\x00\x04",
    b"\x06\x00\x03abc\x1c\x01\x06\x03why\x30 datagram",
    _ENCODER[1:],
    b"\x02\x00\x80\xd1\x10\x51\x02ab",
    b"\x05\x80" + b"\x80\x81" * 20 + b"\x3f\xff\xff\xff\x7f",
    sealed(0, stream_frame(0, 0, b"once more")),
]


def _sides(order: list[tuple[int, bytes]]) -> dict[int, Datagrams]:
    sides = {}
    for side in (0, 1):
        own = [(at, one) for at, (from_, one) in enumerate(order) if from_ == side]
        lengths = np.array([len(one) for _, one in own], dtype=np.int64)
        orders = np.array([at for at, _ in own], dtype=np.int64)
        sides[side] = Datagrams(
            b"".join(one for _, one in own), np.cumsum(lengths) - lengths, lengths, orders
        )
    return sides


def _packets(data: bytes) -> None:
    """Let the data stand inside good packets, whole and cut, and be packets themselves."""
    third = len(data) // 3
    inside = [
        sealed(number, piece)
        for number, piece in enumerate((data[:16000], data[:third], data[third:][:9000]))
    ]
    order = [
        *_HELLOS,
        *((number % 2, one) for number, one in enumerate(inside)),
        (0, data),
        (1, data[third:]),
    ]
    talk = open_quic(_sides(order), _LOG)
    for side, opened in enumerate(talk.sides):
        whole = sum(len(one) for from_, one in order if from_ == side)
        laid = opened.laid
        lost = sum(length for reason, length in opened.unread.items() if reason != "missing-segment")
        assert opened.read + lost <= whole
        assert len(laid.data) == int(laid.lengths.sum())
        assert (laid.offsets[1:] >= laid.offsets[:-1] + laid.lengths[:-1]).all()
        assert all(0 <= start <= end <= whole for start, end in zip(opened.starts, opened.ends, strict=True))


def _streams(data: bytes) -> None:
    """Let the data be a stream of each kind, whole, cut and with a hole."""
    out: list[list[object]] = [[], []]
    for step, gathered in ((max(1, len(data)), out[0]), (1 + len(data) // 50, out[1])):
        http = Http3()
        for stream in (2, 3, 0, 0, 15):
            side = stream & 1
            http.open_stream(side, stream, 7)
            for at in range(0, len(data), step):
                gathered.extend(http.feed(side, data[at : at + step]))
            gathered.extend(http.finish(side))
    messages = [[item for item in some if isinstance(item, Message)] for some in out]
    assert messages[0] == messages[1], "how the bytes are cut matters"
    for item in messages[0]:
        assert 7 <= item.start <= item.end <= 7 + len(data)
        assert all(7 <= part.start <= part.end <= 7 + len(data) for part in item.parts)
    http, half = Http3(seen=lambda side, at: at), len(data) // 2
    for stream in (2, 0):
        http.open_stream(0, stream, 0)
        list(http.feed(0, data[:half]))
        list(http.miss(0, 1 + len(data) % 40))
        list(http.feed(0, data[half:]))
        list(http.finish(0))


def one(data: bytes) -> None:
    """Read the data as packets, as streams, and as tables and sections of header fields."""
    _packets(data)
    _streams(data)
    for most in (0, 220, 4096):
        inserted = Inserted()
        with contextlib.suppress(Malformed):
            inserted.feed(_ENCODER[1:])
            inserted.feed(data)
        section = Section(inserted)
        section.most = most
        with contextlib.suppress(Malformed):
            section.fields(data)
