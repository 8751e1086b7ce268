"""What was inside records or tunnels as packets of its own, without what it went in.

A flow that was opened with keys cannot be closed again without them, and a tunnel names who it led through.
So what a redacted capture keeps of such flows are the bytes inside, as one plain connection or as datagrams.
Specifications: RFC 791 and 8200 (IP), RFC 9293 (TCP), RFC 768 (UDP); Ethernet or raw IP below.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from vitne.evidence import forging
from vitne.evidence.pcapng import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ETHERNET, _RAW = 1, 101
_SEGMENT = 1400
"""Bytes of one segment."""
_FIN, _SYN, _PSH, _ACK = 1, 2, 8, 16
_STEP_NS = 1000
"""Between packets that were made at one moment."""


class Ends(NamedTuple):
    """Who speaks: client and server."""

    addresses: tuple[str, str]  # textual, as they are to be written
    ports: tuple[int, int]
    hardware: tuple[bytes, bytes]  # six bytes each, b"" where the link has none


class Turn(NamedTuple):
    """Until when one side had said how much."""

    time_ns: int
    side: int
    end: int  # bytes of that side's stream


def conversation(ends: Ends, said: Mapping[int, bytes], turns: Iterable[Turn]) -> list[Frame]:
    """Give a TCP connection in which both sides say their bytes in the order of the turns."""
    order = sorted(turns)
    begun = order[0].time_ns if order else 0
    talk = _Talk(ends, begun - 3 * _STEP_NS)
    talk.put(0, _SYN)
    talk.put(1, _SYN | _ACK)
    talk.put(0, _ACK)
    done = {0: 0, 1: 0}
    for turn in order:
        talk.now = max(talk.now, turn.time_ns)
        end = min(turn.end, len(said.get(turn.side, b"")))
        if end > done[turn.side]:
            talk.say(turn.side, said[turn.side][done[turn.side] : end])
            done[turn.side] = end
    for side in (0, 1):
        talk.say(side, said.get(side, b"")[done[side] :])
    talk.put(0, _FIN | _ACK)
    talk.put(1, _FIN | _ACK)
    talk.put(0, _ACK)
    return talk.frames


class _Talk:
    """A connection as it is written."""

    def __init__(self, ends: Ends, now: int) -> None:
        self.ends, self.now = ends, now
        self.frames: list[Frame] = []
        self._next = [1_000_000, 2_000_000]

    def say(self, side: int, data: bytes) -> None:
        """Send bytes, acknowledged by the other side."""
        for at in range(0, len(data), _SEGMENT):
            self.put(side, _PSH | _ACK, data[at : at + _SEGMENT])
        if data:
            self.put(1 - side, _ACK)

    def put(self, side: int, flags: int, data: bytes = b"") -> None:
        """Write one segment."""
        ports = self.ends.ports if side == 0 else self.ends.ports[::-1]
        acknowledged = self._next[1 - side] if flags & _ACK else 0
        head = struct.pack(">HHIIBBHHH", *ports, self._next[side], acknowledged, 5 << 4, flags, 0xFFFF, 0, 0)
        self.frames.append(_frame(self.ends, side, self.now, (forging.TCP, head, data)))
        self._next[side] += len(data) + bool(flags & (_SYN | _FIN))
        self.now += _STEP_NS


def datagram(ends: Ends, side: int, time_ns: int, data: bytes) -> Frame:
    """Give one datagram; ValueError where it is longer than IP allows."""
    ports = ends.ports if side == 0 else ends.ports[::-1]
    return _frame(ends, side, time_ns, (forging.UDP, struct.pack(">HHHH", *ports, 8 + len(data), 0), data))


def _frame(ends: Ends, side: int, time_ns: int, said: tuple[int, bytes, bytes]) -> Frame:
    protocol, head, data = said
    order = (0, 1) if side == 0 else (1, 0)
    source, target = (ends.addresses[each] for each in order)
    hardware = [ends.hardware[each] for each in order]
    wide = ipaddress.ip_address(source).version == 6
    if wide:
        ip = struct.pack(">IHBB", 6 << 28, 0, protocol, 64) + bytes(32)
    else:
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0x4000, 64, protocol, 0) + bytes(8)
    link = b""
    if all(hardware):
        link = hardware[1] + hardware[0] + (b"\x86\xdd" if wide else b"\x08\x00")
    whole = forging.Split(link, ip, head, data, protocol, ((source, 0), (target, 0)))
    made = forging.joined(whole, head, data, hardware=_same, address=_same)
    return Frame(time_ns, _ETHERNET if link else _RAW, len(made), made)


def _same(value: Any) -> Any:
    return value


def whole(data: bytes, spans: Sequence[tuple[int, int, int]]) -> tuple[bytes, int] | None:
    """Give the bytes of a side and the stream offset of their first; None where some are missing between.

    ``spans`` are (offset in the stream, start, stop in ``data``).
    """
    if not spans:
        return b"", 0
    parts, first = [], spans[0][0]
    reached = first
    for offset, start, stop in spans:
        if offset != reached:
            return None
        parts.append(data[start:stop])
        reached = offset + stop - start
    return b"".join(parts), first
