"""The capture door: any bytes are refused with CaptureError or indexed within their bounds."""

from __future__ import annotations

import gzip
import io
import struct

import zstandard

from vitne.intake import UnpackLimits, open_capture
from vitne.model import CaptureError, RecordChunk

LIMITS = UnpackLimits(size=8 << 20, free=8 << 20)


def _pcap(order: str, magic: int, header: int = 16) -> bytes:
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, 1)
    for n in range(12):
        frame = bytes([n]) * (n * 5)
        out += struct.pack(order + "IIII", 1_600_000_000 + n, n, len(frame), len(frame) + n)
        out += bytes(header - 16) + frame
    return out


def _block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + length + body + length


def _option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def _pcapng(order: str) -> bytes:
    end = bytes(4)
    out = _block(
        order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + _option(order, 1, b"made")
    )
    for resolution in (6, 9, 0x80 | 32, 0x80 | 120, 19):
        options = _option(order, 2, b"wlan0") + _option(order, 9, bytes([resolution]))
        options += _option(order, 14, struct.pack(order + "q", -7)) + end
        out += _block(order, 1, struct.pack(order + "HHI", 1, 0, 96) + options)
    for n in range(8):
        body = struct.pack(order + "IIIII", n % 6, 0x5F000, n, n * 3, n * 9) + bytes(n * 3)
        out += _block(order, 6, body + bytes(-len(body) % 4) + _option(order, 1, b"seen") + end)
        out += _block(order, 3, struct.pack(order + "I", n) + bytes(n))
        out += _block(order, 2, struct.pack(order + "HHIIII", 0, 0, 0x5F000, n, n, n) + bytes(n))
    out += _block(order, 4, struct.pack(order + "HH", 1, 13) + b"\xc0\x00\x02\x01one.test\0" + bytes(3) + end)
    out += _block(order, 10, struct.pack(order + "II", 0x544C534B, 6) + b"CLIENT")
    return out + _block(order, 0xBAD, b"\x00\x00\x00\x01custom")


SEEDS: list[bytes] = [
    _pcap("<", 0xA1B2C3D4),
    _pcap(">", 0xA1B23C4D),
    _pcap("<", 0xA1B2CD34, 24),
    _pcapng("<"),
    _pcapng(">") + _pcapng("<"),
    gzip.compress(_pcap("<", 0xA1B2C3D4), mtime=0),
    zstandard.compress(_pcapng("<")),
]


def one(data: bytes) -> None:
    """Index any bytes; AssertionError where a row shows outside them or counts disagree."""
    try:
        reader = open_capture("-", stdin=io.BytesIO(data), limits=LIMITS)
    except CaptureError:
        return
    size, rows, before = reader.buffer.size, 0, 0
    for item in reader.chunks():
        if not isinstance(item, RecordChunk):
            continue
        columns = (item.offset, item.cap_length, item.orig_length, item.time_ns, item.link_type)
        assert len({column.size for column in columns}) == 1
        ends = item.offset.astype("int64") + item.cap_length
        assert int(ends.max()) <= size
        assert int(item.offset[0]) >= before
        assert (ends[:-1] <= item.offset[1:]).all()
        before = int(ends[-1])
        rows += item.offset.size
    assert reader.capture.packets == rows
    assert all(offset + length <= size for _, offset, length in reader.secrets)
    reader.close()
