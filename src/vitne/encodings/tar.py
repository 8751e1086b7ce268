"""Tape archives: the files, by name.

summary: archive of files in blocks of 512 bytes; children by file name
specification: POSIX.1-2017 pax, ustar interchange format; GNU tar long names
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from vitne.encodings._slices import Slices
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_BLOCK = 512
_OCTAL = re.compile(rb"[ 0-7]*")
_PAX_PATH = re.compile(rb"(?:^|\n)\d+ path=([^\n]{1,4096})\n")
_LONG_NAME, _PAX, _FILES = b"L", b"x", b"\x007"  # types; "0" is a file as well


class _Header(NamedTuple):
    name: bytes
    size: int
    kind: bytes


class Tar(Slices):
    """Children are the contents of the files; the sum over each header has to be right."""

    name = "tar"
    summary = "archive of files in blocks of 512 bytes; children by file name"
    specification = "POSIX.1-2017 pax, ustar interchange format"
    family: Family = "binary"
    order = 37

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the files of data that begin with a header."""
        if len(data) > _BLOCK and _header(data, 0) is not None:
            yield from _files(data, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the files of the whole data.  Raises Malformed where no header begins them."""
        if _header(data, 0) is None:
            raise Malformed("no header of a tape archive", at=0)
        yield from _files(data, limits)


def _header(data: bytes, at: int) -> _Header | None:
    """Read a header; None where its sum is wrong (the sum counts its own eight bytes as spaces)."""
    head = data[at : at + _BLOCK]
    if len(head) < _BLOCK or not head[0] or not head[148]:
        return None
    told = _number(head[148:156])
    if told is None or told != sum(head) - sum(head[148:156]) + 8 * 32:
        return None
    size = _number(head[124:136])
    if size is None:
        return None
    name = head[:100].split(b"\x00")[0]
    prefix = head[345:500].split(b"\x00")[0] if head[257:263] == b"ustar\x00" else b""
    return _Header(prefix + b"/" + name if prefix else name, size, head[156:157])


def _number(field: bytes) -> int | None:
    if field[0] & 0x80:  # GNU: large sizes in binary
        return int.from_bytes(field[1:], "big")
    text = field.split(b"\x00")[0].strip()
    return int(text or b"0", 8) if _OCTAL.fullmatch(text) and b" " not in text else None


def _files(data: bytes, limits: Limits) -> Iterator[Child]:
    position, name = 0, b""
    for _ in range(limits.children):
        one = _header(data, position)
        if one is None:
            return
        start = position + _BLOCK
        end = min(start + one.size, len(data))
        if one.kind == _LONG_NAME:
            name = data[start:end][:4096].rstrip(b"\x00")
        elif one.kind == _PAX:
            path = _PAX_PATH.search(data[start : min(end, start + (1 << 16))])
            name = path[1] if path else name
        else:
            if end > start and one.kind in b"\x000" + _FILES:
                path_of = (name or one.name).decode("utf-8", "replace")
                whole = end == start + one.size
                yield Child(data=data[start:end], start=start, end=end, path=path_of[:256], complete=whole)
            name = b""
        position = start + -(-one.size // _BLOCK) * _BLOCK


encoding = Tar()
