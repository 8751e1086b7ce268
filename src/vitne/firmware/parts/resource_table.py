"""Resource tables (resources.arsc): the texts, booleans and lists that code and manifests refer to.

specification: AOSP frameworks/base/libs/androidfw/include/androidfw/ResourceTypes.h, ResTable
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from vitne.firmware.budget import Exhausted
from vitne.firmware.parts.chunked import StringPool, chunks, pool_of
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.budget import Budget
    from vitne.firmware.parts.chunked import Chunk

_TABLE, _PACKAGE, _TYPE = 0x0002, 0x0200, 0x0201
_STRING, _BOOLEAN, _REFERENCE = 0x03, 0x12, 0x01
_COMPLEX, _COMPACT = 1, 8
_SPARSE, _SHORT = 1, 2
_NONE = 0xFFFFFFFF
_MOST_MEMBERS = 4096
_LONGEST_NAME = 200
_KINDS = frozenset({"string", "bool", "array", "string-array", "plurals", "integer", "raw", "xml"})


class Resource(NamedTuple):
    """One value of one resource in one configuration."""

    number: int  # as code refers to it: 0x7f010000
    name: str  # kind and name: "string/server"
    config: str  # for which configurations: "mcc460", "zh-rCN"; "" for all others
    kind: int  # kind of the value
    word: int  # the value, a number of a text for texts
    text: str  # the value as a text, "" for kinds that are none
    offset: int  # where the value stands in the file


class ResourceTable:
    """The texts and booleans of a table, and what each is called."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        outer = chunks(data, 0, len(data))
        if not outer or outer[0].kind != _TABLE:
            raise Malformed("this is no resource table", at=0)
        self._data = data
        self._budget = budget
        inner = chunks(data, outer[0].start + outer[0].header, outer[0].end)
        self.pool = pool_of(data, inner)
        self._packages = [chunk for chunk in inner if chunk.kind == _PACKAGE]
        self.whole = bool(inner) and inner[-1].end == outer[0].end

        self.fault = ""  # what was wrong behind the last value that could be read

    def resources(self) -> list[Resource]:
        """Give every text and boolean with its name, up to a fault; values of lists one by one."""
        found: list[Resource] = []
        try:
            for package in self._packages:
                found.extend(self._package(package))
        except Exhausted:
            raise
        except Malformed as error:
            self.fault = error.why
        if not self.whole:
            self.fault = self.fault or "a resource table is cut off, or has a part that makes no sense"
        return found

    @staticmethod
    def resolved(resources: list[Resource]) -> dict[int, tuple[str, str]]:
        """Give name and value of every resource by its number, of the first configuration that has it.

        References are followed eight steps.
        """
        found: dict[int, Resource] = {}
        for each in resources:
            known = found.get(each.number)
            if known is None or (known.config and not each.config):
                found[each.number] = each
        out = {}
        for number, each in found.items():
            last, steps = each, 0
            while last.kind == _REFERENCE and last.word in found and steps < 8:
                last, steps = found[last.word], steps + 1
            out[number] = (each.name, last.text)
        return out

    def _package(self, chunk: Chunk) -> Iterator[Resource]:
        if chunk.header < 284 - 4:
            raise Malformed("the header of a package is cut off", at=chunk.start)
        data = self._data
        number, kinds, _, keys = struct.unpack_from("<I256xIII", data, chunk.start + 8)
        inner = chunks(data, chunk.start + chunk.header, chunk.end)
        pools = {each.start - chunk.start: each for each in inner if each.kind == 0x0001}
        if kinds not in pools or keys not in pools:
            raise Malformed("the names of a package's resources are not there", at=chunk.start)
        names = StringPool(data, pools[kinds]), StringPool(data, pools[keys])
        for each in inner:
            if each.kind == _TYPE:
                yield from self._type(each, number & 0xFF, names)

    def _type(self, chunk: Chunk, package: int, names: tuple[StringPool, StringPool]) -> Iterator[Resource]:
        data = self._data
        if chunk.header < 24:
            raise Malformed("the header of a kind of resources is cut off", at=chunk.start)
        kind, flags, _, count, start = struct.unpack_from("<BBHII", data, chunk.start + 8)
        kinds, keys = names
        config = _config(data[chunk.start + 20 : chunk.start + chunk.header])
        base = (package << 24) | (kind << 16)
        word = kinds.text(kind - 1).lstrip("^")
        if word not in _KINDS:
            return
        self._budget.reading(min(count, 1 << 24))
        for index, offset in _entries(data, chunk, flags, count):
            at = chunk.start + start + offset
            if at + 8 > chunk.end:
                continue
            size, form, key = struct.unpack_from("<HHI", data, at)
            if form & _COMPACT:
                value = form >> 8, key, at + 4
                yield self._resource(base | index, f"{word}/{keys.text(size)[:_LONGEST_NAME]}", config, value)
                continue
            name = f"{word}/{keys.text(key)[:_LONGEST_NAME]}"
            if not form & _COMPLEX:
                if at + size + 8 <= chunk.end:
                    _, _, held, raw = struct.unpack_from("<HBBI", data, at + size)
                    yield self._resource(base | index, name, config, (held, raw, at + size + 4))
                continue
            yield from self._list(chunk, at, base | index, name, config)

    def _list(self, chunk: Chunk, at: int, number: int, name: str, config: str) -> Iterator[Resource]:  # noqa: PLR0917
        size, _, _, _, members = struct.unpack_from("<HHIII", self._data.ljust(at + 16, b"\0"), at)
        self._budget.reading(min(members, _MOST_MEMBERS))
        for member in range(min(members, _MOST_MEMBERS)):
            place = at + size + 12 * member
            if place + 12 > chunk.end:
                return
            _, _, _, held, raw = struct.unpack_from("<IHBBI", self._data, place)
            if held == _STRING:
                yield self._resource(number, f"{name}[{member}]", config, (held, raw, place + 8))

    def _resource(self, number: int, name: str, config: str, value: tuple[int, int, int]) -> Resource:
        kind, word, offset = value
        if kind == _STRING:
            text = self.pool.text(word)
        elif kind == _BOOLEAN:
            text = "true" if word else "false"
        else:
            text = ""
        return Resource(number, name, config, kind, word, text, offset)


def _entries(data: bytes, chunk: Chunk, flags: int, count: int) -> Iterator[tuple[int, int]]:
    """Give number and offset of every entry that is there: as words, as short words, or as pairs."""
    at = chunk.start + chunk.header
    width = 2 if flags & _SHORT and not flags & _SPARSE else 4
    count = min(count, max(chunk.end - at, 0) // width)
    if flags & _SPARSE:
        for number in range(count):
            index, offset = struct.unpack_from("<HH", data, at + 4 * number)
            yield index, offset * 4
    elif width == 2:
        for index, offset in enumerate(struct.unpack_from(f"<{count}H", data, at)):
            if offset != 0xFFFF:
                yield index, offset * 4
    else:
        for index, offset in enumerate(struct.unpack_from(f"<{count}I", data, at)):
            if offset != _NONE:
                yield index, offset


def _config(raw: bytes) -> str:
    """Write the part of a configuration that tells of a market: network, language, country."""
    if len(raw) < 12:
        return ""
    mobile_country, mobile_network = struct.unpack_from("<HH", raw, 4)
    words = [f"mcc{mobile_country:03d}"] if mobile_country else []
    if mobile_network:
        words.append(f"mnc{0 if mobile_network == 0xFFFF else mobile_network:02d}")
    language, region = _letters(raw[8:10], "a"), _letters(raw[10:12], "0")
    if language:
        words.append(language)
    if region:
        words.append(f"r{region}")
    return "-".join(words)


def _letters(raw: bytes, base: str) -> str:
    """Read two letters, or three that are packed into two bytes."""
    if not raw[0]:
        return ""
    if raw[0] & 0x80:
        packed = raw[1] | raw[0] << 8
        steps = packed & 31, packed >> 5 & 31, packed >> 10 & 31
        return "".join(chr(ord(base) + step) for step in steps)
    return raw.decode("latin-1").rstrip("\0")
