"""Bytes as one big number in a base that is no power of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.kernel.letters import number_of

if TYPE_CHECKING:
    from vitne.model import Child

LONGEST = 8192  # digits of a number that is read: the work grows with their square


def digits(value: int, base: int) -> bytes:
    """Write a number as the values of its digits, the highest first; nothing for zero."""
    out, step = bytearray(), base**10
    while value:
        value, group = divmod(value, step)
        for _ in range(10):
            group, digit = divmod(group, base)
            out.append(digit)
    return bytes(out).rstrip(b"\x00")[::-1]


def share(size: int, letters: int, start: int, end: int) -> tuple[int, int]:
    """Say which of the letters hold bytes [start, end) of a number: a letter more on either side.

    Every letter weighs on every byte above it; those in this range tell most of the bytes.
    """
    if size == 0:
        return 0, letters
    first = max(0, start * letters // size - 1)
    last = min(letters, -(-end * letters // size) + 1)
    return (first, max(last, first + 1)) if end > start else (min(first, letters), min(first, letters))


def raw_of(token: bytes, alphabet: bytes, values: bytes) -> bytes:
    """Read a token as a number; each zero before it is a NUL.  ``values`` are those of all 256 letters."""
    rest = token.lstrip(alphabet[:1])
    return bytes(len(token) - len(rest)) + number_of(rest, values, len(alphabet))


def token_of(raw: bytes, alphabet: bytes) -> bytes:
    """Write bytes as a number again, a zero for each NUL before it."""
    rest = raw.lstrip(b"\x00")
    value = digits(int.from_bytes(rest, "big"), len(alphabet))
    return alphabet[:1] * (len(raw) - len(rest)) + bytes([alphabet[digit] for digit in value])


class BigNumber:
    """The places of bytes in a number."""

    readable = False
    exact = True

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which letters tell most of bytes [start, end)."""
        del data
        first, last = share(len(child.data), child.end - child.start, start, end)
        return child.start + first, child.start + last
