"""MessagePack.

summary: maps and arrays in binary; leaves by path a.b[0].c
specification: MessagePack specification (github.com/msgpack/msgpack/blob/master/spec.md)

Objects one behind the other are read as one; leaves of a cut-off record are told to be cut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._records import DEEPEST, Items, text_item

if TYPE_CHECKING:
    from vitne.encodings import Family
    from vitne.encodings._records import Leaves, Way

# first byte -> width of the length behind it; fixed forms have theirs in the first byte
_TEXTS = {0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC4: 1, 0xC5: 2, 0xC6: 4}
_NUMBERS = {
    0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
    0xCA: ">f", 0xCB: ">d",
}  # fmt: skip
_WIDTHS = {"b": 1, "h": 2, "i": 4, "q": 8, "f": 4, "d": 8}
_CONTAINERS = {0xDC: (2, False), 0xDD: (4, False), 0xDE: (2, True), 0xDF: (4, True)}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_BEGINS = frozenset({*range(0x81, 0x90), *range(0x91, 0xA0), *_CONTAINERS})


class Msgpack(Items):
    """Texts and bytes are slices of the record, numbers are written out."""

    name = "msgpack"
    summary = "maps and arrays in binary; leaves by path a.b[0].c"
    specification = "MessagePack specification"
    family: Family = "binary"
    order = 47
    begins = _BEGINS
    maps = frozenset({*range(0x81, 0x90), 0xDE, 0xDF})
    missing = "no MessagePack object"

    def item(self, data: bytes, at: int, out: Leaves, way: Way) -> int:
        """Read one item: the position behind it, -1 where it is none, beyond the data where it is cut off."""
        return _item(data, at, out, way)


def _item(data: bytes, at: int, out: Leaves, way: Way) -> int:
    first = data[at]
    if first < 0x80 or first >= 0xE0:
        return _number(data, (at, at + 1), ">b", out=out, way=way)
    if first in _NUMBERS:
        form = _NUMBERS[first]
        return _number(data, (at + 1, at + 1 + _WIDTHS[form[1].lower()]), form, out=out, way=way)
    if 0xA0 <= first < 0xC0:
        return text_item(data, (at + 1, at + 1 + (first & 31)), out, way)
    if first in _TEXTS:
        start = at + 1 + _TEXTS[first]
        return text_item(data, (start, start + int.from_bytes(data[at + 1 : start], "big")), out, way)
    if first < 0xA0 or first in _CONTAINERS:
        return _container(data, at, way)
    if way.wants_name():
        return -1
    end = at + 1
    if first in _EXTENSIONS:
        end += _EXTENSIONS[first]
        end += 1 + int.from_bytes(data[at + 1 : end], "big")
    elif first in _FIXED_EXTENSIONS:
        end += 1 + _FIXED_EXTENSIONS[first]
    elif first == 0xC1:
        return -1
    way.done()
    return end


def _number(data: bytes, span: tuple[int, int], form: str, *, out: Leaves, way: Way) -> int:
    if span[1] > len(data):
        return span[1]
    if way.wants_name():
        way.name(str(int.from_bytes(data[span[0] : span[1]], "big")))
        return span[1]
    out.number(data, span, way.path(), form=form)
    way.done()
    return span[1]


def _container(data: bytes, at: int, way: Way) -> int:
    first = data[at]
    if way.wants_name() or way.depth >= DEEPEST:
        return -1
    width, named = _CONTAINERS.get(first, (0, first < 0x90))
    left = int.from_bytes(data[at + 1 : at + 1 + width], "big") if width else first & 15
    way.open(left, named=named)
    return at + 1 + width


encoding = Msgpack()
