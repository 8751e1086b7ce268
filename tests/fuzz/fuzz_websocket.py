"""WebSocket connections."""

from __future__ import annotations

from vitne.decode.protocols.websocket import WebSocket
from vitne.model import Message

SEEDS: list[bytes] = [
    bytes.fromhex("818537fa213d7f9f4d5158") + b"\x01\x82abcd\x01\x02\x89\x80wxyz\x80\x81qqqq\x00",
    bytes.fromhex("810548656c6c6f")
    + b"\xc1\x07"
    + bytes.fromhex("f248cdc9c90700")
    + b"\x88\x02\x03\xe8\x82\x7e\x01\x00"
    + bytes(256),
]


def one(data: bytes) -> None:
    """Read the data whole, cut and with a hole on each side."""
    for side in (0, 1):
        whole = WebSocket()
        out = [*whole.feed(side, data), *whole.finish(side)]
        cut, again = WebSocket(), []
        step = 1 + len(data) % 7 if len(data) < 1 << 14 else 4096
        for at in range(0, len(data), step):
            again += cut.feed(side, data[at : at + step])
        again += cut.finish(side)
        assert out == again, "how the bytes are cut matters"
        for item in out:
            if isinstance(item, Message):
                assert 0 <= item.start <= item.end <= len(data)
                assert all(item.start <= part.start <= part.end <= item.end for part in item.parts)
        holed, half = WebSocket(), len(data) // 2
        list(holed.feed(side, data[:half]))
        list(holed.miss(side, 1 + len(data) % 50))
        list(holed.feed(side, data[half:]))
        list(holed.finish(side))
