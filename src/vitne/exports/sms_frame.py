"""Self-registration by short message: a frame around a small record.

Octets: version, command, length of the record, zero, the record, and eight hexadecimal digits of the CRC-32
of all before them.  A text log often loses the first four; the record is then known by its first tag.
specification: docs/notes/self-registration-sms.md
"""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple

_VERSIONS = (1, 2, 4)  # electronic serial number, MEID, IMS
_COMMANDS = (3, 4)  # registration, acknowledgement
_HEAD = 4
_CHECKSUM = re.compile(rb"[0-9a-f]{8}\Z")
_RECORD = re.compile(rb"<a1>.{1,512}?</a1>", re.DOTALL)


class Frame(NamedTuple):
    """Where the record of a registration stands in a short message."""

    start: int
    end: int
    sound: bool | None  # whether the checksum holds, None without one


def frame_of(data: bytes) -> Frame | None:
    """Find the record in a short message; None where there is none."""
    if len(data) > _HEAD and data[0] in _VERSIONS and data[1] in _COMMANDS and data[3] == 0:
        end = _HEAD + data[2]
        if _HEAD < end <= len(data):
            told = _CHECKSUM.fullmatch(data, end)
            sound = int(told[0], 16) == zlib.crc32(data[:end]) if told is not None else None
            return Frame(_HEAD, end, sound)
    found = _RECORD.search(data)
    return Frame(found.start(), found.end(), None) if found is not None else None
