"""Zip archives: packages, bundles of packages, updates, factory images.

summary: zip archives: packages, bundles of packages, updates, factory images
specification: APPNOTE.TXT 6.3.10 sections 4.3 to 4.5
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from typing import IO, TYPE_CHECKING, NamedTuple

from vitne.firmware.budget import Exhausted
from vitne.firmware.containers import Lost, Member
from vitne.firmware.source import Held, Part, Source
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget

_END = b"PK\x05\x06"
_MOST_ENTRIES = 1 << 20
_HELD = 32 << 20  # bytes of an unpacked member that stay in memory; larger ones go to a file
_STEP = 1 << 20


class Entry(NamedTuple):
    """One entry of the central directory."""

    name: str
    method: int  # 0 stored, 8 deflated
    flags: int
    packed: int  # bytes as they lie
    size: int  # bytes unpacked, as told
    header: int  # where the local header lies


class Spooled:
    """Bytes in a file without a name."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self.size = size

    def __del__(self) -> None:
        self._file.close()

    def read(self, offset: int, length: int) -> bytes:
        """Give the bytes of a range."""
        self._file.seek(max(offset, 0))
        return self._file.read(max(min(length, self.size - offset), 0))


class ZipArchive:
    """Members after the central directory; those that are stored are read where they lie."""

    name = "zip"
    summary = "zip archives: packages, bundles of packages, updates, factory images"
    specification = "APPNOTE.TXT 6.3.10 sections 4.3 to 4.5"

    def fits(self, head: bytes) -> bool:
        """Know it by the first local header, or by the end of an empty archive."""
        return head.startswith((b"PK\x03\x04", _END))

    def members(self, source: Source, budget: Budget) -> Iterator[Member | Lost]:
        """Give every file; names that lead out of the archive are kept as text and lead nowhere."""
        for entry in entries(source)[0]:
            budget.meeting()
            if entry.name.endswith("/"):
                continue
            try:
                yield Member(entry.name, *opened(source, entry, budget))
            except Exhausted as error:
                yield Lost(entry.name, "limit", error.why)
                if budget.unpack < 0:
                    return
            except Malformed as error:
                yield Lost(entry.name, "encrypted" if entry.flags & 1 else "malformed", error.why)


def entries(source: Source) -> tuple[list[Entry], int]:
    """Give the entries of the central directory and where it begins; raises Malformed without one."""
    count, size, start = _end(source)
    directory = source.read(start, size)
    found: list[Entry] = []
    at = 0
    while at + 46 <= len(directory) and directory[at : at + 4] == b"PK\x01\x02":
        (flags, method) = struct.unpack_from("<HH", directory, at + 8)
        packed, length, named, extra, comment = struct.unpack_from("<IIHHH", directory, at + 20)
        (header,) = struct.unpack_from("<I", directory, at + 42)
        name = directory[at + 46 : at + 46 + named].decode("utf-8", "replace")
        field = directory[at + 46 + named : at + 46 + named + extra]
        packed, length, header = _wide(field, packed, length, header)
        found.append(Entry(name, method, flags, packed, length, header))
        at += 46 + named + extra + comment
        if len(found) >= _MOST_ENTRIES:
            break
    if not found and count:
        raise Malformed("the central directory of an archive is not where its end says", at=start)
    return found, start


def _end(source: Source) -> tuple[int, int, int]:
    """Give number of entries, size and start of the central directory."""
    tail_at = max(source.size - 65_557, 0)
    tail = source.read(tail_at, 65_557)
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        raise Malformed("an archive has no central directory: it is cut off")
    count, size, start = struct.unpack_from("<HII", tail, at + 10)
    if count == 0xFFFF or 0xFFFFFFFF in {size, start}:
        locator = tail[at - 20 : at] if at >= 20 else b""
        if locator[:4] == b"PK\x06\x07":
            (wide,) = struct.unpack_from("<Q", locator, 8)
            record = source.read(wide, 56)
            if record[:4] == b"PK\x06\x06" and len(record) == 56:
                count, size, start = struct.unpack_from("<QQQ", record, 32)
    if size > 46 * _MOST_ENTRIES * 4 or start + size > source.size:
        raise Malformed("the central directory of an archive lies outside of it", at=tail_at + at)
    return count, size, start


def _wide(extra: bytes, packed: int, size: int, header: int) -> tuple[int, int, int]:
    """Take the sizes of the 64-bit field where the short ones are full (section 4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<HH", extra, at)
        if number == 1:
            words = [
                struct.unpack_from("<Q", extra, at + 4 + 8 * index)[0]
                for index in range(min(length, len(extra) - at - 4) // 8)
            ]
            told = [size, packed, header]
            for index, value in enumerate(told):
                if value == 0xFFFFFFFF and words:
                    told[index] = words.pop(0)
            return told[1], told[0], told[2]
        at += 4 + length
    return packed, size, header


def opened(source: Source, entry: Entry, budget: Budget) -> tuple[Source, int | None]:
    """Give the bytes of an entry, and where they lie if they are stored.

    A method that is neither stored nor deflated is read as stored, as Android does.  The bit of encryption is
    left out of account where the data unpacks all the same.
    """
    local = source.read(entry.header, 30)
    if local[:4] != b"PK\x03\x04" or len(local) < 30:
        raise Malformed("an entry of the archive has no local header", at=entry.header)
    named, extra = struct.unpack_from("<HH", local, 26)
    begin = entry.header + 30 + named + extra
    if entry.method != 8:
        if begin + entry.packed > source.size:
            raise Malformed("a stored member lies outside of the archive", at=begin)
        return Part(source, begin, entry.packed), begin
    return _inflated(Part(source, begin, entry.packed), entry.size, budget), None


def _inflated(packed: Source, told: int, budget: Budget) -> Source:
    """Unpack a member into memory, or into a file without a name where it is large."""
    budget.unpacking(0)  # nothing more once too much was
    engine = zlib.decompressobj(-15)
    out = tempfile.SpooledTemporaryFile(max_size=_HELD)  # noqa: SIM115  (its source closes it)
    spooled = Spooled(out, 0)
    size = 0
    most = max(told, 1 << 16)
    try:
        for at in range(0, packed.size, _STEP):
            waiting = packed.read(at, _STEP)
            full = False  # a step that fills its room may leave bytes inside the engine
            while (waiting or full) and not engine.eof:
                piece = engine.decompress(waiting, _STEP)
                waiting, full = engine.unconsumed_tail, len(piece) == _STEP
                size += len(piece)
                budget.unpacking(len(piece))
                if size > most:
                    raise Malformed(f"a member unpacks to more than the {told} bytes it tells of")
                out.write(piece)
    except zlib.error as error:
        raise Malformed(f"a member does not unpack: {error}") from error
    except OSError as error:
        raise Exhausted(f"there is no room for what a member unpacks to: {error.strerror}") from error
    if not engine.eof:
        raise Malformed("a member is cut off")
    out.seek(0)
    if size <= _HELD:
        return Held(out.read())
    spooled.size = size
    return spooled


container = ZipArchive()
