"""A wire on which invented hosts talk, and what a capture beside it would hold.

summary: timed datagrams and TCP conversations with handshake, acknowledgements, losses and end
specification: RFC 9293 sections 3.4 to 3.6; RFC 7323; RFC 6298
"""

from __future__ import annotations

import itertools
import struct
from typing import TYPE_CHECKING

import msgspec

from vitne.lab import packets
from vitne.lab.packets import ACK, FIN, PSH, SYN, Ends, Numbers

if TYPE_CHECKING:
    from random import Random

    from vitne.lab.pcap import TimedFrame

MS = 1_000_000
SECOND = 1_000_000_000
SEGMENT = 1428  # bytes of a full segment: an MTU of 1480 less the headers and the time stamps
CLIENT, SERVER = 0, 1


class Host(msgspec.Struct, frozen=True):
    """One endpoint: its addresses, as seen on this wire."""

    mac: str  # link address; behind a router it is the router's
    ip: str  # IPv4 or IPv6 address
    ttl: int = 64  # time to live its packets have here


class Wire:
    """Collects frames with their times and gives them in the order of time."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._frames: list[TimedFrame] = []

    def put(self, time_ns: int, frame: bytes) -> None:
        """Let a frame pass at a time."""
        self._frames.append((time_ns, frame))

    def frames(self) -> list[TimedFrame]:
        """Give all frames in the order of time; those of one time in the order they were put."""
        return sorted(self._frames, key=lambda timed: timed[0])

    def datagram(
        self, time_ns: int, pair: tuple[Host, Host], *, ports: tuple[int, int], payload: bytes
    ) -> None:
        """Let a UDP datagram pass from the first host to the second."""
        source, target = pair
        ends = Ends(source.ip, target.ip, source.ttl)
        packet = packets.internet(
            packets.udp(payload, ends, ports),
            ends,
            protocol=packets.UDP,
            identification=self.chance.getrandbits(16),
        )
        self.put(time_ns, frame(packet, source, target))


def frame(packet: bytes, source: Host, target: Host) -> bytes:
    """Put an IP packet into the Ethernet frame from one host to another."""
    kind = packets.ETHERTYPE_IPV6 if ":" in source.ip else packets.ETHERTYPE_IPV4
    return packets.ethernet(packet, source.mac, target.mac, kind=kind)


class _Side:
    """What one side of a conversation keeps: numbers, packet ids and its clock of time stamps."""

    def __init__(self, host: Host, port: int, chance: Random) -> None:
        self.host = host
        self.port = port
        self.seq = chance.getrandbits(32)
        self.identification = chance.getrandbits(16)
        self.clock = chance.randrange(1 << 20, 1 << 30)
        self.window = chance.randrange(340, 1400)
        self.echo = 0  # last time stamp of the other side


class Conversation:
    """One TCP connection.  ``now`` is the time of the last packet and moves on with each call."""

    def __init__(
        self, wire: Wire, pair: tuple[Host, Host], ports: tuple[int, int], *, at: int, rtt: int
    ) -> None:
        self.wire = wire
        self.now = at
        self.start = at
        self.rtt = rtt
        self.sides = [_Side(pair[i], ports[i], wire.chance) for i in (CLIENT, SERVER)]

    def open(self) -> Conversation:
        """Shake hands in three packets (RFC 9293 3.5)."""
        first, second = self.sides
        self._emit(CLIENT, b"", flags=SYN, first=True)
        first.seq += 1
        self.now += self.rtt
        self._emit(SERVER, b"", flags=SYN | ACK, first=True)
        second.seq += 1
        self._pause(1, 4)
        self._emit(CLIENT, b"")
        return self

    def send(self, side: int, data: bytes, *, cuts: tuple[int, ...] = (), fault: str = "") -> Conversation:
        """Send bytes in segments and let the other side acknowledge.

        ``cuts`` are places where a segment ends besides the full ones.  ``fault`` may be "lost", where the
        first segment is not acknowledged and comes again, or "swapped", where the first two change places.
        """
        segments = self._segments(side, data, cuts)
        if fault == "swapped":
            segments[:2] = segments[1::-1]
        for seq, chunk, last in segments:
            self._emit(side, chunk, flags=ACK | (PSH if last else 0), seq=seq)
            self._pause(0, 1)
        if fault == "lost":
            self.now += 220 * MS  # a retransmission time-out (RFC 6298)
            seq, chunk, last = segments[0]
            self._emit(side, chunk, flags=ACK | (PSH if last else 0), seq=seq)
        self.sides[side].seq += len(data)
        self._travel(1 - side)
        self._emit(1 - side, b"")
        return self

    def wait(self, low_ms: int, high_ms: int) -> Conversation:
        """Let time pass."""
        self._pause(low_ms, high_ms)
        return self

    def close(self, side: int = CLIENT) -> Conversation:
        """End both directions in three packets, begun by a side (RFC 9293 3.6)."""
        self._pause(1, 3)
        for ender in (side, 1 - side):
            self._emit(ender, b"", flags=FIN | ACK)
            self.sides[ender].seq += 1
            self._travel(1 - ender)
        self._emit(side, b"")
        return self

    def _segments(self, side: int, data: bytes, cuts: tuple[int, ...]) -> list[tuple[int, bytes, bool]]:
        """Cut bytes into (number, bytes, is it the last)."""
        edges = [
            *sorted({0, *(cut for cut in cuts if cut < len(data)), *range(0, len(data), SEGMENT)}),
            len(data),
        ]
        base = self.sides[side].seq
        pieces = [(base + low, data[low:high]) for low, high in itertools.pairwise(edges) if high > low]
        return [(seq, chunk, i == len(pieces) - 1) for i, (seq, chunk) in enumerate(pieces)]

    def _pause(self, low_ms: int, high_ms: int) -> None:
        self.now += self.wire.chance.randrange(low_ms * MS + 50_000, high_ms * MS + 400_000)

    def _travel(self, side: int) -> None:
        """Wait until what was sent has reached a side and its answer is back here, next to the client."""
        if side == SERVER:
            self.now += self.rtt
        self._pause(0, 2)

    def _emit(
        self, side: int, data: bytes, *, flags: int = ACK, seq: int | None = None, first: bool = False
    ) -> None:
        """Let one segment pass."""
        own, other = self.sides[side], self.sides[1 - side]
        stamp = own.clock + (self.now - self.start) // MS
        numbers = Numbers(
            seq=own.seq if seq is None else seq,
            ack=other.seq if flags & ACK else 0,
            flags=flags,
            window=0xFFFF if first else own.window,
            options=_options(stamp, own.echo, first=first),
        )
        other.echo = stamp & 0xFFFFFFFF
        ends = Ends(own.host.ip, other.host.ip, own.host.ttl)
        own.identification = (own.identification + 1) & 0xFFFF
        packet = packets.internet(
            packets.tcp(data, ends, (own.port, other.port), numbers=numbers),
            ends,
            protocol=packets.TCP,
            identification=own.identification,
        )
        self.wire.put(self.now, frame(packet, own.host, other.host))


def _options(stamp: int, echo: int, *, first: bool) -> bytes:
    """Give the options of a segment: time stamps always, the rest when shaking hands (RFC 7323)."""
    stamps = b"\x08\x0a" + struct.pack(">II", stamp & 0xFFFFFFFF, echo)
    if first:
        return b"\x02\x04" + struct.pack(">H", 1440) + b"\x04\x02" + stamps + b"\x01\x03\x03\x08"
    return b"\x01\x01" + stamps
