"""Requests of the web over HTTP/3, by peers of aioquic: a connection for each, closed with keys.

specification: RFC 9000; RFC 9114
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.decrypt.peers import write_certificate

from vitne.lab.pcap import pcap

from .capture import BETWEEN_NS, START_NS, assign
from .closed import can_carry
from .exports import message_of, stream_of
from .http2_text import fields
from .wire import CLIENT, SERVER, Post, Turn, Wire

if TYPE_CHECKING:
    from random import Random

    from .capture import Staged


def write(path: Path, staged: list[Staged], chance: Random) -> list[Staged]:
    """Write a capture and its key log beside it; give the cases that it holds."""
    from tests.decrypt.quic_peers import Http3Peers

    kept = [each for each in staged if can_carry(each, "h3")]
    wire, log = Wire(chance), path.with_suffix(".keys")
    log.unlink(missing_ok=True)
    log.touch()
    asked: list[set[int]] = []  # of each case: which of the client's datagrams follow its request
    with tempfile.TemporaryDirectory() as folder:
        certificate = write_certificate(Path(folder) / "server.pem")
        for number, each in enumerate(kept):
            server = assign(each, number, chance)
            peers = Http3Peers(certificate, log)
            first = _talk(peers, each)
            turns = [Turn(side, data) for side, data in peers.talk.order]
            begin, pair = START_NS + number * BETWEEN_NS, (each.client, server)
            Post(wire, pair, (each.case.port, 443), at=begin, case=number).run(turns)
            own = [at for at, turn in enumerate(turns) if turn.side == CLIENT]
            asked.append({nth for nth, at in enumerate(own) if at >= first})
    frames, nth = wire.numbered(), [0] * len(kept)
    for at, frame in enumerate(frames, 1):
        case = kept[frame.case].case
        case.shortest = case.shortest or at
        if frame.side == CLIENT:
            if nth[frame.case] in asked[frame.case]:
                case.body_frames.append(at)
            nth[frame.case] += 1
    path.write_bytes(pcap([(frame.time_ns, frame.data) for frame in frames]))
    return kept


def _talk(peers: Any, each: Staged) -> int:
    """Shake hands, ask and answer; give which datagram follows the request."""
    request, answer = message_of(stream_of(each, CLIENT)), message_of(stream_of(each, SERVER))
    status = [(b":status", answer[0][1])]
    plain = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer[1]]
    told = [pair for pair in plain if pair[0] not in {b"connection", b"transfer-encoding"}]
    peers.answer = lambda *_: ([*status, *told], answer[2])
    peers.connect()
    peers.carry()
    first = len(peers.talk.order)
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields(request)]
    peers.ask(pairs, request[2], piece=4000)
    peers.carry()
    peers.close()
    return first
