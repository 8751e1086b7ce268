"""Captures: many conversations in one file, side by side, and the truth about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitne.lab.pcap import pcap, pcapng

from .wire import CLIENT, MS, Frame, Host, Post, Talk, Wire

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from .carriers import Load
    from .cases import Case

START_NS = 1_549_174_470 * 1_000_000_000
BETWEEN_NS = 20 * MS  # from the beginning of one conversation to that of the next
PHONE = Host("02:00:5e:00:53:11", "192.168.50.20")
OTHER = Host("02:00:5e:00:53:12", "192.168.50.44")
PRINTER = Host("02:00:5e:00:53:13", "192.168.50.31")
ROUTER_MAC = "00:00:5e:00:53:fe"
FIRST_PORT = 2048
MOST = 60000  # cases of one capture: each has a client's port of its own


@dataclass(frozen=True)
class Staged:
    """A case with its conversation, ready for the wire."""

    case: Case
    load: Load
    client: Host = PHONE
    server: Host | None = None  # none: some server on the internet
    side: int = CLIENT  # which side sends the cargo


def write(path: Path, staged: list[Staged], chance: Random) -> list[Staged]:
    """Write a capture (pcap or pcapng, by the name), fill in ports and frames, give the cases back."""
    if len(staged) > MOST:
        raise ValueError("too many cases for the ports of one capture")
    wire = Wire(chance)
    for number, each in enumerate(staged):
        _play(wire, number, each)
    frames = wire.numbered()
    for at, frame in enumerate(frames, 1):
        each = staged[frame.case]
        case, low, high = each.case, *each.load.value
        if not case.shortest:
            case.shortest = at
        if frame.side != each.side or frame.low == frame.high:
            continue
        if frame.low < each.load.body[1] and frame.high > each.load.body[0]:
            case.body_frames.append(at)
            if frame.low < high and frame.high > low and not _again(frames, case.frames, frame):
                case.frames.append(at)
    timed = [(frame.time_ns, frame.data) for frame in frames]
    path.write_bytes(pcapng(timed) if path.suffix == ".pcapng" else pcap(timed))
    return staged


def _again(frames: list[Frame], listed: list[int], frame: Frame) -> bool:
    """Say whether a frame repeats one that is listed already."""
    return any((frames[at - 1].low, frames[at - 1].high) == (frame.low, frame.high) for at in listed)


def assign(each: Staged, number: int, chance: Random) -> Host:
    """Give a case its port and its server."""
    each.case.port = FIRST_PORT + number
    server = each.server
    if server is None:
        block = chance.choice(("198.51.100", "203.0.113"))
        server = Host(ROUTER_MAC, f"{block}.{chance.randrange(1, 255)}")
    each.case.client, each.case.server = each.client.ip, server.ip
    return server


def _play(wire: Wire, number: int, each: Staged) -> None:
    server = assign(each, number, wire.chance)
    at = START_NS + number * BETWEEN_NS
    pair, ports = (each.client, server), (each.case.port, each.load.port)
    speaker = Talk if each.load.transport == "tcp" else Post
    speaker(wire, pair, ports, at=at, case=number).run(list(each.load.turns))
