from __future__ import annotations

import shutil
import subprocess
from random import Random

import pytest

from vitne.lab.pcap import pcap
from vitne.lab.wire import CLIENT, MS, SERVER, Conversation, Host, Wire

PHONE = Host("00:00:5e:00:53:01", "192.0.2.20")
FAR = Host("00:00:5e:00:53:fe", "198.51.100.4", 52)
DATA = bytes(range(256)) * 20


def talk(*, at: int = 10**18):
    wire = Wire(Random(1))
    return wire, Conversation(wire, (PHONE, FAR), (40000, 80), at=at, rtt=20 * MS)


def tshark(tmp_path, wire, *arguments) -> str:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    file = tmp_path / "x.pcap"
    file.write_bytes(pcap(wire.frames(), nanoseconds=True))
    done = subprocess.run(["tshark", "-r", str(file), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def followed(tmp_path, wire) -> tuple[bytes, bytes]:
    """Give what tshark puts together, client's and server's."""
    told = tshark(tmp_path, wire, "-o", "tcp.reassemble_out_of_order:TRUE", "-q", "-z", "follow,tcp,raw,0")
    lines = [
        line for line in told.splitlines() if line.strip() and set(line.strip()) <= set("0123456789abcdef")
    ]
    client = bytes.fromhex("".join(line for line in lines if not line.startswith("\t")))
    server = bytes.fromhex("".join(line.strip() for line in lines if line.startswith("\t")))
    return client, server


@pytest.mark.tshark
@pytest.mark.parametrize("fault", ["", "lost", "swapped"])
def test_tshark_puts_the_same_bytes_together(tmp_path, fault):
    wire, conversation = talk()
    conversation.open().send(CLIENT, DATA, cuts=(7, 300), fault=fault).send(SERVER, b"answer").close()
    assert followed(tmp_path, wire) == (DATA, b"answer")


@pytest.mark.tshark
def test_a_conversation_without_faults_has_no_remarks(tmp_path):
    wire, conversation = talk()
    conversation.open().send(CLIENT, DATA).send(SERVER, DATA).wait(5, 9).send(CLIENT, b"x").close(SERVER)
    assert tshark(tmp_path, wire, "-Y", "tcp.analysis.flags") == ""
    flags = tshark(tmp_path, wire, "-T", "fields", "-e", "tcp.flags.str").split()
    assert [each.strip("·") for each in flags[:3]] == ["S", "A··S", "A"]
    assert sum("F" in each for each in flags) == 2


@pytest.mark.tshark
@pytest.mark.parametrize(("fault", "flag"), [("lost", "retransmission"), ("swapped", "out_of_order")])
def test_faults_are_seen_as_what_they_are(tmp_path, fault, flag):
    wire, conversation = talk()
    conversation.open().send(CLIENT, DATA, fault=fault).close()
    seen = tshark(tmp_path, wire, "-Y", f"tcp.analysis.{flag}", "-T", "fields", "-e", "frame.number").split()
    assert len(seen) == 1


def test_cuts_behind_the_data_do_no_harm():
    wire, conversation = talk()
    conversation.open().send(CLIENT, b"abc", cuts=(1, 50))
    payloads = [frame[66:] for _, frame in wire.frames()[3:5]]
    assert payloads == [b"a", b"bc"]


def test_frames_come_in_the_order_of_time_and_one_chance_gives_one_wire():
    def frames():
        wire, conversation = talk()
        conversation.open().send(CLIENT, DATA).close()
        wire.datagram(10**18 - 1, (PHONE, FAR), ports=(1, 2), payload=b"before")
        return wire.frames()

    assert frames() == frames()
    assert frames()[0][1].endswith(b"before")
    times = [time for time, _ in frames()]
    assert times == sorted(times)
