"""HTTP/2 connections and the header fields inside them."""

from __future__ import annotations

import contextlib

from vitne.decode.protocols.hpack import Table
from vitne.decode.protocols.http2 import Http2
from vitne.model import Malformed, Message

_GET = b"\x82\x87\x84\x40\x04x-id\x08R58N1234"
SEEDS: list[bytes] = [
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    b"\x00\x00\x11\x01\x04\x00\x00\x00\x01" + _GET + b"\x00\x00\x05\x00\x09\x00\x00\x00\x01\x02hi\x00\x00",
    (
        b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x02\x01\x00\x00\x00\x00\x03\x88\xbe\x00\x00\x01\x09\x04\x00\x00\x00\x03\xc0"
        b"\x00\x00\x05\x05\x04\x00\x00\x00\x01\x00\x00\x00\x02\x82\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08"
    ),
    b"\x3f\xe1\x1f\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff\xbe\xbf\x1f\x80\x80\x01",
]


def one(data: bytes) -> None:
    """Read the data whole, cut and with a hole on each side, and as a block of header fields."""
    Http2.fit(data, "tcp", 0)
    for side in (0, 1):
        whole = Http2()
        out = [*whole.feed(side, data), *whole.finish(side)]
        cut, again = Http2(), []
        step = 1 + len(data) % 7 if len(data) < 1 << 14 else 4096
        for at in range(0, len(data), step):
            again += cut.feed(side, data[at : at + step])
        again += cut.finish(side)
        assert out == again, "how the bytes are cut matters"
        for item in out:
            if isinstance(item, Message):
                assert 0 <= item.start <= item.end <= len(data)
                assert all(0 <= part.start <= part.end <= len(data) for part in item.parts)
        holed, half = Http2(), len(data) // 2
        list(holed.feed(side, data[:half]))
        list(holed.miss(side, 1 + len(data) % 50))
        list(holed.feed(side, data[half:]))
        list(holed.finish(side))
    table = Table()
    for _ in range(2):
        with contextlib.suppress(Malformed):
            table.fields(data)
