"""One side of a TLS connection cut into records, over holes and behind damage.

summary: records of one side in order, with what lies between them where the thread was lost
specification: RFC 8446 section 5.1; RFC 5246 section 6.2.1
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Stretch = tuple[int, bytes | memoryview]
"""Stream offset and bytes of a stretch without a hole."""

CHANGE_CIPHER, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
LOST = 0  # bytes of which it is not known which records they are
HEADER = 5  # bytes of a record header
LARGEST = 16384 + 2048  # bytes of a payload (RFC 5246 6.2.3)
_START = re.compile(rb"[\x14-\x17]\x03[\x00-\x04]")
_CHAIN = 3  # record headers that must follow one another where records are looked for


class Record(NamedTuple):
    """One record, or a range in which records cannot be told apart."""

    kind: int  # type in the header, LOST for a range
    start: int  # half-open stream range
    end: int
    header: bytes  # empty for a range
    payload: bytes | memoryview | None  # None where bytes of it are missing


def records(stretches: Sequence[Stretch]) -> Iterator[Record]:
    """Yield the records of one side; stretches come in order and do not overlap."""
    runs = _joined(stretches)
    at = runs[0][0] if runs else 0  # stream offset of the next record
    last = runs[-1][0] + len(runs[-1][1]) if runs else 0
    for begin, data in runs:
        stop = begin + len(data)
        if at < begin:
            found = _resume(data, 0)
            yield Record(LOST, at, begin + found, b"", None)
            at = begin + found
        while at < stop:
            if not _plausible(data, at - begin):
                found = _resume(data, at - begin + 1)
                yield Record(LOST, at, begin + found, b"", None)
                at = begin + found
                continue
            low = at - begin
            header = bytes(data[low : low + HEADER])
            end = at + HEADER + int.from_bytes(header[3:], "big")
            if end <= stop:
                yield Record(header[0], at, end, header, data[low + HEADER : end - begin])
            else:  # a hole, or the end of what is there, stands inside it
                yield Record(header[0], at, min(end, last), header, None)
            at = end


def _joined(stretches: Sequence[Stretch]) -> list[tuple[int, memoryview]]:
    """Put stretches that touch one another together: how the bytes came does not matter."""
    groups: list[tuple[int, list[bytes | memoryview], int]] = []
    for offset, data in stretches:
        if not len(data):
            continue
        if groups and groups[-1][2] == offset:
            start, pieces, end = groups[-1]
            pieces.append(data)
            groups[-1] = (start, pieces, end + len(data))
        else:
            groups.append((offset, [data], offset + len(data)))
    return [
        (start, memoryview(pieces[0] if len(pieces) == 1 else b"".join(pieces)))
        for start, pieces, _ in groups
    ]


def _plausible(data: memoryview, at: int) -> bool:
    """Say whether a record header stands here."""
    if at + HEADER > len(data):
        return False
    kind, major, minor = data[at], data[at + 1], data[at + 2]
    return (
        CHANGE_CIPHER <= kind <= DATA
        and major == 3
        and minor <= 4
        and 0 < (data[at + 3] << 8 | data[at + 4]) <= LARGEST
    )


def _resume(data: memoryview, since: int) -> int:
    """Find where records go on: so many headers follow one another, or reach the end of the bytes.

    Looks at each byte a few times at most.
    """
    for match in _START.finditer(data, since):
        at = match.start()
        for _ in range(_CHAIN):
            if not _plausible(data, at):
                at = -1
                break
            at += HEADER + (data[at + 3] << 8 | data[at + 4])
            if at >= len(data):
                break
        if at >= 0:
            return match.start()
    return len(data)
