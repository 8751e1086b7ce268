"""A capture of a day that ran fast, put on the clock of the day: times are moved, nothing else.

summary: enhanced packet and statistics blocks with new time stamps
specification: draft-ietf-opsawg-pcapng sections 4.3 and 4.6, nanoseconds
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_PACKET, _STATISTICS, _SECTION = 6, 5, 0x0A0D0D0A


def stretched(files: Sequence[Path], target: Path, moved: Callable[[int], int]) -> int:
    """Write all captures as one, each time through ``moved``; give the number of packets.

    The files are our own: little-endian, one interface, nanoseconds.
    """
    packets = 0
    with target.open("wb") as out:
        for number, path in enumerate(files):
            data = path.read_bytes()
            at = 0
            while at + 12 <= len(data):
                kind, size = struct.unpack_from("<II", data, at)
                block = bytearray(data[at : at + size])
                at += size
                if kind in {_PACKET, _STATISTICS}:
                    high, low = struct.unpack_from("<II", block, 12)
                    time_ns = moved(high << 32 | low)
                    struct.pack_into("<II", block, 12, time_ns >> 32, time_ns & 0xFFFFFFFF)
                    packets += kind == _PACKET
                if number == 0 or kind in {_PACKET, _STATISTICS}:
                    out.write(block)
    return packets
