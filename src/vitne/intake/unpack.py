"""Compressed captures: unpacked piece by piece into a spool, within a stated size and ratio.

specification: RFC 1952 (gzip); RFC 8878 (zstd)
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import msgspec
import zstandard

from vitne.intake.received import MOST_SPOOLED, Spool
from vitne.model import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from vitne.intake.received import Buffer
    from vitne.model import GapKind

STEP = 1 << 20  # most bytes unpacked at once from gzip
GZIP_STEP = 1 << 16  # bytes handed to gzip at once
ZSTD_STEP = 1 << 10  # bytes handed to zstd at once: 4 of them can become 128 KiB
LARGEST_WINDOW = 1 << 27  # bytes of zstd history


class UnpackLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How far a compressed capture may unfold."""

    size: int = MOST_SPOOLED  # bytes unpacked at most
    free: int = 256 << 20  # bytes unpacked whatever the ratio
    ratio: int = 100  # unpacked bytes per compressed byte at most, beyond ``free``

    def most(self, compressed: int) -> int:
        """Give the most bytes that a file of ``compressed`` bytes may become."""
        return min(self.size, max(self.free, self.ratio * compressed))


class _StopError(Exception):
    """The compressed bytes end early or break their format; carries the Gap."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        super().__init__(gap.why)


def compression(head: bytes) -> str:
    """Tell from the first bytes how a file is compressed: "gzip", "zstd" or "" for not."""
    if head[:3] == b"\x1f\x8b\x08":
        return "gzip"
    skippable = head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50
    return "zstd" if head[:4] == b"\x28\xb5\x2f\xfd" or skippable else ""


def _gap(kind: GapKind, why: str, number: int, *, span: tuple[int, int]) -> _StopError:
    offset, size = span
    gap = Gap(kind=kind, why=why, capture=number, offset=offset, length=max(size - offset, 0))
    return _StopError(gap)


def _gzip(data: np.ndarray, number: int) -> Iterator[bytes]:
    """Unpack all members of a gzip file, in pieces of STEP bytes at most."""
    position, size = 0, data.size
    while position < size:
        member = zlib.decompressobj(wbits=31)
        if position and data[position : position + 2].tobytes() != b"\x1f\x8b"[: size - position]:
            if not data[position:].any():
                return  # padding of zeros, as tapes leave it
            raise _gap("malformed", "bytes behind the gzip data are no gzip", number, span=(position, size))
        while not member.eof:
            piece = data[position : position + GZIP_STEP].tobytes()
            try:
                out = member.decompress(piece, STEP)
            except zlib.error as error:
                raise _gap(
                    "malformed", f"damaged gzip data ({error})", number, span=(position, size)
                ) from error
            if not piece and not out:
                raise _gap("truncated-file", "the gzip data ends early", number, span=(size, size))
            position += len(piece) - len(member.unconsumed_tail) - len(member.unused_data)
            yield out


def _zstd(data: np.ndarray, number: int) -> Iterator[bytes]:
    """Unpack all frames of a zstd file; a piece is 32 MiB at the very most."""
    position, size = 0, data.size
    while position < size:
        frame = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).decompressobj()
        while not frame.eof:
            piece = data[position : position + ZSTD_STEP].tobytes()
            if not piece:
                raise _gap("truncated-file", "the zstd data ends early", number, span=(size, size))
            try:
                out = frame.decompress(piece)
            except zstandard.ZstdError as error:
                raise _gap(
                    "malformed", f"damaged zstd data ({error})", number, span=(position, size)
                ) from error
            position += len(piece) - len(frame.unused_data)
            yield out


def unpack(data: np.ndarray, kind: str, number: int, *, limits: UnpackLimits) -> tuple[Buffer, Gap | None]:
    """Unpack a whole file; the Gap tells where and why this ended before the file did."""
    spool = Spool()
    most = limits.most(data.size)
    try:
        for piece in (_gzip if kind == "gzip" else _zstd)(data, number):
            if spool.size + len(piece) > most:
                spool.write(piece[: most - spool.size])
                why = f"the {kind} data unfolds to more than {most} bytes; unpack it yourself to read all"
                return spool.finish(), Gap(kind="limit", why=why, capture=number, offset=most)
            spool.write(piece)
    except _StopError as stop:
        return spool.finish(), stop.gap
    return spool.finish(), None
