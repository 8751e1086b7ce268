"""Lines of a text protocol out of a stream that is cut anywhere.

Used by the mail protocols and FTP.  A line ends with LF, a CR before it is taken off.  Each byte is looked
at once; a line longer than the bound is handed over cut, and the rest of it is passed over.
"""

from __future__ import annotations

from typing import NamedTuple

from vitne.model import Part

LONGEST = 1 << 16  # bytes of one line
MOST_KEPT = 1 << 24  # bytes of one body or literal that are kept


class Line(NamedTuple):
    """One line and where it stands."""

    data: bytes  # without the line end
    start: int  # stream offset of its first byte
    end: int  # stream offset behind the line end
    whole: bool  # the line end was seen and nothing was left out


class Lines:
    """The bytes of one side, given out by the line or by count."""

    def __init__(self, base: int = 0) -> None:
        self.offset = base  # stream offset of the first byte not yet given out
        self._kept = bytearray()
        self._seen = 0  # bytes of _kept that hold no line end
        self._at = 0  # bytes of _kept already given out
        self._passing = False  # inside a line that was too long

    def add(self, data: bytes) -> None:
        """Take more bytes."""
        if self._at:
            del self._kept[: self._at]
            self._seen -= self._at
            self._at = 0
        self._kept += data

    def __len__(self) -> int:
        return len(self._kept) - self._at

    def line(self) -> Line | None:
        """Give the next line; None when it is not all there yet."""
        found = self._kept.find(b"\n", max(self._seen, self._at))
        if self._passing:
            end = len(self._kept) if found < 0 else found + 1
            self._advance(end)
            self._passing = found < 0
            return None if found < 0 else self.line()
        if found < 0:
            self._seen = len(self._kept)
            if len(self) <= LONGEST:
                return None
            self._passing = True
            return self._cut(self._at + LONGEST)
        if found - self._at > LONGEST:
            line = self._cut(self._at + LONGEST)
            self._advance(found + 1)
            return line
        start, data = self.offset, bytes(self._kept[self._at : found])
        self._advance(found + 1)
        return Line(data.removesuffix(b"\r"), start, self.offset, True)  # noqa: FBT003

    def peek(self, count: int) -> bytes:
        """Look at the next bytes without giving them out."""
        return bytes(self._kept[self._at : self._at + count])

    def take(self, count: int) -> bytes:
        """Give up to so many bytes, whatever they hold."""
        data = bytes(self._kept[self._at : self._at + count])
        self._advance(self._at + len(data))
        return data

    def rest(self) -> Line | None:
        """Give what stands after the last line end, if anything."""
        if not len(self):
            return None
        return self._cut(len(self._kept))

    def miss(self, length: int) -> Line | None:
        """Note a hole: gives the half line before it; reading goes on behind the next line end."""
        half = self.rest()
        self.offset += length
        self._passing = True
        return half

    def resume(self) -> None:
        """Read on at once, not only behind the next line end (a hole inside counted bytes)."""
        self._passing = False

    def _cut(self, end: int) -> Line:
        """Give bytes up to here as a line that is not whole."""
        start, data = self.offset, bytes(self._kept[self._at : end])
        self._advance(end)
        return Line(data, start, self.offset, False)  # noqa: FBT003

    def _advance(self, end: int) -> None:
        """Give out everything before this position."""
        self.offset += end - self._at
        self._at = end
        self._seen = max(self._seen, end)


class Body:
    """Bytes that go on over many lines or reads: one slice of the stream where nothing was taken out."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start  # stream offset behind the last byte
        self.exact = True  # the kept bytes are the slice [start, end)
        self.cut = False  # more came than is kept
        self._chunks: list[bytes] = []
        self._size = 0

    def add(self, data: bytes, start: int, end: int) -> None:
        """Append bytes that stand at this range; a range that is not just these bytes ends exactness."""
        if start != self.end or end - start != len(data):
            self.exact = False
        self.end = end
        room = MOST_KEPT - self._size
        self.cut |= len(data) > room
        self._chunks.append(data[:room])
        self._size += len(self._chunks[-1])

    def data(self) -> bytes:
        """Give the bytes that were kept."""
        return b"".join(self._chunks)

    def part(self, path: str, field: str = "", *, hints: tuple[str, ...] = ()) -> Part:
        """Make the part of these bytes."""
        exact = self.exact and not self.cut
        data = None if exact else self.data()
        return Part(
            path=path, field=field, start=self.start, end=self.end, hints=hints, data=data, exact=exact
        )
