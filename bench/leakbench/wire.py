"""The wire: conversations as timed frames, which remember the stretch of a stream that each of them holds.

specification: RFC 9293 3.4 to 3.6; RFC 768
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vitne.lab import packets
from vitne.lab.packets import ACK, FIN, PSH, SYN, Ends, Numbers

if TYPE_CHECKING:
    from random import Random

MS = 1_000_000
SEGMENT = 1428  # bytes of a full segment
CLIENT, SERVER = 0, 1


@dataclass(frozen=True)
class Host:
    """An endpoint on the wire."""

    mac: str  # link address of its frames here; behind a router the router's
    ip: str


@dataclass(frozen=True)
class Turn:
    """Bytes that one side sends at a go, and how they are cut up."""

    side: int
    data: bytes
    cuts: tuple[int, ...] = ()  # places where a packet ends, besides full ones
    manner: str = ""  # "swapped": the first two packets change places; "reversed": all of them; "twice": the
    # first comes again


@dataclass
class Frame:
    """One frame, and which stream bytes it holds."""

    time_ns: int
    data: bytes
    case: int  # number of the case, -1 for none
    side: int = CLIENT
    low: int = 0  # half-open range in the stream of its side (or in all datagrams of it, one after another)
    high: int = 0


@dataclass
class Wire:
    """Collects frames; ``numbered`` gives them in the order of time."""

    chance: Random
    frames: list[Frame] = field(default_factory=list)

    def numbered(self) -> list[Frame]:
        """Give all frames in the order of time; the first is frame number 1."""
        self.frames.sort(key=lambda frame: frame.time_ns)
        return self.frames


def _ethernet(packet: bytes, source: Host, target: Host) -> bytes:
    kind = packets.ETHERTYPE_IPV6 if ":" in source.ip else packets.ETHERTYPE_IPV4
    return packets.ethernet(packet, source.mac, target.mac, kind=kind)


class Talk:
    """One TCP connection of a case."""

    def __init__(
        self, wire: Wire, pair: tuple[Host, Host], ports: tuple[int, int], *, at: int, case: int
    ) -> None:
        self.wire, self.pair, self.ports, self.now, self.case = wire, pair, ports, at, case
        self.seq = [wire.chance.getrandbits(32), wire.chance.getrandbits(32)]
        self.sent = [0, 0]
        self.ids = [wire.chance.getrandbits(16), wire.chance.getrandbits(16)]

    def run(self, turns: list[Turn]) -> None:
        """Shake hands, take turns, end."""
        self._emit(CLIENT, SYN)
        self.seq[CLIENT] += 1
        self._emit(SERVER, SYN | ACK)
        self.seq[SERVER] += 1
        self._emit(CLIENT, ACK)
        for turn in turns:
            self._send(turn)
        for side in (CLIENT, SERVER):
            self._emit(side, FIN | ACK)
            self.seq[side] += 1
        self._emit(CLIENT, ACK)

    def _send(self, turn: Turn) -> None:
        side = turn.side
        edges = sorted({0, *turn.cuts, *range(0, len(turn.data), SEGMENT), len(turn.data)})
        pieces = [
            (low, turn.data[low:high])
            for low, high in itertools.pairwise(edges)
            if low < high <= len(turn.data)
        ]
        if turn.manner == "swapped":
            pieces[:2] = pieces[1::-1]
        elif turn.manner == "reversed":
            pieces.reverse()
        elif turn.manner == "twice":
            pieces.append(pieces[0])
        for low, data in pieces:
            self._emit(side, ACK | PSH, data, at=low)
        self.seq[side] += len(turn.data)
        self.sent[side] += len(turn.data)
        self._emit(1 - side, ACK)

    def _emit(self, side: int, flags: int, data: bytes = b"", *, at: int = 0) -> None:
        numbers = Numbers(
            seq=(self.seq[side] + at) & 0xFFFFFFFF,
            ack=self.seq[1 - side] & 0xFFFFFFFF if flags & ACK else 0,
            flags=flags,
        )
        source, target = self.pair[side], self.pair[1 - side]
        ends = Ends(source.ip, target.ip)
        self.ids[side] = (self.ids[side] + 1) & 0xFFFF
        ports = (self.ports[side], self.ports[1 - side])
        packet = packets.internet(
            packets.tcp(data, ends, ports, numbers=numbers),
            ends,
            protocol=packets.TCP,
            identification=self.ids[side],
        )
        low = self.sent[side] + at
        frame = _ethernet(packet, source, target)
        self.wire.frames.append(Frame(self.now, frame, self.case, side, low, low + len(data)))
        self.now += self.wire.chance.randrange(MS, 12 * MS)


class Post:
    """Datagrams of a case."""

    def __init__(
        self, wire: Wire, pair: tuple[Host, Host], ports: tuple[int, int], *, at: int, case: int
    ) -> None:
        self.wire, self.pair, self.ports, self.now, self.case = wire, pair, ports, at, case

    def run(self, turns: list[Turn]) -> None:
        """Let each turn pass as one datagram."""
        sent = [0, 0]
        for turn in turns:
            source, target = self.pair[turn.side], self.pair[1 - turn.side]
            ends = Ends(source.ip, target.ip)
            packet = packets.internet(
                packets.udp(turn.data, ends, (self.ports[turn.side], self.ports[1 - turn.side])),
                ends,
                protocol=packets.UDP,
                identification=self.wire.chance.getrandbits(16),
            )
            low = sent[turn.side]
            sent[turn.side] += len(turn.data)
            frame = _ethernet(packet, source, target)
            self.wire.frames.append(Frame(self.now, frame, self.case, turn.side, low, sent[turn.side]))
            self.now += self.wire.chance.randrange(MS, 30 * MS)
