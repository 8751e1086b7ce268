"""Connections of TLS that are counted by columns, told like those that are read."""

from __future__ import annotations

import base64
import struct
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.pipeline.talk import IMEI, OTHER_HOST, PHONE, SERVER_HOST, TABLET, Talk, get
from tests.pipeline.test_plain import told
from vitne.lab.tls import CHANGE_CIPHER, client_hello, encrypted, handshake, record, server_hello
from vitne.lab.wire import CLIENT, SERVER
from vitne.pipeline import flowreader

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = (
    "shop.example", "API.Shop.example", "x.example", f"x{IMEI}.track.example", "zaphod.example",
    "bm90LWEtdmFsdWUtYXQtYWxs.example", "b\xf8.example", "0123456789abcdef0123.example",
)  # fmt: skip
PROTOCOLS = (("h2", "http/1.1"), ("h2",), (), ("zaphod",), ("http/1.1", IMEI))


def sized(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data


def resumed(rng: Random, host: str, identity: bytes, *, session: bytes = b"") -> bytes:
    """Give a hello that goes on with an earlier session."""
    name = b"\0\0" + sized(sized(b"\0" + sized(host.encode("latin-1"))))
    ticket = b"\0\x23" + sized(identity[::-1])
    key = b"\0\x29" + sized(sized(sized(identity) + bytes(4)) + sized(b"\x20" + rng.randbytes(32)))
    body = b"\x03\x03" + rng.randbytes(32) + bytes([len(session)]) + session + sized(b"\x13\x01") + b"\x01\0"
    return record(0x16, handshake(1, body + sized(name + ticket + key)))


def a_hello(rng: Random) -> bytes:
    host = rng.choice([*HOSTS[:3] * 4, *HOSTS])
    if rng.random() < 0.7:
        hello = client_hello(rng, host.encode("latin-1").decode("ascii", "replace").replace("\ufffd", "o"), protocols=rng.choice([*PROTOCOLS[:1] * 5, *PROTOCOLS]))  # fmt: skip
        if rng.random() < 0.2:  # the session's id says something
            text = rng.choice(
                [IMEI.encode(), base64.b64encode(IMEI.encode()), b"readable session", b"x" * 32]
            )
            hello = hello[:44] + text[:32].ljust(32, b"\0") + hello[76:]
        return hello
    identity = rng.choice(
        [rng.randbytes(180), IMEI.encode() + rng.randbytes(9), b"a text, and no more", b"\0"]
    )
    return resumed(rng, host, identity, session=rng.choice([b"", rng.randbytes(32)]))


def an_answer(rng: Random, hello: bytes) -> bytes:
    own = server_hello(rng, hello.ljust(80, b"\0"))
    tail = CHANGE_CIPHER + encrypted(rng, rng.randint(1, 9000))
    return rng.choice(
        [
            own + tail,
            own + tail,
            own + tail,
            b"",
            own + record(0x16, handshake(11, b"\0\0\x0a\0\0\x07\x30\x05abcde")) + tail,  # no certificate
            own + record(0x16, handshake(11, b"\0\0\0") + handshake(14, b"")) + tail,
            own + record(0x15, b"\x02\x28"),
            own[:-3],
            own + tail + record(0x17, b"x" * 30)[:-7],
            record(0x16, handshake(2, b"\x03\x03")),
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno",
            IMEI.encode() + own,
        ]
    )


def closed_often(seed: int) -> Talk:
    rng, talk = Random(seed), Talk(seed)
    for number in range(120):
        hello = a_hello(rng)
        turns = [(CLIENT, hello), (SERVER, an_answer(rng, hello))]
        if rng.random() < 0.8:
            more = encrypted(rng, rng.randint(1, 5000)) if rng.random() < 0.9 else IMEI.encode() * 3
            turns.append((CLIENT, CHANGE_CIPHER + more))
        if rng.random() < 0.1:
            turns.append((CLIENT, record(0x17, b"q" * 40 + IMEI.encode())))
        talk.tcp(
            [turn for turn in turns if turn[1]],
            phone=(PHONE, TABLET)[number % 2] if rng.random() < 0.9 else SERVER_HOST,
            server=rng.choice([SERVER_HOST, OTHER_HOST, OTHER_HOST, TABLET]),
            port=rng.choice([443, 443, 8883]),
            cuts=rng.choice([(), (), (7,), (3, 100)]),
        )
        if number % 20 == 0:
            talk.ask(get(f"/?imei={IMEI}"))
    return talk


@pytest.mark.parametrize("seed", range(6))
def test_what_is_counted_is_told_as_if_it_were_read(tmp_path: Path, seed: int) -> None:
    talk = closed_often(seed)
    frames = talk.frames()
    if seed % 2:  # some were not captured, some came twice or late
        rng = Random(seed)
        frames = [frame for frame in frames if rng.random() > 0.01]
        frames = sorted(frames + rng.sample(frames, 30), key=lambda frame: frame[0])
    path = talk.write(tmp_path / "c.pcap", frames)
    fast, slow = told(path, shortcuts=True), told(path, shortcuts=False)
    assert fast == slow
    assert any(one["identifier"] == "imei" and one["protocol"] == "tls" for one in slow["findings"])
    assert not any(gap["kind"] == "internal" for gap in fast["gaps"])


def read_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], list[int]]:
    """Scan; give what is told, and the flows that were read one by one."""
    read: list[int] = []
    whole = flowreader.FlowReader.patiently

    def counted(self: Any, traffic: Any, flow: Any, *given: Any) -> Any:
        read.append(flow.number)
        return whole(self, traffic, flow, *given)

    monkeypatch.setattr(flowreader.FlowReader, "patiently", counted)
    return told(path, shortcuts=True), read


def test_plain_connections_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng, talk = Random(1), Talk()
    for number in range(30):
        hello = client_hello(rng, f"h{number % 3}.example")
        answer = server_hello(rng, hello) + encrypted(rng, 200)
        talk.tcp([(CLIENT, hello), (SERVER, answer), (CLIENT, encrypted(rng, 99))], port=443)
    talk.ask(get(f"/?imei={IMEI}", host=""))
    result, read = read_of(talk.write(tmp_path / "c.pcap"), monkeypatch)
    assert len(read) <= 3  # a session's id may look like a text by chance
    rows = [row for row in result["sent"] if row["protocol"] == "tls"]
    assert [row["kind"] for row in rows].count("client-hello") == 30
    assert [row["kind"] for row in rows].count("application-data") == 30
    [total] = [one for one in result["opaque"] if one["destination"]["host"] == "h1.example"]
    assert total["bytes"] == 10 * 299


def test_a_hello_that_names_a_known_value_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng, talk = Random(2), Talk()
    for number in range(12):
        host = f"x{IMEI}.track.example" if number == 5 else "a.example"
        talk.tcp([(CLIENT, client_hello(rng, host)), (SERVER, encrypted(rng, 64))], port=443)
    talk.ask(get("/"))
    result, read = read_of(talk.write(tmp_path / "c.pcap"), monkeypatch)
    assert 5 in read
    assert [one["identifier"] for one in result["findings"] if one["protocol"] == "tls"] == ["imei"]
