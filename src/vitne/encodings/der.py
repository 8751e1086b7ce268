"""ASN.1 in DER, and in BER where lengths are told.

summary: tagged values one inside the other; leaves by position, like 1.2.0
specification: ITU-T X.690 sections 8 and 10
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitne.encodings._looks import readable
from vitne.encodings._records import DEEPEST, Leaves, Records
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_INTEGER, _BITS, _OCTETS, _ENUMERATED, _BMP = 0x02, 0x03, 0x04, 0x0A, 0x1E
_TEXTS = frozenset(
    {0x0C, *range(0x12, 0x1D)}
)  # UTF8String; NumericString to UniversalString, times among them
_SEQUENCE, _SET = 0x30, 0x31
_CONSTRUCTED, _CONTEXT = 0x20, 0x80
_WIDEST = 16  # bytes of an integer that is written out
_STEPS_PER_LEAF = 4  # values looked at for each child that may be given


class _Value(NamedTuple):
    tag: int
    start: int
    end: int


class Der(Records):
    """Texts and octets are slices, integers are written out; object identifiers and bits give no child."""

    name = "der"
    summary = "tagged values one inside the other; leaves by position, like 1.2.0"
    specification = "ITU-T X.690 sections 8 and 10"
    family: Family = "binary"
    order = 48
    begins = frozenset({_SEQUENCE, _SET, *range(0x60, 0x80), *range(0xA0, 0xC0)})

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of data that are one sequence or set to the last byte and hold texts."""
        if len(data) < 8 or (data[0] not in {_SEQUENCE, _SET} and data[0] & 0xE0 not in {0x60, 0xA0}):
            return
        outer = _value(data, 0, len(data))
        if outer is not None and outer.end == len(data):
            read = _read(data, limits)
            if read.worth(len(data)):
                yield from read.given()

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the leaves of the whole data.  Raises Malformed where no value begins them."""
        if len(data) < 2:
            raise Malformed("no tagged value", at=0)
        read = _read(data, limits)
        if not read.children and not read.whole:
            raise Malformed(read.why or "no tagged value", at=read.end)
        yield from read.given()


def _value(data: bytes, at: int, stop: int) -> _Value | None:
    """Read a tag and a length; None where they do not fit.  The end may lie behind ``stop``: cut off."""
    if at + 2 > stop or data[at] & 31 == 31:
        return None
    length, start = data[at + 1], at + 2
    if length & 0x80:
        width = length & 0x7F
        if not 0 < width <= 4 or start + width > stop:
            return None
        length = int.from_bytes(data[start : start + width], "big")
        start += width
    return _Value(data[at], start, start + length)


def _read(data: bytes, limits: Limits) -> Leaves:
    """Read depth first; a value longer than the one around it is a fault, than the data a cut."""
    out = Leaves(limits)
    open_ends: list[tuple[int, int, str]] = [(len(data), 0, "")]  # end, number of the next value, path
    position = 0
    for _ in range(limits.children * _STEPS_PER_LEAF):
        while len(open_ends) > 1 and position >= open_ends[-1][0]:
            open_ends.pop()
        if position >= len(data):
            out.whole = len(open_ends) == 1
            return out
        stop, number, prefix = open_ends[-1]
        one = _value(data, position, min(stop, len(data)))
        if one is None or (one.end > stop > 0 and len(open_ends) > 1):
            out.why = "" if stop > len(data) and one is None else "a value that does not fit"
            return out
        path = f"{prefix}.{number}" if prefix else str(number)
        open_ends[-1] = stop, number + 1, prefix
        if one.tag & _CONSTRUCTED and len(open_ends) < DEEPEST:
            open_ends.append((one.end, 0, path))
            position = one.start
        elif one.end > len(data):
            return out
        else:
            _leaf(data, one, path, out)
            position = one.end
        out.end = position
        if out.full:
            return out
    return out


def _leaf(data: bytes, one: _Value, path: str, out: Leaves) -> None:
    tag, start, end = one
    if tag in {_INTEGER, _ENUMERATED}:
        value = int.from_bytes(data[start:end], "big", signed=True)
        shortest = (value + (value < 0)).bit_length() // 8 + 1
        if end - start == shortest <= _WIDEST:
            out.written(value, (start, end), path, form=f"big:{shortest}")
    elif tag in _TEXTS or tag == _OCTETS:
        out.named(data[start:end])
        out.slice(data, start, end, path)
    elif tag == _BMP and (end - start) % 2 == 0 and end > start and not out.full:
        text = data[start:end].decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
        out.named(text)
        params = (("form", "utf-16-be"),)
        out.children.append(Child(data=text, start=start, end=end, path=path, params=params))
    elif tag & 0xC0 == _CONTEXT and readable(data[start:end]):
        out.named(data[start:end])
        out.slice(data, start, end, path)


encoding = Der()
