from __future__ import annotations

import shutil
import subprocess

import pytest

from vitne.lab import home, packets
from vitne.lab.packets import Ends
from vitne.lab.pcap import pcap

LEASE = home.Lease(
    mac="00:00:5e:00:53:01",
    host_name="Kari-sin-telefon",
    address="192.0.2.20",
    server="192.0.2.1",
    transaction=0xDEAD0001,
)


def told(tmp_path, payloads, ports, *names):
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    ends = Ends("192.0.2.20", "192.0.2.1")
    frames = [
        packets.ethernet(
            packets.internet(packets.udp(each, ends, ports), ends, protocol=17),
            "00:00:5e:00:53:01",
            "00:00:5e:00:53:fe",
        )
        for each in payloads
    ]
    file = tmp_path / "x.pcap"
    file.write_bytes(pcap([(i, frame) for i, frame in enumerate(frames)]))
    wanted = [part for name in ("_ws.malformed", *names) for part in ("-e", name)]
    done = subprocess.run(
        ["tshark", "-r", str(file), "-T", "fields", *wanted], capture_output=True, text=True, check=True
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert not [row for row in rows if row[0]]
    return [row[1:] for row in rows]


@pytest.mark.tshark
def test_tshark_reads_the_four_messages_of_a_loan(tmp_path):
    rows = told(
        tmp_path, [home.dhcp(LEASE, kind) for kind in (1, 2, 3, 5)], (68, 67),
        "dhcp.option.dhcp", "dhcp.option.hostname", "dhcp.option.vendor_class_id", "dhcp.ip.your", "dhcp.hw.mac_addr",
    )  # fmt: skip
    assert [row[0] for row in rows] == ["1", "2", "3", "5"]
    assert rows[0][1:3] == ["Kari-sin-telefon", "android-dhcp-8.1.0"]
    assert rows[1][3] == "192.0.2.20"
    assert {"00:00:5e:00:53:01"} == {part for row in rows for part in row[4].split(",")}


@pytest.mark.tshark
def test_tshark_reads_questions_and_answers(tmp_path):
    payloads = [
        home.dns_query(7, "www.avisa.example"),
        home.dns_answer(7, "www.avisa.example", ("198.51.100.20", "198.51.100.21")),
        home.dns_answer(8, "push.market.example", ("2001:db8::1",), kind=home.AAAA),
        home.dns_answer(9, "no.example", ()),
    ]
    rows = told(tmp_path, payloads, (53, 53), "dns.qry.name", "dns.a", "dns.aaaa", "dns.flags.response")
    assert rows[0] == ["www.avisa.example", "", "", "0"]
    assert rows[1] == ["www.avisa.example", "198.51.100.20,198.51.100.21", "", "1"]
    assert rows[2] == ["push.market.example", "", "2001:db8::1", "1"]
    assert rows[3] == ["no.example", "", "", "1"]


@pytest.mark.tshark
def test_tshark_reads_what_a_device_announces(tmp_path):
    payloads = [home.mdns_query("_googlecast._tcp.local"), home.mdns_announce("kari.local", "192.0.2.20")]
    rows = told(tmp_path, payloads, (5353, 5353), "dns.qry.name", "dns.resp.name", "dns.a")
    assert rows[0][0] == "_googlecast._tcp.local"
    assert rows[1][1:] == ["kari.local", "192.0.2.20"]


@pytest.mark.tshark
def test_tshark_reads_the_time(tmp_path):
    asked = home.ntp(3, 1_549_174_542 * 10**9)
    rows = told(
        tmp_path,
        [asked, home.ntp(4, 1_549_174_543 * 10**9, asked=asked)],
        (123, 123),
        "ntp.flags.mode",
        "ntp.xmt",
        "ntp.org",
    )
    assert [row[0] for row in rows] == ["3", "4"]
    assert rows[0][1].startswith("Feb  3, 2019 06:15:42")
    assert rows[1][2].startswith("Feb  3, 2019 06:15:42")
    assert rows[1][1].startswith("Feb  3, 2019 06:15:43")


def test_the_time_of_the_year_2040_wraps_as_the_format_says():
    assert len(home.ntp(3, 2_208_988_800 * 10**9)) == 48
