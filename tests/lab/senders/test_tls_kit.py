from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from vitne.lab.phone import invent
from vitne.lab.senders.tls_kit import HOST, sender


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


def test_it_reports_openings_of_apps_to_the_closed_port() -> None:
    stand = Stand()
    own = sender(stand)
    own.happened("app-foreground", "com.example.a")
    own.happened("screen-on", "")
    stand.wait(5.0)
    [(at, host, port, data)] = stand.sent
    assert (host, port) == (HOST, 443)
    assert 0.3 <= at <= 1.5
    assert b"com.example.a" in data
