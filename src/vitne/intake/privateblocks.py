"""Blocks and options of pcapng for private use: where they are, told to whoever can read them.

specification: draft-ietf-opsawg-pcapng sections 3.1, 3.5 and 11.1: types and codes with the highest bit set

A capture that has such options is stepped over once more, block by block, and only when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Literal, NamedTuple

from vitne.intake.captures.pcapng import ORDER, SECTION

if TYPE_CHECKING:
    import numpy as np

    Order = Literal["little", "big"]

ENHANCED = 6  # type of a packet block that may have options
PRIVATE = 0x8000  # codes from here on are for private use
MOST_OPTIONS = 32  # of one packet or block
MOST_BLOCKS = 100_000  # of one section
_LONGEST = 1 << 12  # bytes of a block that are looked at
_BEFORE = 28  # bytes of an enhanced packet block before the frame


class Options(NamedTuple):
    """Some options, as the file holds them."""

    order: Order = "little"  # of the bytes of numbers
    items: tuple[tuple[int, bytes], ...] = ()  # code and value

    def number(self, code: int) -> int | None:
        """Give the first value of a code as a number; None where there is none of four bytes."""
        value = next((value for each, value in self.items if each == code), b"")
        return int.from_bytes(value, self.order) if len(value) == 4 else None

    def text(self, code: int) -> str:
        """Give the first value of a code as text; hostile text."""
        value = next((value for each, value in self.items if each == code), b"")
        return value.partition(b"\0")[0].decode("utf-8", "replace")


class Block(NamedTuple):
    """A block of a private type that begins with a number."""

    number: int
    options: Options


def packet_options(buffer: np.ndarray, start: int, length: int) -> Options:
    """Give the private options of the packet whose frame stands at ``start``; none of another block."""
    head = buffer[max(0, start - _BEFORE) : start].tobytes()
    orders: tuple[Order, ...] = ("little", "big")
    for order in orders if len(head) == _BEFORE else ():
        if _whole(head[:4], order) == ENHANCED and _whole(head[20:24], order) == length:
            at, end = start + length + -length % 4, start - _BEFORE + _whole(head[4:8], order) - 4
            data = buffer[at : max(at, min(end, at + _LONGEST))].tobytes()
            found = _options(data, order)
            return Options(order, tuple(option for option in found if option[0] >= PRIVATE))
    return Options()


def _options(data: bytes, order: Order) -> tuple[tuple[int, bytes], ...]:
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 4 <= len(data) and len(found) < MOST_OPTIONS:
        code, length = _whole(data[at : at + 2], order), _whole(data[at + 2 : at + 4], order)
        at += 4
        if not code or at + length > len(data):
            break
        found.append((code, data[at : at + length]))
        at += length + -length % 4
    return tuple(found)


def _whole(data: bytes, order: Order) -> int:
    return int.from_bytes(data, order)


class PrivateBlocks:
    """The blocks of one private type, section by section; stops where a block makes no sense."""

    def __init__(self, buffer: np.ndarray, kind: int) -> None:
        self._sections: list[int] = []  # where each begins
        self._blocks: list[list[Block]] = []
        self._read(buffer.data.cast("B"), kind)

    def of(self, place: int) -> list[Block]:
        """Give the blocks of the section that a byte of the file stands in, in their order."""
        at = bisect_right(self._sections, place) - 1
        return self._blocks[at] if at >= 0 else []

    def _read(self, view: memoryview, kind: int) -> None:
        at, end = 0, len(view)
        order: Order = "little"
        while at + 12 <= end:
            if view[at : at + 4] == SECTION:
                told = ORDER.get(bytes(view[at + 8 : at + 12]))
                if told is None:
                    return
                order = "big" if told == "big" else "little"
                self._sections.append(at)
                self._blocks.append([])
            length = int.from_bytes(view[at + 4 : at + 8], order)
            if length < 12 or length % 4 or at + length > end:
                return
            if int.from_bytes(view[at : at + 4], order) == kind:
                self._take(bytes(view[at + 8 : at + min(length - 4, _LONGEST)]), order)
            at += length

    def _take(self, body: bytes, order: Order) -> None:
        if len(body) >= 4 and self._blocks and len(self._blocks[-1]) < MOST_BLOCKS:
            options = Options(order, _options(body[4:], order))
            self._blocks[-1].append(Block(_whole(body[:4], order), options))
