from __future__ import annotations

import asyncio
import base64
import json
from random import Random
from typing import Any

from vitne.lab.phone import invent
from vitne.lab.senders.coap_registration import HOST, PORT, sender


class Stand:
    """A handset without a network: time passes when it is told to, and what is sent is kept."""

    def __init__(self, answer: bytes = b"") -> None:
        self.now, self.lit, self.answer = 0.0, False, answer
        self.phone, self.chance = invent(2019), Random(1)
        self.sent: list[tuple[float, str, int, bytes]] = []
        self.notes: list[dict[str, Any]] = []
        self.log = self
        self.said: list[str] = []
        self.due: list[tuple[float, int, Any]] = []
        self.orders = type("Orders", (), {"start_ns": 1_549_174_470 * 10**9})()

    def at(self, delay: float, call: Any) -> None:
        self.due.append((self.now + delay, len(self.due), call))

    def go(self, work: Any) -> None:
        asyncio.run(work)

    def note(self, **said: Any) -> None:
        self.notes.append(said)

    def says(self, at: float, tag: str, text: str) -> None:
        self.said.append(f"{tag}: {text}")

    def local_time(self) -> str:
        return "2019-02-03 07:15:30"

    async def tell(self, host: str, port: int, data: bytes, **more: Any) -> bytes:
        self.sent.append((self.now, host, port, data))
        return self.answer

    cast = tell

    def wait(self, until: float) -> None:
        while self.due and min(self.due)[0] <= until:
            due = min(self.due)
            self.due.remove(due)
            self.now = due[0]
            due[2]()
        self.now = until


def test_it_posts_after_the_start_and_hourly_until_it_is_accepted() -> None:
    stand = Stand(b"\x64\x80\0\0")
    sender(stand).happened("boot", "")
    stand.wait(3 * 3600.0)
    assert [at for at, *_ in stand.sent] == [35.0, 3635.0, 7235.0]
    stand.answer = b"\x64\x44\0\0"
    stand.wait(9 * 3600.0)
    assert len(stand.sent) == 4


def test_the_message_is_coap_with_its_path_and_base64() -> None:
    stand = Stand()
    sender(stand).happened("boot", "")
    stand.wait(40.0)
    [(_, host, port, data)] = stand.sent
    assert (host, port) == (HOST, PORT)
    assert data[0] == 0x44  # RFC 7252 section 3: version 1, confirmable, token of four bytes
    assert data[8:11] == b"\xb2nb"
    said = json.loads(base64.b64decode(data.partition(b"\xff")[2]))
    assert said["SIM1ICCID"] == stand.phone.iccid
