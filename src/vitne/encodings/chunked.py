"""HTTP/1.1 chunked transfer coding.

summary: a body in chunks, each with its length before it
specification: RFC 9112 section 7.1
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})([ \t]*(?:;[^\r\n]{0,4096})?\r?\n)")
_END = re.compile(rb"\r?\n")
_LAST = re.compile(rb"(?:[^\r\n]{1,8192}\r?\n){0,256}\r?\n")  # trailers and the empty line
_MOST_CHUNKS = 1 << 18  # chunks of one body
_FIRST = re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\r\n]{0,256})?\r\n")


class Chunked:
    """The params list what stands before each chunk's bytes, so that the body can be written again."""

    name = "chunked"
    summary = "a body in chunks, each with its length before it"
    specification = "RFC 9112 section 7.1"
    family: Family = "transfer"
    order = 10
    readable = True
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the whole data where they are chunked to their end."""
        if _FIRST.match(data):
            child = self._read(data, limits)
            if child.complete and child.end == len(data):
                yield child

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the body.  Raises Malformed where no chunk begins."""
        if _SIZE.match(data) is None:
            raise Malformed("no chunk size", at=0)
        yield self._read(data, limits)

    def wrap(self, child: Child) -> bytes:
        """Write the chunks again."""
        known = dict(child.params)
        out, done = [], 0
        for at, text in known.get("frames", ()):
            out += [child.data[done:at], text.encode("latin-1")]
            done = at
        return b"".join([*out, child.data[done:]])

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say where bytes [start, end) of the body stand; chunk heads between them are inside the range."""
        del data
        frames: tuple[tuple[int, str], ...] = dict(child.params).get("frames", ())
        before = [at for at, _ in frames]
        heads = [0]
        for _, text in frames:
            heads.append(heads[-1] + len(text))
        first = start + heads[bisect_right(before, start)]
        if start >= end:
            return child.start + first, child.start + first
        return child.start + first, child.start + end + heads[bisect_right(before, end - 1)]

    def _read(self, data: bytes, limits: Limits) -> Child:
        out: list[bytes] = []
        frames: list[tuple[int, str]] = []  # bytes of the body before it, and the text that stands there
        size = position = 0
        begun = 0  # where the text between two chunks' bytes begins
        complete = False
        while size < limits.size and len(frames) < _MOST_CHUNKS and (match := _SIZE.match(data, position)):
            length = int(match[1], 16)
            position = match.end()
            if length == 0:
                last = _LAST.match(data, position)
                complete = last is not None
                position = last.end() if last else position
                frames.append((size, data[begun:position].decode("latin-1")))
                begun = position
                break
            frames.append((size, data[begun:position].decode("latin-1")))
            chunk = data[position : position + min(length, limits.size - size)]
            out.append(chunk)
            size += len(chunk)
            position = begun = position + len(chunk)
            end = _END.match(data, position)
            if len(chunk) < length or end is None:
                break
            position = end.end()
        end_at = position if complete else begun
        return Child(
            data=b"".join(out), start=0, end=end_at, params=(("frames", tuple(frames)),), complete=complete
        )


encoding = Chunked()
