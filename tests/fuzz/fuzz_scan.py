"""The whole way: any payloads in a capture are scanned without a fault of vitne, and masking hides the values.

An input is a list of turns: side and transport (1 byte), port of the server (2), length (2), then the bytes.
Turns to one port follow one another in one conversation; the bytes are those of the other harnesses.
"""

from __future__ import annotations

import importlib
import io
import struct
from functools import cache
from typing import TYPE_CHECKING
from unittest import mock

import msgspec

from tests.encodings.samples import SAMPLES
from tests.pipeline.talk import PHONE, SERVER_HOST, Talk, get, post
from vitne.identify.search import Searcher
from vitne.lab.pcap import pcap
from vitne.model import Salt, Seed, Subject
from vitne.pipeline import Options, flowwork, run_scan
from vitne.pipeline.document import document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_UDP = 2
_IMEI, _MAC, _NAME = "004402990000014", "00:00:5e:00:53:07", "Kari Nordmann"
_SUBJECT = Subject(
    seeds=(
        Seed(identifier="imei", name="imei#1", value=_IMEI),
        Seed(identifier="mac-address", name="mac#1", value=_MAC),
        Seed(identifier="person-name", name="name#1", value=_NAME),
        Seed(
            identifier="location", name="home", value="", latitude=60.39299, longitude=5.32415, radius_m=100.0
        ),
    )
)
_OTHERS = {  # harness -> transport, ports of the server
    "coap": (_UDP, (5683,)),
    "dhcp": (_UDP, (67, 547)),
    "dns": (_UDP, (53, 137)),
    "http": (0, (80,)),
    "mail": (0, (25, 143, 110, 21)),
    "mqtt": (0, (1883,)),
    "quic": (_UDP, (443,)),
    "sip": (_UDP, (5060, 1900)),
    "tls": (0, (443,)),
}


def turn(kind: int, port: int, data: bytes) -> bytes:
    """Write one turn of an input."""
    return struct.pack("<BHH", kind, port, len(data)) + data


def _seeds() -> list[bytes]:
    found = []
    for name, (transport, ports) in sorted(_OTHERS.items()):
        given = importlib.import_module(f"tests.fuzz.fuzz_{name}").SEEDS
        for port in ports:
            found += [turn(transport, port, one) + turn(transport | 1, port, one[::2] + one) for one in given]
    record = f'{{"imei":"{_IMEI}","mac":"{_MAC}","user":"{_NAME}","lat":60.39299,"lon":5.32415}}'.encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n" + record[:26]
    bodies = [record, *(sample for many in SAMPLES.values() for sample in many if len(sample) < 1 << 14)]
    found += [turn(0, 80, post(body, kind="text/plain")) + turn(1, 80, answer) for body in bodies]
    clock = b"\x23\x00\x06\xec" + bytes(36) + b"\xdf\x00\x00\x01\x00\x00\x00\x00"  # RFC 5905, a client asks
    found.append(
        turn(_UDP, 123, clock)
        + turn(_UDP | 1, 123, b"\x24\x02" + clock[2:12] + b"\xc0\0\2\1" + clock[40:] * 4)
    )
    found += [turn(0, 8080, one) + turn(_UDP, 9999, one) for one in bodies[:8]]
    return [*found, turn(0, 80, get(f"/?imei={_IMEI}&user=Kari+Nordmann")) + turn(1, 80, answer)]


SEEDS: list[bytes] = _seeds()


def _capture(data: bytes) -> bytes:
    talk, at = Talk(), 0
    open_turns: list[tuple[int, bytes]] = []
    last = 0
    while at + 5 <= len(data):
        kind, port, length = struct.unpack_from("<BHH", data, at)
        piece, at = data[at + 5 : at + 5 + length], at + 5 + length
        if open_turns and (port != last or kind & _UDP):
            talk.tcp(open_turns, port=last)
            open_turns = []
        if kind & _UDP and kind & 1:
            talk.udp(piece[:1400], phone=SERVER_HOST, server=PHONE, source=port, port=41000)
        elif kind & _UDP:
            talk.udp(piece[:1400], port=port)
        elif piece:
            open_turns.append((kind & 1, piece))
        last = port
    if open_turns:
        talk.tcp(open_turns, port=last)
    return pcap(talk.frames())


@cache
def _compiled(seeds: tuple[Seed, ...]) -> Searcher:
    return Searcher(seeds, haystack=1 << 16)


def _searcher(seeds: Sequence[Seed], *, haystack: int, salts: Sequence[Salt] = ()) -> Searcher:
    """Give a searcher made before for the same seeds: to make one takes longer than a scan."""
    del haystack, salts
    return _compiled(tuple(seeds))


def _unguarded(_work: object, _number: int, action: Callable[[], None], *, last: bool = True) -> bool:
    """Do what the guard of a flow does, but let a fault through: here it is a find."""
    del last
    action()
    return True


def one(data: bytes) -> None:
    """Scan the capture of these turns."""
    with (
        mock.patch.object(flowwork.FlowWork, "_guarded", _unguarded),
        mock.patch.object(flowwork, "Searcher", _searcher),
    ):
        result = run_scan(["-"], Options(subject=_SUBJECT, stdin=io.BytesIO(_capture(data)), jobs=1))
    assert not result.failed
    for finding in result.findings:
        assert 0 <= finding.value_range[0] <= finding.value_range[1]
        assert 0 <= finding.stream_range[0] <= finding.stream_range[1]
        assert finding.frames
    msgspec.json.encode(document(result))
    told = msgspec.json.encode(document(result.masked())).decode()
    assert not any(value in told for value in (_IMEI, _MAC, _NAME))
