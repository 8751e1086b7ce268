"""Flows that say what another flow said are read once and told like all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipeline.talk import IMEI, OK, OTHER_HOST, PHONE, TABLET, Talk, get, post
from tests.pipeline.test_plain import told
from vitne.lab.wire import CLIENT, SERVER
from vitne.model import Subject
from vitne.pipeline import flowreader, repeats

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

REFUSED = b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"resultCode":1}'
DNS = bytes.fromhex("1234010000010000000000000561707031320765786d61706c6500000100010a")[:-1]


def repeated(seed: int = 3) -> Talk:
    """The same flows from two devices to two places, again and again, some unanswered."""
    talk = Talk(seed)
    for number in range(5):
        phone, server = (PHONE, TABLET)[number % 2], (OTHER_HOST,)[0]
        talk.ask(post(b'{"imei":"%s","n":1}' % IMEI.encode()), phone=phone)
        talk.ask(post(b'{"imei":"%s","n":1}' % IMEI.encode()), REFUSED, phone=phone, server=server)
        talk.tcp([(CLIENT, get("/a", more="Cookie: id=0123456789abcdef0123\r\n"))], phone=phone)
        talk.tcp([(CLIENT, b"EHLO kari\r\n"), (SERVER, b"250 ok\r\n")], port=25, phone=phone)
        talk.tcp([(CLIENT, bytes(range(256)) * 2), (SERVER, b"\xff" * 90)], port=4444, phone=phone)
        talk.ask(post(b'{"a":1}', kind="application/encrypted-json"), phone=phone)
        talk.ask(get("/x", host="bad host"), phone=phone)
        talk.udp(DNS, port=53, source=50000 + number)
        talk.udp(b"imei=" + IMEI.encode(), phone=phone, source=51000 + number)
        talk.udp(IMEI.encode(), phone=phone, source=52000 + number)
        talk.udp(
            b"mac=00:00:5e:00:53:01&mac=00-00-5E-00-53-01 00:00:5e:00:53:02",
            phone=phone,
            source=53000 + number,
        )
    return talk


def test_what_is_said_again_is_told_as_if_it_were_read(tmp_path: Path) -> None:
    path = repeated().write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    assert sum(finding["identifier"] == "imei" for finding in slow["findings"]) == 20
    assert {finding["delivery"] for finding in slow["findings"]} >= {"accepted", "sent"}
    assert slow["oddities"]
    assert told(path, shortcuts=True, subject=Subject()) == told(path, shortcuts=False, subject=Subject())


def test_a_flow_that_says_the_same_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk()
    for number in range(20):
        talk.udp(b"imei=" + IMEI.encode(), source=51000 + number)
    path = talk.write(tmp_path / "c.pcap")
    read: list[int] = []
    whole = flowreader.FlowReader.patiently

    def counted(self: Any, traffic: Any, flow: Any, *given: Any) -> Any:
        read.append(flow.number)
        return whole(self, traffic, flow, *given)

    monkeypatch.setattr(flowreader.FlowReader, "patiently", counted)
    result = told(path, shortcuts=True)
    assert len(read) == 1
    assert [finding["frames"] for finding in result["findings"]] == [(number + 1,) for number in range(20)]


def test_flows_that_differ_in_any_byte_port_or_cut_are_read_each(tmp_path: Path) -> None:
    talk = Talk()
    talk.udp(b"imei=" + IMEI.encode(), source=50001)
    talk.udp(b"imej=" + IMEI.encode(), source=50002)
    talk.udp(b"imei=" + IMEI.encode(), source=50003, port=9998)
    talk.udp(b"imei=" + IMEI[:7].encode(), source=50004)
    talk.udp(IMEI[7:].encode(), source=50004)
    talk.ask(post(b'{"imei":"%s"}' % IMEI.encode()))
    talk.ask(post(b'{"imei":"%s"}' % IMEI.encode()), OK.replace(b"200", b"500"))
    path = talk.write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    deliveries = [one["delivery"] for one in fast["findings"] if one["transport"] == "tcp"]
    assert deliveries == ["accepted", "refused"]


def test_entries_of_a_log_are_told_each_though_their_bytes_are_not_there(tmp_path: Path) -> None:
    names = "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\torig_bytes\tresp_bytes"
    rows = "".join(
        f"170000000{n}.25\tC{n}\t192.168.1.20\t4000{n}\t198.51.100.20\t443\ttcp\t{n}00\t3400\n"
        for n in (1, 2, 3)
    )
    path = tmp_path / "conn.log"
    path.write_text(f"#separator \\x09\n#path\tconn\n#fields\t{names}\n{rows}#close\t2023\n")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert [row["bytes"] for row in slow["sent"]] == [100, 200, 300]
    assert fast == slow


def test_the_same_requests_cut_into_other_packets_are_told_in_the_same_order(tmp_path: Path) -> None:
    talk = Talk()
    asked = get(f"/?imei={IMEI}") + get("/n")
    for cuts in ((90,), ()):
        talk.tcp([(CLIENT, asked), (SERVER, OK + OK)], cuts=cuts)
    path = talk.write(tmp_path / "c.pcap")
    assert told(path, shortcuts=True) == told(path, shortcuts=False)


def test_long_flows_that_come_again_are_told_as_if_they_were_read(tmp_path: Path) -> None:
    talk, filler = Talk(5), b'"%s",' % (b"lorem ipsum " * 8)
    for number in range(4):
        body = b'{"a":[' + filler * 1000 + b'"%s"]}' % (IMEI.encode() if number != 2 else b"4901542032375")
        assert len(body) > repeats.SMALL
        talk.ask(post(body), phone=(PHONE, TABLET)[number % 2])
        talk.tcp([(CLIENT, b"%d,imei=%s;" % (n, IMEI.encode())) for n in range(100)], port=4444)
    path = talk.write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    assert sum(finding["identifier"] == "imei" for finding in slow["findings"]) >= 7


def test_streams_that_pause_elsewhere_are_read_each(tmp_path: Path) -> None:
    frames: list[tuple[int, bytes]] = []
    for number, pause in enumerate((0, 0, 1, 1, 2, 0)):
        talk = Talk(number)
        talk.port, talk.now = 40000 + number, talk.now + 100_000_000_000 * number
        turns = [
            (CLIENT, b"x-imei %s\x00\x01" % IMEI.encode()),
            (CLIENT, b"more\x02\x03"),
            (CLIENT, b"end\x04"),
        ]
        talk.tcp(turns, port=4444)
        late = sorted(talk.frames())
        at = [index for index, (_, frame) in enumerate(late) if b"more" in frame or b"end" in frame]
        for index in range(at[pause - 1] if pause else len(late), len(late)):
            late[index] = (late[index][0] + 2_000_000_000, late[index][1])
        frames += late
    path = Talk().write(tmp_path / "c.pcap", frames)
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    assert [row["protocol"] for row in slow["sent"]] == ["stream"] * 9


def test_where_room_gets_short_flows_met_once_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repeated().write(tmp_path / "c.pcap")
    slow = told(path, shortcuts=False)
    for name, most in (("MOST", 8), ("MOST_SAID", 9), ("MOST_GLANCES", 3), ("MOST_HELD", 200)):
        with monkeypatch.context() as patched:
            patched.setattr(repeats, name, most)
            assert told(path, shortcuts=True) == slow


def test_what_is_remembered_of_flows_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST_HELD", 30)
    path = repeated().write(tmp_path / "c.pcap")
    assert told(path, shortcuts=True) == told(path, shortcuts=False)
