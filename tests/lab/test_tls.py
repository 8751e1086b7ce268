from __future__ import annotations

import shutil
import subprocess
from random import Random

import pytest

from vitne.lab import tls
from vitne.lab.pcap import pcap
from vitne.lab.wire import CLIENT, MS, SERVER, Conversation, Host, Wire


def conversation(host="mail.post.example"):
    wire = Wire(Random(3))
    ends = (Host("00:00:5e:00:53:01", "192.0.2.20"), Host("00:00:5e:00:53:fe", "198.51.100.61"))
    talk = Conversation(wire, ends, (40000, 443), at=0, rtt=MS).open()
    hello = tls.client_hello(wire.chance, host)
    talk.send(CLIENT, hello).send(SERVER, tls.server_flight(wire.chance, hello)).send(
        CLIENT, tls.client_finish(wire.chance)
    )
    talk.send(SERVER, tls.encrypted(wire.chance, 20000)).close()
    return wire


@pytest.mark.tshark
def test_tshark_reads_the_handshake_as_tls_1_3(tmp_path):
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    file = tmp_path / "x.pcap"
    file.write_bytes(pcap(conversation().frames()))

    def fields(where, *names):
        wanted = [part for name in names for part in ("-e", name)]
        done = subprocess.run(
            ["tshark", "-r", str(file), "-Y", where, "-T", "fields", *wanted],
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    assert fields("_ws.malformed || _ws.expert.severity >= warning", "frame.number") == []
    (hello,) = fields(
        "tls.handshake.type == 1", "tls.handshake.extensions_server_name", "tls.handshake.extensions_alpn_str"
    )
    assert hello == ["mail.post.example", "h2,http/1.1"]
    (answer,) = fields(
        "tls.handshake.type == 2", "tls.handshake.extensions.supported_version", "tls.handshake.ciphersuite"
    )
    assert answer == ["0x0304", "0x1301"]
    assert fields("tls.app_data", "frame.number") != []


def test_a_session_is_echoed_as_middleboxes_want_it():
    chance = Random(1)
    hello = tls.client_hello(chance, "a.example")
    assert hello[44:76] in tls.server_flight(chance, hello)[:120]


def test_records_hold_no_more_than_the_format_allows():
    data = tls.encrypted(Random(1), 40000)
    at, total = 0, 0
    while at < len(data):
        length = int.from_bytes(data[at + 3 : at + 5], "big")
        assert data[at] == 0x17
        assert 0 < length <= 16384 + 256
        total += length
        at += 5 + length
    assert (at, total) == (len(data), 40000)
