"""Key logs: the secrets of sessions by their client random, found without holding them all.

summary: lines of the key log file that browsers and TLS libraries write, and pcapng secrets blocks of them
specification: RFC 9850 section 1 (SSLKEYLOGFILE); draft-ietf-opsawg-pcapng section 4.7

A line is looked up by the first eight bytes of its client random: sixteen bytes are kept per line, whatever
its length, and the line itself is read again when it is asked for.
"""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING

import numpy as np

from vitne.model import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PIECE = 4 << 20  # bytes that are indexed at one go
_LONGEST_LINE = 512  # bytes; a label, 64 and at most 128 hexadecimal digits fit well
_LONGEST_LABEL = 40
_BLOCK = 1 << 19  # lines that are sorted together: more at a time would need memory several times over
MOST_LINES = 16 << 20  # lines that are indexed
_MOST_ALIKE = 1024  # lines of one client random that are looked at
_MOST_SECRETS = 4  # different secrets under one label
_LINE = re.compile(rb"([A-Za-z0-9_]{1,40}) ([0-9A-Fa-f]{64}) ((?:[0-9A-Fa-f]{2}){32,64})(?![0-9A-Fa-f])")
"""What stands behind the digits does not matter: real logs hold comments and backslashes there."""
_DIGITS = np.full(256, 255, dtype=np.uint8)
for _number, _digit in enumerate(b"0123456789abcdef"):
    _DIGITS[_digit] = _DIGITS[ord(chr(_digit).upper())] = _number

Secrets = dict[str, tuple[bytes, ...]]
"""Label of the key log -> the different secrets under it, in their order; nearly always one."""
_ROW = np.dtype([("prefix", np.uint64), ("place", np.uint64)])


class KeyLog:
    """Secrets of many sessions, looked up by client random."""

    def __init__(self) -> None:
        self._sources: list[bytes | mmap.mmap | memoryview] = []
        self._found: list[np.ndarray] = []  # rows of _ROW, one array per piece
        self._blocks: list[np.ndarray] = []  # the same sorted, of some hundred thousand lines each
        self.lines = 0  # lines that hold a secret
        self.unread = 0  # other lines: neither a comment nor empty
        self.left_out = 0  # lines beyond MOST_LINES

    def __len__(self) -> int:
        return self.lines

    def add_file(self, path: Path) -> None:
        """Index a key log file; raises UsageError where it cannot be read or holds no key."""
        step = "give the file that SSLKEYLOGFILE named when the traffic was recorded"
        try:
            with path.open("rb") as file:
                size = file.seek(0, 2)
                data: bytes | mmap.mmap = b""
                if size:
                    data = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no regular file"
            raise UsageError(
                f"the key log cannot be read: {why}", where=path.name, expected="a text file", next_step=step
            ) from error
        before = self.lines
        self.add(data)
        if self.lines == before:
            raise UsageError(
                "there is no key in this file",
                where=path.name,
                expected="lines such as CLIENT_RANDOM or CLIENT_TRAFFIC_SECRET_0 with hexadecimal digits",
                next_step=step,
            )

    def add(self, data: bytes | mmap.mmap | memoryview) -> None:
        """Index the lines of a key log; the bytes must stay as they are while they are asked for."""
        source = len(self._sources)
        if source >= 1 << 15:
            self.left_out += 1
            return
        self._sources.append(data)
        for start, stop in _pieces(data):
            array = np.frombuffer(data, dtype=np.uint8, count=stop - start, offset=start)
            prefix, begin, others = _lines(array)
            room = max(0, MOST_LINES - self.lines)
            self.left_out += max(0, len(prefix) - room)
            rows = np.empty(min(len(prefix), room), dtype=_ROW)
            rows["prefix"] = prefix[:room]
            rows["place"] = (begin[:room] + start).astype(np.uint64) | np.uint64(source << 48)
            self._found.append(rows)
            self.lines += len(rows)
            if sum(map(len, self._found)) >= _BLOCK:
                self._sort()
            self.unread += others
            if isinstance(data, mmap.mmap):  # what was read is let go of: a log may be larger than the memory
                low = start - start % mmap.PAGESIZE
                data.madvise(mmap.MADV_DONTNEED, low, stop - low)

    def secrets(self, client_random: bytes) -> Secrets:
        """Give the secrets of the session with this client random (32 bytes); empty where there are none."""
        self._sort()
        prefix = np.uint64(int.from_bytes(client_random[:8], "big"))
        found: dict[str, tuple[bytes, ...]] = {}
        for row in self._alike(prefix):
            label, random, secret = self._line(int(row["place"]))
            known = found.get(label, ())
            if random == client_random and secret not in known and len(known) < _MOST_SECRETS:
                found[label] = (*known, secret)
        return found

    def _sort(self) -> None:
        """Put the rows gathered so far into a block, sorted; rows alike stay in their order."""
        if self._found:
            rows = np.concatenate(self._found)
            self._found.clear()
            self._blocks.append(rows[np.argsort(rows["prefix"], kind="stable")])

    def _alike(self, prefix: np.uint64) -> Iterator[np.void]:
        """Yield the rows of a prefix, in the order of their lines."""
        left = _MOST_ALIKE
        for block in self._blocks:
            column = block["prefix"]
            at = int(np.searchsorted(column, prefix))
            while left and at < len(block) and column[at] == prefix:
                yield block[at]
                at, left = at + 1, left - 1

    def _line(self, place: int) -> tuple[str, bytes, bytes]:
        """Read the line at a place again: label, client random, secret; empty where it is none after all."""
        source, at = place >> 48, place & ((1 << 48) - 1)
        text = bytes(self._sources[source][at : at + _LONGEST_LINE]).split(b"\n", 1)[0].rstrip(b"\r")
        match = _LINE.match(text)
        if match is None:
            return "", b"", b""
        return match[1].decode("ascii"), bytes.fromhex(match[2].decode()), bytes.fromhex(match[3].decode())


def _pieces(data: bytes | mmap.mmap | memoryview) -> Iterator[tuple[int, int]]:
    """Yield ranges that end behind a line end, or where a line is longer than any that is read."""
    at, size = 0, len(data)
    while at < size:
        stop = min(at + _PIECE, size)
        if stop < size:
            tail = bytes(data[max(at, stop - _LONGEST_LINE) : stop]).rfind(b"\n")
            if tail >= 0:
                stop = max(at, stop - _LONGEST_LINE) + tail + 1
        yield at, stop
        at = stop


def _lines(array: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Find the lines of a key log: first eight bytes of the client random, where the line begins, others."""
    ends = np.flatnonzero(array == 10)
    begins = np.concatenate([[0], ends + 1])
    stops = np.concatenate([ends, [len(array)]])
    whole = (stops > begins) & (array[np.minimum(begins, len(array) - 1)] != 35)  # '#' begins a comment
    whole &= ~((stops - begins == 1) & (array[np.minimum(begins, len(array) - 1)] == 13))
    begins, stops = begins[whole], stops[whole]
    total = len(begins)
    spaces = np.concatenate([np.flatnonzero(array == 32), [len(array)]])
    first = spaces[np.searchsorted(spaces, begins)]
    shaped = (first > begins) & (first - begins <= _LONGEST_LABEL) & (first + 1 + 64 + 1 + 64 <= stops)
    begins, first = begins[shaped], first[shaped]
    digits = _DIGITS[array[first[:, None] + np.arange(1, 17)]] if len(first) else np.empty((0, 16), np.uint8)
    second = array[first + 65] == 32 if len(first) else np.empty(0, dtype=bool)
    good = second & (digits < 16).all(axis=1)
    prefix = np.ascontiguousarray((digits[good, 0::2] << 4) | digits[good, 1::2]).view(">u8").ravel()
    return prefix.astype(np.uint64), begins[good], total - len(prefix)
