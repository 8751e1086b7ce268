"""Captures of invented conversations for the tests of the whole way."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from vitne.lab.pcap import pcap
from vitne.lab.wire import CLIENT, SERVER, Conversation, Host, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PHONE = Host("00:00:5e:00:53:01", "192.168.1.20")
TABLET = Host("00:00:5e:00:53:02", "192.168.1.21")
SERVER_HOST = Host("00:00:5e:00:53:fe", "198.51.100.20")
OTHER_HOST = Host("00:00:5e:00:53:fe", "198.51.100.21")
IMEI = "490154203237518"
IMEI_TOML = f'[[known]]\nidentifier = "imei"\nvalue = "{IMEI}"\n'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
START = 1_700_000_000_000_000_000


def post(
    body: bytes,
    *,
    host: str = "collect.example",
    kind: str = "application/json",
    more: str = "",
    target: str = "/",
) -> bytes:
    head = f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def get(target: str, *, host: str = "collect.example", more: str = "") -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode()


class Talk:
    """Collects conversations and writes a capture."""

    def __init__(self, seed: int = 7) -> None:
        self.wire = Wire(Random(seed))
        self.now = START
        self.port = 40000

    def tcp(self, turns: Sequence[tuple[int, bytes]], *, phone: Host = PHONE, server: Host = SERVER_HOST, port: int = 80,
            cuts: tuple[int, ...] = (), source: int | None = None) -> Conversation:  # fmt: skip
        self.port += 1
        self.now += 1_000_000_000
        talk = Conversation(
            self.wire, (phone, server), (source or self.port, port), at=self.now, rtt=20_000_000
        ).open()
        for side, data in turns:
            talk.send(side, data, cuts=cuts)
        talk.close()
        self.now = talk.now
        return talk

    def ask(self, request: bytes, answer: bytes = OK, **more: object) -> Conversation:
        return self.tcp([(CLIENT, request), (SERVER, answer)], **more)  # type: ignore[arg-type]

    def udp(
        self,
        payload: bytes,
        *,
        phone: Host = PHONE,
        server: Host = SERVER_HOST,
        port: int = 9999,
        source: int = 41000,
    ) -> None:
        self.now += 10_000_000
        self.wire.datagram(self.now, (phone, server), ports=(source, port), payload=payload)

    def frames(self) -> list[tuple[int, bytes]]:
        return self.wire.frames()

    def write(self, path: Path, frames: list[tuple[int, bytes]] | None = None) -> Path:
        path.write_bytes(pcap(frames if frames is not None else self.frames()))
        return path


def subject(folder: Path, text: str = IMEI_TOML) -> Path:
    path = folder / "subject.toml"
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path
