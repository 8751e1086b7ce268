"""A capture that comes as a stream becomes pieces that are captures themselves.

summary: classic pcap and pcapng are cut between records; each piece begins with what its records need
specification: draft-ietf-opsawg-pcap; draft-ietf-opsawg-pcapng section 3.1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

_PCAP = {
    b"\xd4\xc3\xb2\xa1": "little",
    b"\x4d\x3c\xb2\xa1": "little",
    b"\xa1\xb2\xc3\xd4": "big",
    b"\xa1\xb2\x3c\x4d": "big",
}
_SECTION = b"\x0a\x0d\x0d\x0a"
LONGEST = 16 << 20  # bytes of a record
MOST_HEAD = 1 << 20  # bytes that every piece repeats: section, interfaces, secrets


class Splitter:
    """Takes bytes as they come and gives whole records; ``head`` is what a piece has to begin with."""

    def __init__(self) -> None:
        self.head = b""
        self._left = b""
        self._order: str = ""
        self._classic: bool | None = None

    def feed(self, data: bytes) -> bytes:
        """Give all records that are whole now, one behind the other; raises Malformed."""
        self._left += data
        if self._classic is None and not self._begin():
            return b""
        length = self._pcap_record if self._classic else self._block
        at, out = 0, []
        while (size := length(at)) is not None and at + size <= len(self._left):
            out.append(self._left[at : at + size])
            at += size
        self._left = self._left[at:]
        return b"".join(out)

    def _begin(self) -> bool:
        """Read the file's own head; tell whether it is there."""
        if len(self._left) < 24:
            return False
        magic = self._left[:4]
        if magic in _PCAP:
            self._classic, self._order = True, _PCAP[magic]
            self.head, self._left = self._left[:24], self._left[24:]
        elif magic == _SECTION:
            self._classic = False
        else:
            raise Malformed("this is no capture: neither pcap nor pcapng", at=0)
        return True

    def _number(self, at: int) -> int:
        return int.from_bytes(self._left[at : at + 4], "little" if self._order == "little" else "big")

    def _pcap_record(self, at: int) -> int | None:
        if at + 16 > len(self._left):
            return None
        kept = self._number(at + 8)
        if kept > LONGEST:
            raise Malformed("a record is longer than any frame", at=at)
        return 16 + kept

    def _block(self, at: int) -> int | None:
        if at + 12 > len(self._left):
            return None
        kind = self._left[at : at + 4]
        if kind == _SECTION:
            orders = {b"\x4d\x3c\x2b\x1a": "little", b"\x1a\x2b\x3c\x4d": "big"}
            self._order = orders.get(self._left[at + 8 : at + 12], "")
            if not self._order:
                raise Malformed("a section without byte order", at=at)
        size = self._number(at + 4)
        if size < 12 or size % 4 or size > LONGEST:
            raise Malformed("a block of an impossible length", at=at)
        if at + size <= len(self._left):
            self._remember(kind, self._left[at : at + size])
        return size

    def _remember(self, kind: bytes, block: bytes) -> None:
        """Keep what later records need: the section, its interfaces, secrets."""
        number = int.from_bytes(kind, "little" if self._order == "little" else "big")
        if kind == _SECTION:
            self.head = block
        elif number in {1, 10} and len(self.head) + len(block) <= MOST_HEAD:
            self.head += block


def pump(read: Callable[[int], bytes], splitter: Splitter, most: int) -> bytes | None:
    """Read once from a stream, at most so many bytes; give whole records, None at the end of the stream."""
    data = read(most)
    return splitter.feed(data) if data else None
