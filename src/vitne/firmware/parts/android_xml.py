"""Binary XML of Android: manifests and the resources beside them.

specification: AOSP frameworks/base/libs/androidfw/include/androidfw/ResourceTypes.h, ResXMLTree
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from vitne.firmware.parts.chunked import StringPool, chunks, pool_of
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.parts.chunked import Chunk

_XML, _MAP, _START, _END, _TEXT = 0x0003, 0x0180, 0x0102, 0x0103, 0x0104
_STRING, _REFERENCE, _ATTRIBUTE, _INTEGER, _HEX, _BOOLEAN = 0x03, 0x01, 0x02, 0x10, 0x11, 0x12
_MOST_ELEMENTS = 100_000
_MOST_ATTRIBUTES = 256
NAMES = {
    0x01010001: "label",
    0x01010003: "name",
    0x01010006: "permission",
    0x01010009: "protectionLevel",
    0x0101000B: "sharedUserId",
    0x0101000D: "persistent",
    0x0101000E: "enabled",
    0x0101000F: "debuggable",
    0x01010010: "exported",
    0x01010011: "process",
    0x01010018: "authorities",
    0x0101001C: "priority",
    0x01010024: "value",
    0x01010025: "resource",
    0x01010026: "mimeType",
    0x01010027: "scheme",
    0x01010028: "host",
    0x0101020C: "minSdkVersion",
    0x0101021B: "versionCode",
    0x0101021C: "versionName",
    0x01010270: "targetSdkVersion",
    0x01010280: "allowBackup",
    0x010104EC: "usesCleartextTraffic",
    0x01010527: "networkSecurityConfig",
}
"""Attributes by their number: packers blank the texts of names, and Android goes by the number alone."""


class Value(NamedTuple):
    """The value of an attribute."""

    text: str  # as the source had it: "true", "17", a text, "@7f010001" for a resource
    reference: int  # number of the resource, 0 for none
    offset: int  # where its text or itself stands in the data


class Element(NamedTuple):
    """One element."""

    name: str
    depth: int  # of the root 0
    attributes: dict[str, Value]
    offset: int
    line: int


class AndroidXml:
    """A document: its elements in order, and its texts."""

    def __init__(self, data: bytes) -> None:
        outer = chunks(data, 0, len(data))
        if len(data) < 8 or struct.unpack_from("<H", data)[0] not in {_XML, 0}:
            raise Malformed("this is no binary XML", at=0)
        if not outer:
            raise Malformed("binary XML is cut off", at=0)
        self._data = data
        self._inner = chunks(data, outer[0].start + outer[0].header, outer[0].end)
        self.pool: StringPool = pool_of(data, self._inner)
        self.whole = bool(self._inner) and self._inner[-1].end == outer[0].end
        self._numbers: tuple[int, ...] = ()
        for chunk in self._inner:
            if chunk.kind == _MAP:
                count = min((chunk.end - chunk.start - chunk.header) // 4, len(self.pool))
                self._numbers = struct.unpack_from(f"<{count}I", data, chunk.start + chunk.header)
                break

    def elements(self) -> Iterator[Element]:
        """Give the elements in order; raises Malformed behind the last that can be read."""
        depth = count = 0
        for chunk in self._inner:
            if chunk.kind == _START:
                count += 1
                if count > _MOST_ELEMENTS:
                    raise Malformed(f"binary XML has more than {_MOST_ELEMENTS} elements", at=chunk.start)
                yield self._element(chunk, depth)
                depth += 1
            elif chunk.kind == _END:
                depth = max(depth - 1, 0)
        if not self.whole:
            raise Malformed(
                "binary XML is cut off, or has a part that makes no sense", at=self._inner[-1].end
            )

    def _element(self, chunk: Chunk, depth: int) -> Element:
        at = chunk.start + chunk.header
        if at + 20 > chunk.end:
            raise Malformed("an element of binary XML is cut off", at=chunk.start)
        (line,) = struct.unpack_from("<I", self._data, chunk.start + 8)
        _, name, start, size, count = struct.unpack_from("<iIHHH", self._data, at)
        attributes: dict[str, Value] = {}
        for number in range(min(count, _MOST_ATTRIBUTES)):
            place = at + start + number * max(size, 20)
            if place + 20 > chunk.end:
                break
            key, value = self._attribute(place)
            attributes.setdefault(key, value)
        return Element(self.pool.text(name), depth, attributes, chunk.start, line)

    def _attribute(self, at: int) -> tuple[str, Value]:
        _, name, raw, _, _, kind, word = struct.unpack_from("<iIiHBBI", self._data, at)
        number = self._numbers[name] if name < len(self._numbers) else 0
        key = NAMES.get(number) or self.pool.text(name)
        if kind == _STRING or (kind == 0 and raw >= 0):
            index = word if kind == _STRING else raw
            return key, Value(self.pool.text(index), 0, self.pool.place(index))
        if kind in {_REFERENCE, _ATTRIBUTE}:
            return key, Value(f"@{word:08x}", word, at)
        if kind == _BOOLEAN:
            return key, Value("true" if word else "false", 0, at)
        if kind == _HEX:
            return key, Value(f"{word:#x}", 0, at)
        return key, Value(str(word - (1 << 32) if kind == _INTEGER and word >> 31 else word), 0, at)
