"""Twin of vitne.reassemble.handshakes: openings of invented connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipeline.talk import PHONE, SERVER_HOST, START, Talk, post

from vitne.lab import packets
from vitne.lab.wire import frame
from vitne.pipeline.traffic import open_traffic
from vitne.reassemble.handshakes import Handshake, handshakes

if TYPE_CHECKING:
    from pathlib import Path

MS = 1_000_000


def _syn(talk: Talk, at: int, *, port: int = 45000, flags: int = packets.SYN, back: bool = False) -> None:
    ends = packets.Ends(PHONE.ip, SERVER_HOST.ip)
    ports = (port, 443)
    source, target = PHONE, SERVER_HOST
    if back:
        ends, ports, source, target = ends.back(), (443, port), SERVER_HOST, PHONE
    body = packets.tcp(b"", ends, ports, numbers=packets.Numbers(seq=7, ack=8, flags=flags))
    talk.wire.put(at, frame(packets.internet(body, ends, protocol=packets.TCP), source, target))


def _read(talk: Talk, folder: Path) -> list[Handshake]:
    _, traffics, _ = open_traffic([talk.write(folder / "a.pcap")], stdin=None, progress=lambda *_: None)
    try:
        return list(handshakes(traffics[0].walked))
    finally:
        for reader in traffics[0].readers:
            reader.close()


def test_a_round_trip_is_the_time_from_question_to_answer(tmp_path: Path) -> None:
    talk = Talk()
    talk.ask(post(b"x"))
    [one] = _read(talk, tmp_path)
    assert (one.tries, one.clean) == (1, True)
    assert one.round_trip_ns == 20 * MS, "the conversation was made with that round trip"


def test_an_address_that_never_agrees_has_tries_and_no_round_trip(tmp_path: Path) -> None:
    talk = Talk()
    for second in (0, 1, 3):
        _syn(talk, START + second * 1000 * MS)
    [one] = _read(talk, tmp_path)
    assert (one.tries, one.answered_ns, one.round_trip_ns) == (3, None, None)
    assert one.first_ns == START


def test_after_several_tries_it_cannot_be_told_which_was_answered(tmp_path: Path) -> None:
    talk = Talk()
    _syn(talk, START)
    _syn(talk, START + 1000 * MS)
    _syn(talk, START + 1005 * MS, flags=packets.SYN | packets.ACK, back=True)
    [one] = _read(talk, tmp_path)
    assert one.answered_ns is not None
    assert one.round_trip_ns is None


def test_a_capture_without_openings_gives_none(tmp_path: Path) -> None:
    talk = Talk()
    talk.udp(b"x")
    assert _read(talk, tmp_path) == []
