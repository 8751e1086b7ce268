"""The same traffic closed with keys: TLS 1.2 and 1.3 by OpenSSL, with HTTP/1.1 or HTTP/2 inside, and HTTP/3.

Every conversation over TCP becomes a TLS connection of its own, in turn of version 1.3 and 1.2; what goes by
datagrams stays as it is.  With HTTP/2 and HTTP/3 only requests of the web can be written, and those that
upgrade to WebSocket are left out and counted.  Beside a pcap lies its key log; a pcapng holds it inside.

specification: RFC 8446; RFC 5246; RFC 9113; RFC 7541; draft-ietf-opsawg-pcapng section 4.7
"""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.decrypt.peers import Peers, write_certificate

from vitne.lab.pcap import block, padded, pcap, pcapng

from . import http2_text
from .capture import BETWEEN_NS, MOST, START_NS, assign
from .exports import is_web
from .http2_text import Said
from .wire import Post, Talk, Turn, Wire

if TYPE_CHECKING:
    from random import Random

    from .capture import Staged
    from .wire import Frame

PORTS = {80: 443, 1883: 8883}  # of the same protocol behind TLS
RECORD = 16_000  # bytes said at a time
_SECRETS, _KEY_LOG = 10, 0x544C534B
Range = tuple[int, int]


def keys_beside(path: Path) -> Path | None:
    """Give the key log of a capture, where it lies beside it."""
    found = path.with_suffix(".keys")
    return found if found.exists() else None


def can_carry(staged: Staged, inside: str) -> bool:
    """Say whether a conversation can be written with this inside: "" for as it is, "h2", "h3"."""
    if not inside:
        return True
    return is_web(staged) and not staged.case.recipe.carrier.startswith("websocket")


def write(path: Path, staged: list[Staged], chance: Random, *, inside: str = "") -> list[Staged]:
    """Write a capture (.pcap or .pcapng) closed with keys; give the cases that it holds."""
    kept = [each for each in staged if can_carry(each, inside)]
    if len(kept) > MOST:
        raise ValueError("too many cases for the ports of one capture")
    wire, log = Wire(chance), path.with_suffix(".keys")
    log.unlink(missing_ok=True)
    places: list[list[tuple[Range, Said]]] = []
    with tempfile.TemporaryDirectory() as folder:
        peers = _Closing(write_certificate(Path(folder) / "server.pem"), log)
        for number, each in enumerate(kept):
            places.append(_play(wire, number, each, peers=peers, inside=inside))
    frames, seen = wire.numbered(), set[tuple[int, int, int]]()
    for at, frame in enumerate(frames, 1):
        known = (2 * frame.case + frame.side, frame.low, frame.high)
        _mark(kept[frame.case], places[frame.case], frame, at, again=known in seen)
        seen.add(known)
    timed = [(frame.time_ns, frame.data) for frame in frames]
    secrets = log.read_bytes() if log.exists() else b""
    if path.suffix == ".pcapng":
        path.write_bytes(_with_secrets(pcapng(timed), secrets))
        log.unlink(missing_ok=True)
    else:
        path.write_bytes(pcap(timed))
    return kept


class _Closing:
    """Makes TLS connections, of version 1.3 and 1.2 in turn."""

    def __init__(self, certificate: Path, log: Path) -> None:
        self.peers = Peers(certificate, log)
        self.contexts = [self.peers.contexts(version) for version in ("1.3", "1.2")]

    def closed(self, said: list[Said], *, number: int) -> list[tuple[int, bytes, Said | None]]:
        """Give the flights of a connection, and what each of them holds."""
        talk = self.peers.talk(self.contexts[number % 2], [(each.side, each.data) for each in said])
        left, flights = list(said), []
        for side, data in talk.order:
            own = next((each for each in left if each.side == side), None)
            holds = data[:1] == b"\x17" and own is not None and len(data) >= len(own.data)
            if holds and own is left[0]:
                flights.append((side, data, left.pop(0)))
            else:
                flights.append((side, data, None))
        if left:
            raise ValueError("what was said is not among the flights")
        return flights


def _play(wire: Wire, number: int, each: Staged, *, peers: _Closing, inside: str) -> list[tuple[Range, Said]]:
    """Let one conversation pass; give where in what the client sends on the wire each part of it stands."""
    server = assign(each, number, wire.chance)
    at, pair, load = START_NS + number * BETWEEN_NS, (each.client, server), each.load
    ports = (each.case.port, PORTS.get(load.port, load.port))
    if load.transport != "tcp":
        Post(wire, pair, (ports[0], load.port), at=at, case=number).run(list(load.turns))
        return [(what.planned, what) for what in _as_planned(each) if what.planned is not None]
    said = http2_text.said(each) if inside == "h2" else _as_planned(each)
    flights = peers.closed(said, number=number)
    manner = next((turn.manner for turn in load.turns if turn.manner), "")
    turns, places, sent = [], [], 0
    for side, data, what in flights:
        turns.append(Turn(side, data, manner=manner if what is not None and side == each.side else ""))
        if side == each.side:
            if what is not None:
                places.append(((sent, sent + len(data)), what))
            sent += len(data)
    Talk(wire, pair, ports, at=at, case=number).run(turns)
    return places


def _as_planned(each: Staged) -> list[Said]:
    """Give the turns as they were planned, in pieces of one record."""
    said, sent = [], 0
    for turn in each.load.turns:
        own = turn.side == each.side
        for low in range(0, len(turn.data), RECORD):
            piece = turn.data[low : low + RECORD]
            planned = (sent + low, sent + low + len(piece)) if own else None
            said.append(Said(turn.side, piece, planned))
        sent += len(turn.data) if own else 0
    return said


def _mark(each: Staged, places: list[tuple[Range, Said]], frame: Frame, at: int, *, again: bool) -> None:
    """Note a frame with its case: whether it holds the value, or any of the cargo."""
    case, load = each.case, each.load
    if not case.shortest:
        case.shortest = at
    if frame.side != each.side or frame.low == frame.high:
        return
    held = [what.planned for (low, high), what in places if frame.low < high and frame.high > low]
    if any(planned is None or _meet(planned, load.body) for planned in held):
        case.body_frames.append(at)
        if not again and any(planned is not None and _meet(planned, load.value) for planned in held):
            case.frames.append(at)


def _meet(one: Range, other: Range) -> bool:
    return one[0] < other[1] and one[1] > other[0]


def _with_secrets(capture: bytes, secrets: bytes) -> bytes:
    """Put a secrets block behind the section header."""
    (size,) = struct.unpack_from("<I", capture, 4)
    body = struct.pack("<II", _KEY_LOG, len(secrets)) + padded(secrets)
    return capture[:size] + block(_SECRETS, body) + capture[size:]
