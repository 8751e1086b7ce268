from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from vitne.lab.phone import invent
from vitne.lab.senders.ordinary import CHECK, CLOCK, PAGES, sender


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


def test_it_looks_for_a_way_out_asks_the_time_and_reads_what_apps_show() -> None:
    stand = Stand()
    own = sender(stand)
    own.happened("boot", "")
    own.happened("network-connected", "")
    own.happened("app-foreground", "com.example.avisa")
    stand.wait(20.0)
    hosts = [host for _, host, _, _ in stand.sent]
    assert {CHECK, CLOCK, PAGES["com.example.avisa"][0]} <= set(hosts)
    stand.wait(8000.0)
    assert len(stand.sent) > len(hosts) + 6  # weather and signs of life go on
