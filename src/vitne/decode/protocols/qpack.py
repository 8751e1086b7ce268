"""QPACK: the header fields of HTTP/3, read by somebody who sees both streams at once.

RFC 9204.  A bystander reads a whole encoder stream before the field sections that refer to it: entries are
kept by their absolute index and never forgotten, so that no field section has to wait.  When an insertion was
seen still matters, because a field section names the insertions it needs in a number that comes round.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from vitne.decode.protocols.hpack import MOST_BYTES, MOST_FIELDS, UNKNOWN, Field, integer, string
from vitne.decode.protocols.qpack_static import STATIC
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

OVERHEAD = 32  # bytes that an entry counts beside its text (section 3.2.1)
LARGEST_TABLE = 1 << 20  # bytes of a table that is believed; Chromium asks for 64 KiB
_MOST_ENTRIES = 1 << 20  # insertions of one connection that are kept
_MOST_GIVEN = 64 << 20  # bytes of names and values of one direction that are given


class Inserted:
    """What an encoder stream put into the dynamic table, by absolute index (section 3.2.4)."""

    def __init__(self) -> None:
        self._entries: list[tuple[bytes, bytes]] = []
        self._times: list[int] = []  # when each insertion was seen, never falling
        self._pending = bytearray()
        self._offset = 0  # stream offset of the first byte of ``_pending``
        self._enough = 0  # bytes that an instruction needs of which some are pending
        self._last = -1  # when the last byte before a hole was seen
        self.capacity = 0  # greatest size that the encoder asked for (section 4.3.1)
        self.lost = False  # a hole or damage: what was inserted since is not known

    def __len__(self) -> int:
        return len(self._entries)

    def feed(self, data: bytes, seen: Callable[[int], int] | None = None) -> None:
        """Take bytes of the encoder stream; ``seen`` tells when the byte at an offset was seen.

        Raises Malformed for what is no instruction; the table is then lost from there on.
        """
        if self.lost:
            return
        self._pending += data
        if len(self._pending) < self._enough:
            return
        block, at = bytes(self._pending), 0
        self._enough = 0
        while at < len(block):
            try:
                behind = self._instruction(block, at)
            except _More as more:
                self._enough = more.size - at
                break
            except Malformed:
                self.lost = True
                raise
            at = behind
            time = self._last = seen(self._offset + at - 1) if seen is not None else 0
            while len(self._times) < len(self._entries):
                self._times.append(max(time, self._times[-1] if self._times else time))
        del self._pending[:at]
        self._offset += at

    def miss(self) -> None:
        """Take note of a hole: absolute indices behind it cannot be known."""
        self.lost = True
        self._pending.clear()

    def known_at(self, time: int | None) -> bool:
        """Say whether all that was inserted by a time is known; None for the end."""
        return not self.lost or (time is not None and time <= self._last)

    def _instruction(self, block: bytes, at: int) -> int:
        """Read one instruction (section 4.3); gives the position behind it."""
        byte = block[at]
        if byte & 0xE0 == 0x20:
            capacity, at = _integer(block, at, 5)
            if capacity > LARGEST_TABLE:
                raise Malformed("a table of header fields is larger than is kept", at=at)
            self.capacity = max(self.capacity, capacity)
            return at
        if byte & 0x80:
            index, at = _integer(block, at, 6)
            name = self._static(index) if byte & 0x40 else self._relative(index)[0]
        elif byte & 0x40:
            name, at = _string(block, at, 5)
        else:  # a duplicate
            index, at = _integer(block, at, 5)
            self._insert(*self._relative(index))
            return at
        value, at = _string(block, at, 7)
        self._insert(name, value)
        return at

    @staticmethod
    def _static(index: int) -> bytes:
        if index >= len(STATIC):
            raise Malformed("an index beyond the static table of header fields")
        return STATIC[index][0]

    def _relative(self, index: int) -> tuple[bytes, bytes]:
        """Give an entry by its index relative to the newest (section 3.2.5)."""
        if index >= len(self._entries):
            raise Malformed("an index beyond the table of header fields")
        return self._entries[-1 - index]

    def _insert(self, name: bytes, value: bytes) -> None:
        if len(name) + len(value) + OVERHEAD > self.capacity or len(self._entries) >= _MOST_ENTRIES:
            raise Malformed("an entry is larger than the table of header fields")
        self._entries.append((name, value))

    def entry(self, index: int) -> tuple[bytes, bytes, bool]:
        """Give name and value by absolute index, and whether they are known."""
        if not 0 <= index < len(self._entries):
            raise Malformed("an index beyond the table of header fields")
        return (*self._entries[index], True)

    def count(self, time: int | None) -> int:
        """Give how many insertions had been seen at a time; None for all."""
        return len(self._entries) if time is None else bisect_right(self._times, time)


class _More(Exception):  # noqa: N818  (no error: the rest of an instruction is still to come)
    """The bytes in hand end inside an instruction, which needs so many of them."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(size)


def _integer(block: bytes, at: int, bits: int) -> tuple[int, int]:
    """Read an integer of an instruction that may not be whole yet."""
    end = at + 1
    if block[at] & ((1 << bits) - 1) == (1 << bits) - 1:
        while end < len(block) and block[end] & 0x80 and end - at < 8:
            end += 1
        if end >= len(block):
            raise _More(end + 1)
    return integer(block, at, bits)


def _string(block: bytes, at: int, bits: int) -> tuple[bytes, int]:
    """Read a string of an instruction that may not be whole yet."""
    if at >= len(block):
        raise _More(at + 1)
    length, begin = _integer(block, at, bits)
    if length <= LARGEST_TABLE and begin + length > len(block):
        raise _More(begin + length)
    text, _, end = string(block, at, bits)
    return text, end


def required(coded: int, most: int, inserted: int) -> int:
    """Give the Required Insert Count that stands for a coded one (section 4.5.1.1).

    ``most`` is the greatest capacity that the reader of the fields allows, ``inserted`` how many insertions
    had been seen when the field section came.
    """
    if coded == 0:
        return 0
    entries = most // OVERHEAD
    round_ = 2 * entries
    if not entries or coded > round_:
        raise Malformed("a field section needs more insertions than the table can hold")
    greatest = inserted + entries
    count = greatest // round_ * round_ + coded - 1
    if count > greatest:
        if count <= round_:
            raise Malformed("a field section needs insertions that cannot be")
        count -= round_
    if count == 0:
        raise Malformed("a field section needs no insertion, and says so in the wrong way")
    return count


class Section:
    """The field sections of one direction, read with what its encoder stream inserted."""

    def __init__(self, inserted: Inserted) -> None:
        self.inserted = inserted
        self.most = 0  # greatest capacity that the other side's settings allow (section 5)
        self.room = _MOST_GIVEN  # bytes of names and values that are still given
        self._sure = True  # what the section in hand refers to is known

    def fields(self, block: bytes, time: int | None = None) -> tuple[list[Field], int]:
        """Read a whole field section (section 4.5): its fields, and how many of its bytes were left.

        ``time`` is when its last byte was seen.  Raises Malformed.
        """
        coded, at = integer(block, 0, 8)
        most, inserted = self.most or self.inserted.capacity, self.inserted.count(time)
        self._sure = self.inserted.known_at(time) and (self.most > 0 or inserted <= most // OVERHEAD)
        count = required(coded, most, inserted) if self._sure else 0
        if at >= len(block):
            raise Malformed("a field section ends inside its prefix", at=at)
        sign = block[at] & 0x80
        delta, at = integer(block, at, 7)
        base = count - delta - 1 if sign else count + delta
        found: list[Field] = []
        room = min(MOST_BYTES, self.room)
        while at < len(block):
            field = self._field(block, at, base)
            room -= len(field.name) + len(field.value)
            if room < 0 or len(found) >= MOST_FIELDS:
                break
            at = field.end
            found.append(field)
            self.room -= len(field.name) + len(field.value)
        return found, len(block) - at

    def _field(self, block: bytes, at: int, base: int) -> Field:
        """Read one field line (sections 4.5.2 to 4.5.6)."""
        byte, start = block[at], at
        if byte & 0x80:  # indexed
            index, end = integer(block, at, 6)
            name, value, known = self._entry(index, static=bool(byte & 0x40), base=base)
            return Field(name, value, start, end, -1, known)
        if byte & 0xF0 == 0x10:  # indexed behind the base
            index, end = integer(block, at, 4)
            name, value, known = self._dynamic(base + index)
            return Field(name, value, start, end, -1, known)
        known = True
        if byte & 0x40:
            index, at = integer(block, at, 4)
            name, _, known = self._entry(index, static=bool(byte & 0x10), base=base)
        elif byte & 0x20:
            name, _, at = string(block, at, 3)
        else:
            index, at = integer(block, at, 3)
            name, _, known = self._dynamic(base + index)
        value, value_at, end = string(block, at)
        return Field(name, value, start, end, value_at, known)

    def _dynamic(self, index: int) -> tuple[bytes, bytes, bool]:
        return self.inserted.entry(index) if self._sure else (UNKNOWN, UNKNOWN, False)

    def _entry(self, index: int, *, static: bool, base: int) -> tuple[bytes, bytes, bool]:
        if not static:
            return self._dynamic(base - index - 1)
        if index >= len(STATIC):
            raise Malformed("an index beyond the static table of header fields")
        return (*STATIC[index], True)
