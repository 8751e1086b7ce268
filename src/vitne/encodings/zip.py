"""Zip archives: the members, by name.

summary: archive members; children by file name
specification: APPNOTE.TXT - .ZIP File Format Specification 6.3.10

The archive is read from its first member on, not from its directory: what is cut off keeps its first members.
A member whose size stands behind it has to be compressed, for its end then tells.  Enciphered members give
no child.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, NamedTuple

from vitne.encodings._inflating import allowance, inflate
from vitne.encodings._whole_range import WholeRange
from vitne.encodings.bz2 import encoding as bzip2
from vitne.encodings.zstd import encoding as zstandard
from vitne.model import Child, Limits, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Encoding

_MAGIC = b"PK\x03\x04"
_HEADER = 30  # bytes before the name (section 4.3.7)
_REACH = 64 << 10  # how far into the data the first member is looked for
_TRIES = 16  # candidates that may fail before the search ends
_STORED, _DEFLATED, _BZIP2, _ZSTD = 0, 8, 12, 93
_ENCIPHERED, _SIZE_BEHIND = 1, 8  # flags (section 4.4.4)

_OTHERS: dict[int, Encoding] = {_BZIP2: bzip2, _ZSTD: zstandard}


class _Member(NamedTuple):
    name: str
    method: int
    flags: int
    body: int  # position of the contents
    size: int  # compressed bytes; 0 where they are told behind the contents
    crc: int


class Zip(WholeRange):
    """A child's range holds its header too, so that it can be unwrapped and wrapped alone."""

    name = "zip"
    summary = "archive members; children by file name"
    specification = "APPNOTE.TXT 6.3.10"
    family: Family = "binary"
    order = 36
    marks = (_MAGIC,)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the members from the first that begins within the first 64 KiB."""
        at = data.find(_MAGIC, 0, _REACH)
        for _ in range(_TRIES):
            if at < 0 or (_member(data, at) and data[at + 4] <= 63 and data[at + 5] < 32):
                break
            at = data.find(_MAGIC, at + 1, _REACH)
        if at >= 0:
            yield from _read(data, at, limits)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the members of the whole data.  Raises Malformed where none begins them."""
        if not data.startswith(_MAGIC) or _member(data, 0) is None:
            raise Malformed("no member of a zip archive", at=0)
        yield from _read(data, 0, limits)

    def wrap(self, child: Child) -> bytes:
        """Write an archive of this one member; another compressor may have chosen other bytes for it."""
        out = io.BytesIO()
        method = dict(child.params).get("method", _DEFLATED)
        with zipfile.ZipFile(out, "w", _STORED if method == _STORED else _DEFLATED) as archive:
            info = zipfile.ZipInfo(child.path or "file")
            archive.writestr(info, child.data, _STORED if method == _STORED else _DEFLATED)
        return out.getvalue()

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of a stored member stand; of others, all bytes of the member."""
        if ("method", _STORED) not in child.params:
            return child.start, child.end
        head = data[child.start : child.start + _HEADER]
        body = child.start + _HEADER + int.from_bytes(head[26:28], "little")
        body += int.from_bytes(head[28:30], "little")
        return body + start, body + end


def _member(data: bytes, at: int) -> _Member | None:
    """Read a local file header; None where it is cut off or none."""
    head = data[at : at + _HEADER]
    if len(head) < _HEADER or not head.startswith(_MAGIC):
        return None
    name, extra = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
    body = at + _HEADER + name + extra
    if body > len(data):
        return None
    text = data[at + _HEADER : at + _HEADER + name][:256].decode("utf-8", "replace")
    size = int.from_bytes(head[18:22], "little")
    numbers = int.from_bytes(head[8:10], "little"), int.from_bytes(head[6:8], "little")
    return _Member(text, *numbers, body, size, int.from_bytes(head[14:18], "little"))


def _read(data: bytes, start: int, limits: Limits) -> Iterator[Child]:
    room, position = limits.size, start
    for _ in range(limits.children):
        one = _member(data, position)
        if one is None or room <= 0:
            return
        most = min(room, allowance(len(data) - one.body, limits))
        if one.flags & _ENCIPHERED:
            end = one.body + one.size
        else:
            contents, end, whole = _contents(data, one, most)
            if contents:
                room -= len(contents)
                params = (("method", one.method),)
                yield Child(
                    data=contents, start=position, end=end, path=one.name, params=params, complete=whole
                )
            if not whole:
                return
        position = data.find(_MAGIC, end, end + 64) if one.flags & _SIZE_BEHIND else end


def _contents(data: bytes, one: _Member, most: int) -> tuple[bytes, int, bool]:
    """Give the contents of a member, the position behind them, and whether they are whole."""
    stop = one.body + one.size if one.size else len(data)
    body = data[one.body : stop]
    if one.method == _STORED:
        contents = body[:most] if one.size or not one.flags & _SIZE_BEHIND else b""
        return contents, one.body + len(contents), len(contents) == one.size and _right(one, contents)
    if one.method == _DEFLATED:
        got = inflate(body, 0, -15, most=most)
        end = one.body + got.end
        return got.data, end, got.finished and (bool(one.flags & _SIZE_BEHIND) or _right(one, got.data))
    other = _OTHERS.get(one.method)
    if other is None:
        return b"", stop, bool(one.size) and stop <= len(data)
    try:
        child = next(other.unwrap(body, Limits(size=most)))
    except Malformed:
        return b"", stop, False
    return child.data, one.body + child.end, child.complete


def _right(one: _Member, contents: bytes) -> bool:
    return zlib.crc32(contents) == one.crc


encoding = Zip()
