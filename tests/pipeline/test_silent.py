"""Flows in whose messages nothing is found are told again by rows, as if their messages were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipeline.talk import IMEI, OK, OTHER_HOST, PHONE, TABLET, Talk, get
from tests.pipeline.test_plain import told
from vitne.lab.wire import CLIENT, SERVER
from vitne.pipeline import messagework

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HELLO = bytes.fromhex("160301003d010000390303") + bytes(range(32)) + bytes.fromhex("000002130101000000")
ALERT = bytes.fromhex("15030300020228")
REPLY = (
    bytes.fromhex("12348180000100010000000006")
    + b"secret\x07example\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x09"
)
ASKED = bytes.fromhex("12340120000100000000000006") + b"secret\x07example\0\0\x01\0\x01"


def quiet(rounds: int = 6) -> Talk:
    """Say the same again and again in several protocols, answered, unanswered and cut."""
    talk = Talk(11)
    for number in range(rounds):
        phone, server = (PHONE, TABLET)[number % 2], (OTHER_HOST,)[0]
        talk.tcp([(CLIENT, HELLO), (SERVER, ALERT)], port=443, phone=phone)
        talk.tcp([(CLIENT, HELLO), (SERVER, ALERT)], port=443, phone=phone, cuts=(20,))
        talk.tcp([(CLIENT, HELLO)], port=443, phone=phone, server=server)
        talk.tcp([(CLIENT, b"EHLO kari\r\n"), (SERVER, b"250 ok\r\n")], port=25, phone=phone)
        talk.tcp([(CLIENT, bytes(range(128, 256)) * 3), (SERVER, b"\xff" * 90)], port=4444, phone=phone)
        talk.tcp([(CLIENT, get("/a")), (SERVER, OK)], port=8080, phone=phone)
        talk.tcp([(CLIENT, get("/gone")), (SERVER, OK.replace(b"200", b"404"))], phone=phone)
        talk.udp(ASKED, port=53, source=50000 + number, phone=phone)
        talk.wire.datagram(talk.now + 9, (OTHER_HOST, phone), ports=(53, 50000 + number), payload=REPLY)
        talk.udp(bytes(range(200)), port=9999, source=51000 + number, phone=phone)
        if number == rounds - 2:
            talk.ask(get(f"/?imei={IMEI}"), phone=phone)
    return talk


def test_what_is_quiet_again_is_told_as_if_it_were_read(tmp_path: Path) -> None:
    path = quiet().write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    assert {row["protocol"] for row in slow["sent"]} >= {"tls", "http", "stream", "datagram", "dns"}
    assert {row["delivery"] for row in slow["sent"]} >= {"sent", "acknowledged", "accepted", "refused"}


def test_its_messages_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vitne.pipeline import gathering

    monkeypatch.setattr(gathering, "_MOST_PENDING", 0)  # what was read is drafted at once
    made: list[tuple[Any, ...]] = []
    make = messagework.MessageWork.__init__

    def counted(self: Any, traffic: Any, flow: Any, message: Any, *given: Any, **named: Any) -> None:
        made.append((message.protocol, message.side, message.start, message.end))
        make(self, traffic, flow, message, *given, **named)

    talk = Talk(11)
    for number in range(8):
        talk.tcp([(CLIENT, HELLO), (SERVER, ALERT)], port=443, phone=(PHONE, TABLET)[number % 2])
    path = talk.write(tmp_path / "c.pcap")
    monkeypatch.setattr(messagework.MessageWork, "__init__", counted)
    result = told(path, shortcuts=True)
    assert len(made) == len(set(made))
    assert sum(row["protocol"] == "tls" for row in result["sent"]) == 8 * sum(
        side == 0 for _, side, *_ in made
    )
