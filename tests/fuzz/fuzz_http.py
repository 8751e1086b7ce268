"""HTTP/1.x: any bytes on both sides, cut in any way, with holes; how they are cut must not matter."""

from __future__ import annotations

import numpy as np

from vitne.decode.protocols.http import Http
from vitne.kernel.http import plain_http
from vitne.kernel.tls import plain_connections
from vitne.model import Gap, Message, Oddity

SEEDS = [
    b"GET /a?b=c HTTP/1.1\r\nHost: h.example\r\nCookie: a=b\r\n\r\n",
    b'POST / HTTP/1.1\r\nHost: h.example\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}GET / HTTP/1.0\r\n\r\n',
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"CONNECT h.example:443 HTTP/1.1\r\n\r\n\x16\x03\x01",
    b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x05hello",
    b"GET /a HTTP/1.1\r\n\r\n\0HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab\0HTTP/1.1 404 No\r\nA: b\r\n\r\nuntil the end",
    b"GET / HTTP/1.1\nA:\n b\nX Y: z\nnone\n\n",
    b"\x16\x03\x01\0\x37\x01\0\0\x33\x03\x03"
    + bytes(33)
    + b"\0\x02\x13\x01\x01\0\0\x0a\0\0\0\x06\0\x04\0\0\x01a",
    b"tail of something\r\nGET / HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
]


def one(data: bytes) -> None:
    """Read the data whole, cut, and with a hole."""
    for side in (0, 1):
        whole = Http()
        out = [*whole.feed(side, memoryview(data)), *whole.finish(side)]
        step = 1 + len(data) % 7 if len(data) < 1 << 14 else 4096
        cut = Http()
        again = []
        for at in range(0, len(data), step):
            again += cut.feed(side, data[at : at + step])
        again += cut.finish(side)
        assert out == again, "how the bytes are cut matters"
        for item in out:
            if isinstance(item, Message):
                assert 0 <= item.start <= item.end <= len(data)
                assert all(item.start <= part.start <= part.end <= item.end for part in item.parts)
            elif isinstance(item, Gap) and item.length is not None and item.offset is not None:
                assert item.offset + item.length <= len(data)
    holed = Http()
    middle = len(data) // 2
    list(holed.feed(0, data[:middle]))
    list(holed.miss(0, 1 + len(data) % 50))
    list(holed.feed(0, data[middle:]))
    list(holed.finish(0))
    _framed(data)
    _connected(data, middle)


def _connected(data: bytes, middle: int) -> None:
    """Ranges that the kernel gives of a connection of TLS lie in it."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    for begin in (0, middle):
        plain, found, shapes = plain_connections(buffer, np.array([[begin, len(data), 0, begin]]))
        if plain[0]:
            for name in ("hello", "name", "session", "ticket", "identity"):
                low, high = found[name][0].tolist()
                assert (low, high) == (0, 0) or begin <= low < high <= len(data)
            assert found["shape"][0].sum() == len(shapes)


def _framed(data: bytes) -> None:
    """What the kernel frames as plain is what the decoder reads, message by message."""
    asked, _, answered = data.partition(b"\x00")
    buffer = np.frombuffer(asked + answered, dtype=np.uint8)
    ends = np.array([[0, len(asked), len(asked), len(buffer)]])
    plain, rows, _ = plain_http(buffer, ends)
    if not plain[0]:
        return
    http = Http()
    out = [*http.feed(0, asked), *http.finish(0), *http.feed(1, answered), *http.finish(1)]
    base = [0, len(asked)]
    messages = [item for item in out if isinstance(item, Message)]
    told = {item.name if isinstance(item, Oddity) else "gap" for item in out if not isinstance(item, Message)}
    assert told <= {"http-host-malformed"}, "the decoder has something to tell"  # hosts are looked at apart
    assert [(one.start + base[one.side], one.end + base[one.side], one.status or 0) for one in messages] == [
        (row["start"], row["end"], row["status"]) for row in rows
    ], "the kernel frames other messages"
