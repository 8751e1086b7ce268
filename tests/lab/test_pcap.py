from __future__ import annotations

import shutil
import struct
import subprocess

import pytest

from vitne.lab import packets, pcap
from vitne.lab.packets import Ends
from vitne.lab.pcap import About

ENDS = Ends("192.0.2.20", "192.0.2.1")
FRAME = packets.ethernet(
    packets.internet(packets.udp(b"hei", ENDS, (5, 6)), ENDS, protocol=17),
    "00:00:5e:00:53:01",
    "00:00:5e:00:53:fe",
)
FRAMES = [(1_549_174_542_123_456_789, FRAME), (1_549_174_543_000_000_001, FRAME + b"\0" * 3)]


def told(tmp_path, data, *names):
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    file = tmp_path / "x"
    file.write_bytes(data)
    wanted = [part for name in names for part in ("-e", name)]
    done = subprocess.run(
        ["tshark", "-r", str(file), "-T", "fields", *wanted], capture_output=True, text=True, check=True
    )
    assert "cut short" not in done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.mark.tshark
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("nanoseconds", "digits"), [(False, "123456000"), (True, "123456789")])
def test_tshark_reads_the_four_forms_of_pcap(tmp_path, order, nanoseconds, digits):
    rows = told(
        tmp_path,
        pcap.pcap(FRAMES, nanoseconds=nanoseconds, order=order),
        "frame.time_epoch",
        "frame.len",
        "udp.length",
    )
    assert rows[0] == [f"1549174542.{digits}", str(len(FRAME)), "11"]
    assert len(rows) == 2


@pytest.mark.tshark
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("resolution", "digits"), [(6, "123456000"), (9, "123456789")])
def test_tshark_reads_pcapng_with_what_it_says_of_itself(tmp_path, order, resolution, digits):
    about = About(comment="invented", application="vitne lab", interface="wlan0", resolution=resolution)
    data = pcap.pcapng(FRAMES, about, order=order, comments={2: "the second"})
    rows = told(tmp_path, data, "frame.time_epoch", "frame.len", "frame.interface_name", "frame.comment")
    assert rows[0][:3] == [f"1549174542.{digits}", str(len(FRAME)), "wlan0"]
    assert rows[1][1:] == [str(len(FRAME) + 3), "wlan0", "the second"]


def test_blocks_are_padded_and_closed_by_their_length():
    data = pcap.pcapng(FRAMES)
    at, kinds = 0, []
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length % 4 == 0
        assert struct.unpack_from("<I", data, at + length - 4)[0] == length
        kinds.append(kind)
        at += length
    assert at == len(data)
    assert kinds == [0x0A0D0D0A, 1, 6, 6]


def test_times_before_1970_stay_whole_in_classic_pcap():
    data = pcap.pcap([(10**9 * 5 + 7, b"x")], nanoseconds=True)
    assert struct.unpack_from("<II", data, 24) == (5, 7)


def test_empty_options_are_left_out():
    assert pcap.options([]) == b""
    assert pcap.options([(1, ""), (2, "ab")]) == b"\x02\0\x02\0ab\0\0" + bytes(4)
