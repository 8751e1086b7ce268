"""CBOR.

summary: maps and arrays in binary, tags stepped over; leaves by path a.b[0].c
specification: RFC 8949

Items one behind the other are read as one (RFC 8742); leaves of a cut-off record are told to be cut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._records import DEEPEST, Items, text_item

if TYPE_CHECKING:
    from vitne.encodings import Family
    from vitne.encodings._records import Leaves, Way

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)  # major types (section 3.1)
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}  # additional information -> bytes of the argument
_INDEFINITE = 31
_FORMS = {1: ">B", 2: ">H", 4: ">I", 8: ">Q"}
_FLOATS = {2: ">e", 4: ">f", 8: ">d"}
_BEGINS = frozenset({*range(0x81, 0x9C), 0x9F, *range(0xA1, 0xBC), 0xBF, *range(0xC0, 0xDC)})


class Cbor(Items):
    """Texts and bytes are slices of the record, numbers are written out."""

    name = "cbor"
    summary = "maps and arrays in binary, tags stepped over; leaves by path a.b[0].c"
    specification = "RFC 8949"
    family: Family = "binary"
    order = 46
    begins = _BEGINS
    maps = frozenset(range(_MAP << 5, (_MAP + 1) << 5))
    before = frozenset(range(_TAG << 5, (_TAG + 1) << 5))
    missing = "no CBOR item"

    def item(self, data: bytes, at: int, out: Leaves, way: Way) -> int:
        """Read one item: the position behind it, -1 where it is none, beyond the data where it is cut off."""
        return _item(data, at, out, way)


def _item(data: bytes, at: int, out: Leaves, way: Way) -> int:
    major, more = data[at] >> 5, data[at] & 31
    if more == _INDEFINITE:
        return _without_count(at, major, way)
    width = _WIDTHS.get(more, 0)
    if more > 27:
        return -1
    start = at + 1 + width
    if start > len(data):
        return start
    argument = int.from_bytes(data[at + 1 : start], "big") if width else more
    if major in {_BYTES, _TEXT}:
        return text_item(data, (start, start + argument), out, way)
    if major in {_ARRAY, _MAP}:
        if way.wants_name() or way.depth >= DEEPEST:
            return -1
        way.open(argument, named=major == _MAP)
    elif major == _TAG:
        return start
    else:
        return _number(data, (at, start), out, way)
    return start


def _without_count(at: int, major: int, way: Way) -> int:
    """Enter or leave a container that says its end only by a mark (section 3.2.1).

    Texts in chunks are taken as a list of their chunks.
    """
    if major == _SIMPLE:
        return at + 1 if way.end_mark() else -1
    if major not in {_ARRAY, _MAP, _BYTES, _TEXT} or way.wants_name() or way.depth >= DEEPEST:
        return -1
    way.open(-1, named=major == _MAP)
    return at + 1


def _number(data: bytes, span: tuple[int, int], out: Leaves, way: Way) -> int:
    """Read an integer, a float, or a simple value, which gives no child (section 3.3)."""
    at, end = span
    major, width = data[at] >> 5, end - at - 1
    argument = int.from_bytes(data[at + 1 : end], "big") if width else data[at] & 31
    value = -1 - argument if major == _NEGATIVE else argument
    if way.wants_name():
        way.name(str(value))
        return end
    if major == _SIMPLE:
        if width in _FLOATS:
            out.number(data, (at + 1, end), way.path(), form=_FLOATS[width])
    elif width == 0:
        out.written(value, span, way.path(), form=f"cbor:{major}")
    else:
        form = _FORMS[width]
        out.written(value, (at + 1, end), way.path(), form=f"minus:{form}" if major else form)
    way.done()
    return end


encoding = Cbor()
