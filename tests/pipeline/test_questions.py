"""Questions to a name server that were asked before are counted, and told like those that are read."""

from __future__ import annotations

import struct
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.pipeline.talk import IMEI, OTHER_HOST, PHONE, SERVER_HOST, TABLET, Talk, get
from tests.pipeline.test_plain import told
from vitne.lab.wire import Host
from vitne.pipeline import flowreader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("shop.example", "a.b.c.example", f"x{IMEI}.track.example", "ZAPHOD.example", "xn--bcher-kva.example")
EXTENSIONS = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def query(text: str, number: int, *, kind: int = 1, flags: int = 0x0100, more: bytes = b"") -> bytes:
    head = struct.pack(">6H", number, flags, 1, 0, 0, 1 if more else 0)
    return head + name(text) + struct.pack(">HH", kind, 1) + more


def record(owner: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">HHHIH", 0xC000 | owner, kind, 1, 60, len(data)) + data


def reply(asked: bytes, *records: bytes, flags: int = 0x8180, more: bytes = b"") -> bytes:
    end = asked.index(0, 12) + 5
    head = asked[:2] + struct.pack(">5H", flags, 1, len(records), 0, 1 if more else 0)
    return head + asked[12:end] + b"".join(records) + more


def alias(asked: bytes, address: bytes) -> bytes:
    """Answer with an alias and the address of that."""
    end = asked.index(0, 12) + 5
    return reply(asked, record(12, 5, b"\x03cdn\xc0\x0c"), record(end + 12, 1, address))


ANSWERS: list[Callable[[bytes, bytes], bytes]] = [
    lambda asked, address: reply(asked, record(12, 1, address)),
    lambda asked, address: reply(asked, record(12, 1, address), record(12, 28, address * 4)),
    alias,
    lambda asked, address: reply(asked, record(12, 1, address), more=EXTENSIONS),
    lambda asked, _: reply(asked, flags=0x8183),  # no such name
    lambda asked, address: reply(asked, record(12, 1, address), flags=0x8380),  # cut short
    lambda asked, address: reply(asked, record(12, 1, address))[:-2],  # damaged
    lambda asked, address: reply(asked, record(12, 1, address)) + b"more",
    lambda asked, address: reply(asked, record(14, 1, address)),  # of another owner
    lambda asked, address: reply(asked, record(12, 1, address), record(12, 16, b"\x04text")),
    lambda asked, address: b"\xff\xff" + reply(asked, record(12, 1, address))[2:],  # answers nobody
    lambda asked, address: reply(query("other.example", 7), record(12, 1, address)),
    lambda asked, address: reply(asked, record(12, 5, b"\xc0\x0c"), record(12, 1, address)),
    lambda asked, address: asked[:2] + b"\x81\x80" + asked[4:12] + b"\xc0\x0c" + address,
]


class Asking(Talk):
    """Asks name servers."""

    def question(
        self, asked: bytes, *answers: bytes, phone: Host = PHONE, server: Host = SERVER_HOST, port: int = 53
    ) -> None:
        self.port += 1
        self.udp(asked, phone=phone, server=server, port=port, source=self.port)
        for answer in answers:
            self.now += 3_000_000
            self.wire.datagram(self.now, (server, phone), ports=(port, self.port), payload=answer)


def asked_often(seed: int) -> Asking:
    """Ask for a few names again and again, answered in all ways, and send to what was told."""
    rng, talk = Random(seed), Asking(seed)
    for number in range(160):
        text = rng.choice(NAMES)
        asked = query(
            text,
            rng.randrange(1 << 16),
            kind=rng.choice([1, 1, 1, 28, 65, 16, 9999]),
            flags=rng.choice([0x0100, 0x0100, 0x0100, 0, 0x0120, 0x2100]),
            more=rng.choice([b"", b"", EXTENSIONS, EXTENSIONS[:-1] + b"\x04abcd"]),
        )
        address = bytes([198, 51, 100, 20 + number % 2])
        answers = [
            rng.choice([ANSWERS[0], *ANSWERS])(asked, address) for _ in range(rng.choice([0, 1, 1, 1, 2]))
        ]
        phone = (PHONE, TABLET)[number % 2]
        server = rng.choice([SERVER_HOST, OTHER_HOST, OTHER_HOST])
        talk.question(asked, *answers, phone=phone, server=server, port=rng.choice([53, 53, 53, 5353, 5354]))
        if number % 20 == 0:
            talk.ask(get(f"/?imei={IMEI}", host=""), phone=phone)
    return talk


def asked_in_one_flow(seed: int) -> Asking:
    """Ask several times from one port, some with the number of another, answered now and then."""
    rng, talk = Random(seed), Asking(seed)
    for number in range(60):
        talk.port += 1
        for _ in range(rng.choice([1, 2, 2, 3, 70 if number == 30 else 2])):
            asked = query(rng.choice(["shop.example", "a.b.c.example", *NAMES]), 0x8000 + rng.randrange(3))
            talk.udp(asked, phone=(PHONE, TABLET)[number % 2], server=SERVER_HOST, port=53, source=talk.port)
            for _ in range(rng.choice([0, 1, 1, 2])):
                talk.now += 3_000_000
                answer = rng.choice(ANSWERS[:6])(asked, bytes([198, 51, 100, 20 + number % 2]))
                ends = (SERVER_HOST, (PHONE, TABLET)[number % 2])
                talk.wire.datagram(talk.now, ends, ports=(53, talk.port), payload=answer)
        if number % 20 == 0:
            talk.ask(get(f"/?imei={IMEI}", host=""), phone=PHONE)
    return talk


@pytest.mark.parametrize("make", [asked_often, asked_in_one_flow])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_passed_over_is_told_as_if_it_were_read(
    tmp_path: Path, make: Callable[[int], Asking], seed: int
) -> None:
    path = make(seed).write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    assert any(one["identifier"] == "imei" and one["protocol"] == "dns" for one in slow["findings"])


def test_a_question_in_whose_name_nothing_stands_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Asking()
    for number in range(40):
        asked = query("shop.example", 0x8000 + number)
        talk.question(asked, ANSWERS[0](asked, bytes([198, 51, 100, number])))
    talk.ask(get(f"/?imei={IMEI}", host=""))
    path = talk.write(tmp_path / "c.pcap")
    read: list[int] = []
    whole = flowreader.FlowReader.patiently

    def counted(self: Any, traffic: Any, flow: Any, *given: Any) -> Any:
        read.append(flow.number)
        return whole(self, traffic, flow, *given)

    monkeypatch.setattr(flowreader.FlowReader, "patiently", counted)
    result = told(path, shortcuts=True)
    assert read == [40]
    assert [row["protocol"] for row in result["sent"]].count("dns") == 40
    [finding] = [one for one in result["findings"] if one["transport"] == "tcp"]
    assert (finding["destination"]["host"], finding["destination"]["host_source"]) == ("shop.example", "dns")


def test_a_link_address_that_chance_writes_into_the_head_of_a_question_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A label of four letters behind a question's zeros looks like the address of an emulated card."""
    emulated = Host("00:00:00:00:00:04", "192.168.1.30")
    talk = Asking()
    for number in range(20):
        phone = emulated if number == 7 else PHONE
        asked = query("abcd.example", 0x8000 + number)
        talk.question(asked, ANSWERS[0](asked, bytes([198, 51, 100, number])), phone=phone)
    talk.ask(get(f"/?imei={IMEI}", host=""))
    path = talk.write(tmp_path / "c.pcap")
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    read: list[int] = []
    whole = flowreader.FlowReader.patiently

    def counted(self: Any, traffic: Any, flow: Any, *given: Any) -> Any:
        read.append(flow.number)
        return whole(self, traffic, flow, *given)

    monkeypatch.setattr(flowreader.FlowReader, "patiently", counted)
    told(path, shortcuts=True)
    assert read == [20]


@pytest.mark.parametrize(
    "payloads", [[b""], [b"", b""], [b"\0"], [b"\xff" * 9000], [query("a.example", 1), b""]]
)
def test_odd_datagrams_to_a_name_server_are_told_as_if_they_were_read(
    tmp_path: Path, payloads: list[bytes]
) -> None:
    for more in (False, True):
        talk = Asking()
        talk.question(payloads[0], *payloads[1:])
        if more:
            talk.question(query("b.example", 2), payloads[0])
            talk.question(query("c.example", 3))
        path = talk.write(tmp_path / "c.pcap")
        fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
        assert fast == slow
        assert not any(gap["kind"] == "internal" for gap in fast["gaps"])
