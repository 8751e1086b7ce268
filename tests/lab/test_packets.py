from __future__ import annotations

import shutil
import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.lab import packets
from vitne.lab.packets import Ends, Numbers
from vitne.lab.pcap import pcap

V4 = Ends("192.0.2.20", "198.51.100.4")
V6 = Ends("2001:db8::1", "2001:db8::2")
MACS = ("00:00:5e:00:53:01", "00:00:5e:00:53:fe")


def fields(tmp_path, frames, *names) -> list[list[str]]:
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    file = tmp_path / "x.pcap"
    file.write_bytes(pcap([(i, frame) for i, frame in enumerate(frames)]))
    checks = [part for each in ("tcp", "udp", "ip") for part in ("-o", f"{each}.check_checksum:TRUE")]
    wanted = [part for name in names for part in ("-e", name)]
    done = subprocess.run(
        ["tshark", "-r", str(file), *checks, "-T", "fields", *wanted],
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_the_checksum_of_the_rfcs_example_is_right():
    assert packets.internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


def test_the_checksum_of_a_well_known_header_is_right():
    # the IPv4 header that many textbooks check by hand
    assert (
        packets.internet_checksum(
            bytes.fromhex("45000073000040004011 0000 c0a80001c0a800c7".replace(" ", ""))
        )
        == 0xB861
    )


@given(st.binary(max_size=100))
def test_a_header_with_its_checksum_sums_to_nothing(payload):
    packet = packets.ipv4(payload, V4, protocol=17, identification=7)
    assert packets.internet_checksum(packet[:20]) == 0
    assert struct.unpack(">H", packet[2:4])[0] == len(packet)


@pytest.mark.tshark
def test_tshark_finds_lengths_and_checksums_right(tmp_path):
    frames = []
    for ends, kind in ((V4, packets.ETHERTYPE_IPV4), (V6, packets.ETHERTYPE_IPV6)):
        for size in (0, 1, 2, 1399):
            body = bytes(range(256))[: size % 256] + bytes(size - size % 256)
            both = (
                packets.internet(packets.udp(body, ends, (1024, 9)), ends, protocol=packets.UDP),
                packets.internet(
                    packets.tcp(body, ends, (1024, 9), numbers=Numbers(seq=2**32 + 5, ack=9, options=b"\x02\x04\x05\xb4\x01")),
                    ends, protocol=packets.TCP,
                ),
            )  # fmt: skip
            frames += [packets.ethernet(packet, *MACS, kind=kind) for packet in both]
    rows = fields(
        tmp_path,
        frames,
        "udp.checksum.status",
        "tcp.checksum.status",
        "ip.checksum.status",
        "_ws.malformed",
        "tcp.seq_raw",
    )
    assert len(rows) == 16
    for number, row in enumerate(rows):
        udp, tcp, ip, malformed, seq = [*row, "", "", "", "", ""][:5]
        assert (udp or tcp) == "1"
        assert ip in {"1", ""}
        assert (ip == "1") == (number < 8)
        assert malformed == ""
        assert seq in {"", "5"}


@pytest.mark.tshark
def test_tshark_reads_arp_vlan_and_icmpv6(tmp_path):
    arp = packets.ethernet(
        packets.arp(1, (MACS[0], "192.0.2.20"), (MACS[1], "192.0.2.1")),
        MACS[0],
        packets.BROADCAST,
        kind=0x0806,
    )
    inner = packets.internet(packets.udp(b"x", V4, (5, 6)), V4, protocol=packets.UDP)
    tagged = packets.ethernet(packets.vlan(inner, 42), *MACS, kind=packets.ETHERTYPE_VLAN)
    ends = Ends("fe80::1", "ff02::1", 255)
    six = packets.ethernet(
        packets.ipv6(packets.icmpv6(128, b"\0\1\0\2ping", ends), ends, protocol=58), *MACS, kind=0x86DD
    )
    rows = fields(
        tmp_path,
        [arp, tagged, six],
        "arp.src.proto_ipv4",
        "vlan.id",
        "icmpv6.type",
        "icmpv6.checksum.status",
        "_ws.malformed",
    )
    assert rows[0][0] == "192.0.2.20"
    assert rows[1][1] == "42"
    assert rows[2][2:4] == ["128", "1"]


def test_a_checksum_of_zero_is_written_as_its_other_form():
    # RFC 768: an all-zero checksum means none was made
    for number in range(70000):
        segment = packets.udp(struct.pack(">H", number & 0xFFFF), V4, (1, 2))
        if segment[6:8] == b"\xff\xff":
            return
        assert segment[6:8] != b"\0\0"
    pytest.fail("no payload gave it")


@pytest.mark.parametrize(
    ("group", "mac"),
    [
        ("224.0.0.251", "01:00:5e:00:00:fb"),
        ("239.255.255.250", "01:00:5e:7f:ff:fa"),
        ("ff02::fb", "33:33:00:00:00:fb"),
    ],
)
def test_multicast_groups_have_their_link_address(group, mac):
    assert packets.multicast_mac(group) == mac


def test_the_ends_of_an_answer_are_turned():
    assert V4.back() == Ends("198.51.100.4", "192.0.2.20")
