"""Captures written byte by byte from the two drafts, and a short way to read them back."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest

from vitne.intake import open_capture
from vitne.model import Gap, Oddity, RecordChunk


class Made:
    """Writes captures; byte orders are struct's "<" and ">"."""

    def pcap(
        self,
        records: list[tuple[int, int, bytes]],
        *,
        order: str = "<",
        magic: int = 0xA1B2C3D4,
        **header: Any,
    ) -> bytes:
        minor, snap, link = header.get("minor", 4), header.get("snap", 262144), header.get("link", 1)
        out = struct.pack(order + "IHHiIII", magic, 2, minor, 0, 0, snap, link)
        return out + b"".join(self.record(*record, order=order) for record in records)

    def record(
        self,
        seconds: int,
        fraction: int,
        frame: bytes,
        *,
        order: str = "<",
        orig: int | None = None,
        cap: int | None = None,
    ) -> bytes:
        kept = len(frame) if cap is None else cap
        return (
            struct.pack(order + "IIII", seconds, fraction, kept, len(frame) if orig is None else orig) + frame
        )

    def block(self, kind: int, body: bytes, *, order: str = "<", trailer: int | None = None) -> bytes:
        body += bytes(-len(body) % 4)
        length = 12 + len(body)
        return (
            struct.pack(order + "II", kind, length)
            + body
            + struct.pack(order + "I", length if trailer is None else trailer)
        )

    def option(self, code: int, value: bytes, *, order: str = "<") -> bytes:
        return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)

    def section(self, options: bytes = b"", *, order: str = "<") -> bytes:
        return self.block(
            0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + options, order=order
        )

    def interface(self, link: int = 1, snap: int = 0, options: bytes = b"", *, order: str = "<") -> bytes:
        return self.block(1, struct.pack(order + "HHI", link, 0, snap) + options, order=order)

    def packet(
        self,
        units: int,
        frame: bytes,
        *,
        interface: int = 0,
        options: bytes = b"",
        order: str = "<",
        orig: int | None = None,
    ) -> bytes:
        head = struct.pack(
            order + "IIIII",
            interface,
            units >> 32,
            units & 0xFFFFFFFF,
            len(frame),
            len(frame) if orig is None else orig,
        )
        return self.block(6, head + frame + bytes(-len(frame) % 4) + options, order=order)


class Read:
    """All that a reader gives of some bytes."""

    def __init__(self, data: bytes, **options: Any) -> None:
        self.reader = open_capture("-", stdin=io.BytesIO(data), **options)
        items = list(self.reader.chunks())
        self.chunks = [item for item in items if isinstance(item, RecordChunk)]
        self.gaps = [item for item in items if isinstance(item, Gap)]
        self.oddities = [item for item in items if isinstance(item, Oddity)]
        self.capture = self.reader.capture

    def column(self, name: str) -> list[int]:
        return [int(value) for chunk in self.chunks for value in getattr(chunk, name)]

    @property
    def frames(self) -> list[bytes]:
        buffer = self.reader.buffer
        spans = zip(self.column("offset"), self.column("cap_length"), strict=True)
        return [buffer[start : start + length].tobytes() for start, length in spans]

    @property
    def kinds(self) -> list[str]:
        return [gap.kind for gap in self.gaps]

    @property
    def odd(self) -> list[str]:
        return [oddity.name for oddity in self.oddities]


@pytest.fixture(scope="session")
def made() -> Made:
    """Give the writer of captures."""
    return Made()


@pytest.fixture(scope="session")
def read() -> type[Read]:
    """Give the way to read bytes as a capture."""
    return Read
