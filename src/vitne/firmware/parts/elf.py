"""Native programs and libraries: their texts, and what they take from others.

specification: System V ABI, Object Files and Dynamic Linking; ELF-32 and ELF-64, both byte orders
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from vitne.firmware.source import chunks
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.source import Source

MAGIC = b"\x7fELF"
_TEXT = re.compile(rb"[\x20-\x7e]{4,4096}")
_SHORTEST = 4  # of them; what is shorter at the end of a stretch may go on in the next
_OVERLAP = 4096
_LOAD, _DYNAMIC = 1, 2
_NEEDED, _STRTAB, _SYMTAB, _STRSZ, _SONAME, _SYMENT = 1, 5, 6, 10, 14, 11
_MOST_SYMBOLS = 200_000
_MOST_TABLE = 16 << 20
_MOST_SEGMENTS = 1024
_MOST_TAGS = 4096


class Import(NamedTuple):
    """A function that is taken from elsewhere."""

    name: str
    number: int  # in the table of dynamic symbols
    offset: int  # of its entry


class Linked(NamedTuple):
    """What the dynamic part says."""

    own_name: str  # "" for none
    needed: tuple[str, ...]  # libraries it needs
    imports: tuple[Import, ...]


def texts(source: Source) -> Iterator[tuple[int, bytes]]:
    """Give the runs of printable characters of any file and where they begin, stretch by stretch."""
    carry = b""
    for at, length in chunks(source):
        data = carry + source.read(at, length)
        base = at - len(carry)
        last = at + length >= source.size
        limit = len(data) if last else max(len(data) - _OVERLAP, 0)
        done = 0
        for match in _TEXT.finditer(data):
            if match.start() >= limit or (match.end() == len(data) and not last and match.start() > 0):
                done = match.start()
                break
            yield base + match.start(), match.group()
            done = match.end()
        else:
            done = len(data) if last else max(done, len(data) - _SHORTEST + 1)
        carry = data[max(done, 0) :] if not last else b""
        if len(carry) > 2 * _OVERLAP:
            carry = carry[-_OVERLAP:]


def linked(source: Source) -> Linked:
    """Read the dynamic part; a program without one gives nothing.  Raises Malformed."""
    head = source.read(0, 64)
    if head[:4] != MAGIC or len(head) < 52 or head[4] not in {1, 2} or head[5] not in {1, 2}:
        raise Malformed("this is no native program", at=0)
    wide, order = head[4] == 2, "<" if head[5] == 1 else ">"
    if wide:
        if len(head) < 64:
            raise Malformed("a native program ends inside its header", at=len(head))
        (table,) = struct.unpack_from(order + "Q", head, 32)
        size, count = struct.unpack_from(order + "HH", head, 54)
    else:
        (table,) = struct.unpack_from(order + "I", head, 28)
        size, count = struct.unpack_from(order + "HH", head, 42)
    least = 56 if wide else 32
    if not count or count > _MOST_SEGMENTS or size < least:
        return Linked("", (), ())
    raw = source.read(table, size * count)
    loads, dynamic = [], None
    for number in range(len(raw) // size):
        if wide:
            kind, _, offset, address, _, length = struct.unpack_from(order + "IIQQQQ", raw, number * size)
        else:
            kind, offset, address, _, length = struct.unpack_from(order + "IIIII", raw, number * size)
        if kind == _LOAD:
            loads.append((address, offset, length))
        elif kind == _DYNAMIC:
            dynamic = offset, length
    if dynamic is None:
        return Linked("", (), ())
    return _dynamic(source, (wide, order), loads, dynamic)


def _dynamic(
    source: Source, form: tuple[bool, str], loads: list[tuple[int, int, int]], where: tuple[int, int]
) -> Linked:
    wide, order = form
    word, width = (order + "qQ", 16) if wide else (order + "iI", 8)
    tags: dict[int, int] = {}
    needed = []
    raw = source.read(where[0], min(where[1], _MOST_TAGS * width))
    for number in range(len(raw) // width):
        tag, value = struct.unpack_from(word, raw, number * width)
        if tag == 0:
            break
        if tag == _NEEDED:
            needed.append(value)
        tags.setdefault(tag, value)

    def at(address: int) -> int:
        for start, offset, length in loads:
            if start <= address < start + length:
                return offset + address - start
        raise Malformed("the dynamic part of a native program points outside of it", at=where[0])

    if _STRTAB not in tags:
        return Linked("", (), ())
    names = source.read(at(tags[_STRTAB]), min(tags.get(_STRSZ, 0), _MOST_TABLE))
    own = _name(names, tags[_SONAME]) if _SONAME in tags else ""
    imports: tuple[Import, ...] = ()
    if _SYMTAB in tags:
        begin, end = at(tags[_SYMTAB]), at(tags[_STRTAB])
        each = 24 if wide else 16
        most = _MOST_SYMBOLS * each
        length = min(end - begin, most) if end > begin else min(source.size - begin, most // 16)
        imports = tuple(_imports(source.read(begin, length), (wide, order), names, begin))
    return Linked(own, tuple(_name(names, each) for each in needed), imports)


def _imports(raw: bytes, form: tuple[bool, str], names: bytes, begin: int) -> Iterator[Import]:
    """Give the symbols without a section: those that others have to give."""
    wide, order = form
    for at in range(0, len(raw) - (24 if wide else 16) + 1, 24 if wide else 16):
        if wide:
            name, _, _, section = struct.unpack_from(order + "IBBH", raw, at)
        else:
            name, _, _, _, _, section = struct.unpack_from(order + "IIIBBH", raw, at)
        if name and not section:
            text = _name(names, name)
            if text:
                yield Import(text, at // (24 if wide else 16), begin + at)


def _name(names: bytes, at: int) -> str:
    end = names.find(b"\0", at, at + 512)
    return names[at:end].decode("utf-8", "replace") if 0 <= at < end else ""
