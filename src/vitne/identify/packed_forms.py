"""Packed forms: the ways to write degrees in bytes, and which two bytes of each tell most.

summary: float64, float32 and scaled 32-bit integers in either byte order; scaled varints, plain and zigzag
specification: IEEE 754 section 3.4; Protocol Buffers encoding (varint, sint64)
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import msgspec

from vitne.encodings._proto_fields import written_varint
from vitne.kernel.sieve import BIG_END, FLOAT32, FLOAT64, VARINT, WHOLE32, ZIGZAG

if TYPE_CHECKING:
    from collections.abc import Iterator

Order = Literal["little", "big"]
_LONGEST = 10  # bytes of a varint
_MASK = (1 << 64) - 1
_ENDS: dict[Order, int] = {"little": 0, "big": BIG_END}


class Kind(NamedTuple):
    """A form as the kernel reads it."""

    number: int
    scale: float  # parts of a degree, of whole numbers


class Form(Protocol):
    """One way to write degrees."""

    @property
    def kind(self) -> Kind:
        """How the kernel reads it."""
        ...

    @property
    def name(self) -> str:
        """How a person calls it."""
        ...

    def keys(self, low: float, high: float) -> Iterator[tuple[int, int]]:
        """Give two telling bytes of each number in a range, as one number, and their place in it."""
        ...

    def read(self, data: bytes, start: int) -> tuple[float, int] | None:
        """Give the degrees that begin at a position and the position behind; None where there are none."""
        ...

    def begin(self, data: bytes, end: int) -> int:
        """Say where a number that ends at a position begins; -1 where none does."""
        ...

    def step(self, degrees: float) -> float:
        """Give the degrees from one number to the next."""
        ...

    def bits(self, degrees: float) -> int:
        """Give the bits that a number takes up."""
        ...


class Float(msgspec.Struct, frozen=True):
    """Degrees as a floating number."""

    size: int  # bytes: 4 or 8
    order: Order  # of the bytes

    @property
    def name(self) -> str:
        """How a person calls it."""
        return f"float{8 * self.size}, {self.order} end first"

    @property
    def _code(self) -> str:
        return ("<" if self.order == "little" else ">") + ("f" if self.size == 4 else "d")

    @property
    def kind(self) -> Kind:
        """By its size and the order of its bytes."""
        return Kind((FLOAT32 if self.size == 4 else FLOAT64) + _ENDS[self.order], 1.0)

    def keys(self, low: float, high: float) -> Iterator[tuple[int, int]]:
        """Give none for a range that holds zero: numbers next to it have no telling bytes."""
        if low <= 0 <= high:
            return
        kind = ">f" if self.size == 4 else ">d"
        first, last = sorted(struct.pack(kind, degrees)[:2] for degrees in (low, high))
        for top in range(int.from_bytes(first, "big"), int.from_bytes(last, "big") + 1):
            yield _placed(top, self.size, self.order)

    def read(self, data: bytes, start: int) -> tuple[float, int] | None:
        """Anything that is no number of degrees is none."""
        if len(data) - start < self.size:
            return None
        (degrees,) = struct.unpack_from(self._code, data, start)
        return (degrees, start + self.size) if abs(degrees) <= 180 and math.isfinite(degrees) else None

    def begin(self, _data: bytes, end: int) -> int:
        """Each takes the same number of bytes."""
        return end - self.size

    def step(self, degrees: float) -> float:
        """By the bits behind the point (24 and 53 in all)."""
        return float(math.ulp(degrees) * (1 if self.size == 8 else 1 << 29))

    def bits(self, _degrees: float) -> int:
        """All of its bytes."""
        return 8 * self.size


class Scaled(msgspec.Struct, frozen=True):
    """Degrees times a power of ten as a whole number of 32 bits."""

    power: int  # of ten
    order: Order  # of the bytes

    @property
    def name(self) -> str:
        """How a person calls it."""
        return f"degrees times 1e{self.power} in 32 bits, {self.order} end first"

    @property
    def kind(self) -> Kind:
        """By the order of its bytes."""
        return Kind(WHOLE32 + _ENDS[self.order], 10.0**self.power)

    def keys(self, low: float, high: float) -> Iterator[tuple[int, int]]:
        """Give the upper 16 of 32 bits."""
        scale = 10**self.power
        for top in range(int(low * scale) >> 16, (int(high * scale) >> 16) + 1):
            yield _placed(top & 0xFFFF, 4, self.order)

    def read(self, data: bytes, start: int) -> tuple[float, int] | None:
        """Two's complement."""
        if len(data) - start < 4:
            return None
        degrees = int.from_bytes(data[start : start + 4], self.order, signed=True) / 10**self.power
        return (degrees, start + 4) if abs(degrees) <= 180 else None

    def begin(self, _data: bytes, end: int) -> int:
        """Each takes the same number of bytes."""
        return end - 4

    def step(self, _degrees: float) -> float:
        """One."""
        return float(10.0**-self.power)

    def bits(self, _degrees: float) -> int:
        """All of its bytes."""
        return 32


class Varint(msgspec.Struct, frozen=True):
    """Degrees times a power of ten as a varint, plain (two's complement of 64 bits) or zigzag."""

    power: int  # of ten
    zigzag: bool  # the sign in the lowest bit

    @property
    def name(self) -> str:
        """How a person calls it."""
        return f"degrees times 1e{self.power} as a {'zigzag ' * self.zigzag}varint"

    @property
    def kind(self) -> Kind:
        """By where its sign stands."""
        return Kind(ZIGZAG if self.zigzag else VARINT, 10.0**self.power)

    def keys(self, low: float, high: float) -> Iterator[tuple[int, int]]:
        """Give the uppermost two bytes; of the ten of a negative number those that its value decides."""
        first, last = sorted(self._number(degrees) for degrees in (low, high))
        for length in {_length(first), _length(last)}:
            at = 3 if length == _LONGEST else length - 2
            if at < 1:  # too short to tell anything
                continue
            least, most = max(first, 1 << 7 * (length - 1)), min(last, (1 << 7 * length) - 1)
            for top in range(least >> 7 * at, (most >> 7 * at) + 1):
                wrote = written_varint(top << 7 * at & _MASK)
                if len(wrote) == length:
                    yield wrote[at] << 8 | wrote[at + 1], at

    def read(self, data: bytes, start: int) -> tuple[float, int] | None:
        """At most ten bytes."""
        number = 0
        for at in range(start, min(start + _LONGEST, len(data))):
            number |= (data[at] & 127) << 7 * (at - start)
            if data[at] < 128:
                degrees = self._value(number) / 10**self.power
                return (degrees, at + 1) if abs(degrees) <= 180 else None
        return None

    def begin(self, data: bytes, end: int) -> int:
        """Go back over bytes that say that more follow."""
        if end < 1 or data[end - 1] > 127:
            return -1
        start = end - 1
        while start and data[start - 1] > 127 and end - start < _LONGEST:
            start -= 1
        return start

    def step(self, _degrees: float) -> float:
        """One."""
        return float(10.0**-self.power)

    def bits(self, degrees: float) -> int:
        """All of its bytes; of a negative one without zigzag the last ones are always the same."""
        return 8 * min(_length(self._number(degrees)), 5)

    def _number(self, degrees: float) -> int:
        value = round(degrees * 10.0**self.power)
        if self.zigzag:
            return value << 1 if value >= 0 else (-value << 1) - 1
        return value & _MASK

    def _value(self, number: int) -> int:
        if self.zigzag:
            return number >> 1 if not number & 1 else -(number >> 1) - 1
        return number - (1 << 64) if number >> 63 else number


def _placed(top: int, size: int, order: Order) -> tuple[int, int]:
    """Give the upper two bytes of a number as they stand, and their place."""
    return (top, 0) if order == "big" else ((top & 255) << 8 | top >> 8, size - 2)


def _length(number: int) -> int:
    return max(1, -(-number.bit_length() // 7))


_ORDERS: tuple[Order, Order] = ("little", "big")
FORMS: tuple[Form, ...] = (
    *(Float(size, order) for size in (8, 4) for order in _ORDERS),
    *(Scaled(power, order) for power in (7, 6, 5) for order in _ORDERS),
    *(Varint(power, zigzag) for power in (7, 6, 5) for zigzag in (False, True)),
)
