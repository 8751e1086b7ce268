"""Exif data of pictures: where and when, and with what they were taken.

summary: texts and position in the Exif data of a picture
specification: Exif 2.32 (CIPA DC-008) sections 4.6.2 and 4.6.6; TIFF 6.0 section 2

Of a picture only this is read.  The position is given in decimal degrees, latitude before longitude.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitne.encodings._looks import readable
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_MARK = b"Exif\x00\x00"
_REACH = 256 << 10  # how far into a picture the data are looked for
_LONGEST = 64 << 10  # bytes of them: those of a JPEG segment
_ASCII, _RATIONAL = 2, 5
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_EXIF, _GPS = 0x8769, 0x8825  # tags that say where a further table stands
_TEXTS = {
    0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0131: "Software", 0x013B: "Artist",
    0x8298: "Copyright", 0x9003: "DateTimeOriginal", 0xA430: "CameraOwnerName", 0xA431: "BodySerialNumber",
    0xA435: "LensSerialNumber", 0xA420: "ImageUniqueID",
}  # fmt: skip
_SIDES = {b"N": 1, b"E": 1, b"S": -1, b"W": -1}
_MOST = 512  # entries of one table
_PLACES = 7  # decimals of a degree: about a centimetre


class _Entry(NamedTuple):
    kind: int
    start: int
    end: int


class _Tiff:
    """The tables of one TIFF block."""

    def __init__(self, data: bytes, start: int) -> None:
        self.data = data[start : start + _LONGEST]
        self.order: str = {b"II*\x00": "little", b"MM\x00*": "big"}.get(self.data[:4], "")

    def number(self, at: int, width: int) -> int:
        return int.from_bytes(self.data[at : at + width], "little" if self.order == "little" else "big")

    def table(self, at: int) -> dict[int, _Entry]:
        """Read the entries of a table by their tags."""
        out: dict[int, _Entry] = {}
        if not 8 <= at < len(self.data):
            return out
        for number in range(min(self.number(at, 2), _MOST)):
            place = at + 2 + 12 * number
            if place + 12 > len(self.data):
                break
            kind, count = self.number(place + 2, 2), self.number(place + 4, 4)
            size = _WIDTHS.get(kind, 0) * count
            start = place + 8 if size <= 4 else self.number(place + 8, 4)
            if size and start + size <= len(self.data):
                out[self.number(place, 2)] = _Entry(kind, start, start + size)
        return out

    def degrees(self, entry: _Entry, side: bytes) -> float | None:
        """Read degrees, minutes and seconds as fractions."""
        if entry.kind != _RATIONAL or entry.end - entry.start < 24 or side not in _SIDES:
            return None
        value = 0.0
        for at, part in ((0, 1), (8, 60), (16, 3600)):
            below = self.number(entry.start + at + 4, 4)
            if below:
                value += self.number(entry.start + at, 4) / below / part
            elif part == 1:
                return None
        return _SIDES[side] * value if value <= 180 else None


class Exif:
    """Texts are slices of the picture; the position is worked out, and has the range of the whole block."""

    name = "exif"
    summary = "texts and position in the Exif data of a picture"
    specification = "Exif 2.32 (CIPA DC-008) sections 4.6.2 and 4.6.6; TIFF 6.0 section 2"
    family: Family = "binary"
    order = 90
    marks = (_MARK,)
    readable = False
    exact = False

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what stands behind the mark of Exif in the first 256 KiB."""
        at = data.find(_MARK, 0, _REACH)
        if at >= 0:
            yield from _read(data, at + len(_MARK), limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what stands in the whole data: a picture, the block, or one text of it.  Raises Malformed."""
        at = data.find(_MARK, 0, _REACH)
        found = list(_read(data, at + len(_MARK) if at >= 0 else 0, limits))
        if not found and readable(data):
            found = [Child(data=data.rstrip(b"\x00 "), start=0, end=len(data))]
        if not found:
            raise Malformed("no Exif data with texts or a position", at=0)
        yield from found

    def wrap(self, child: Child) -> bytes:
        """Write a block that says the same position, or the text."""
        if child.path != "position":
            return child.data
        parts = [float(text) for text in child.data.split(b",")]
        entries = b""
        values = b""
        base = 8 + 2 + 12 + 4 + 2 + 4 * 12 + 4
        for number, (value, sides) in enumerate(zip(parts, (b"NS", b"EW"), strict=True)):
            side = sides[1:] if value < 0 else sides[:1]
            entries += _entry(1 + 2 * number, _ASCII, 2, side + b"\x00\x00\x00")
            entries += _entry(2 + 2 * number, _RATIONAL, 3, (base + len(values)).to_bytes(4, "little"))
            degrees = round(abs(value) * 10**_PLACES)
            values += b"".join(one.to_bytes(4, "little") for one in (degrees, 10**_PLACES, 0, 1, 0, 1))
        first = b"\x01\x00" + _entry(_GPS, 4, 1, (26).to_bytes(4, "little")) + bytes(4)
        return b"II*\x00\x08\x00\x00\x00" + first + b"\x04\x00" + entries + bytes(4) + values

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of a text stand; of the position, all of the block."""
        del data
        if child.path == "position":
            return child.start, child.end
        return child.start + start, child.start + end


def _entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
    return tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + count.to_bytes(4, "little") + value


def _read(data: bytes, start: int, limits: Limits) -> Iterator[Child]:
    """Yield the position first, then the texts of the first and the Exif table."""
    tiff = _Tiff(data, start)
    if not tiff.order or limits.children < len(_TEXTS) + 1:
        return
    first = tiff.table(tiff.number(4, 4))
    position = _position(tiff, first)
    if position:
        yield Child(data=position, start=start, end=start + len(tiff.data), path="position")
    further = first.get(_EXIF)
    tables = [first, tiff.table(tiff.number(further.start, 4)) if further else {}]
    for tag, entry in sorted((tag, entry) for table in tables for tag, entry in table.items()):
        if tag in _TEXTS and entry.kind == _ASCII:
            text = tiff.data[entry.start : entry.end].rstrip(b"\x00 ")
            if text and readable(text):
                low = start + entry.start
                yield Child(data=text, start=low, end=low + len(text), path=_TEXTS[tag])


def _position(tiff: _Tiff, first: dict[int, _Entry]) -> bytes:
    where = first.get(_GPS)
    gps = tiff.table(tiff.number(where.start, 4)) if where else {}
    parts = []
    for side, degrees in ((1, 2), (3, 4)):
        if side not in gps or degrees not in gps:
            return b""
        value = tiff.degrees(gps[degrees], tiff.data[gps[side].start : gps[side].start + 1])
        if value is None:
            return b""
        parts.append(f"{value:.{_PLACES}f}".encode())
    return b",".join(parts)


encoding = Exif()
