from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from vitne.lab.phone import invent
from vitne.lab.senders.self_registration import HOST, SelfRegistration, sender


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


REFUSED = b'HTTP/1.1 200 OK\r\n\r\n{"resultCode":"1"}'
ACCEPTED = b'HTTP/1.1 200 OK\r\n\r\n{"resultCode":0}'


def started(answer: bytes) -> tuple[Stand, SelfRegistration]:
    stand = Stand(answer)
    client = sender(stand)
    client.happened("boot", "")
    client.happened("network-connected", "")
    return stand, client


def test_the_first_post_comes_a_minute_after_the_start_and_not_before() -> None:
    stand, _ = started(REFUSED)
    stand.wait(59.9)
    assert stand.sent == []
    stand.wait(61.0)
    [(at, host, port, data)] = stand.sent
    assert (at, host, port) == (60.0, HOST, 80)
    assert b"application/encrypted-json" in data
    assert "IMEI1" in stand.said[0]


def test_refused_it_follows_connectivity_without_end_and_retries_hourly_ten_times() -> None:
    stand, client = started(REFUSED)
    for hour in range(20):
        stand.wait(3600.0 * hour + 1800)
        client.happened("network-connected", "")
    stand.wait(30 * 3600.0)
    why = [note["why"] for note in stand.notes]
    assert why.count("network-connected") == 20
    assert why.count("retry") == 10


def test_accepted_it_is_silent_ever_after() -> None:
    stand, client = started(ACCEPTED)
    stand.wait(100.0)
    client.happened("network-connected", "")
    client.happened("boot", "")
    stand.wait(9e4)
    assert len(stand.sent) == 1


def test_screen_and_unlock_mean_nothing_to_it() -> None:
    stand, client = started(REFUSED)
    stand.wait(100.0)
    client.happened("screen-on", "")
    client.happened("keyguard-gone", "")
    stand.wait(200.0)
    assert len(stand.sent) == 1


def test_without_a_card_without_service_and_while_roaming_it_does_not_send() -> None:
    for kind, detail in (("sim-changed", "ABSENT"), ("out-of-service", ""), ("roaming-on", "")):
        stand, client = started(REFUSED)
        stand.wait(70.0)
        client.happened(kind, detail)
        client.happened("network-connected", "")
        stand.wait(100.0)
        assert len(stand.sent) == 1
        client.happened(
            {"sim-changed": "sim-changed", "roaming-on": "roaming-off"}.get(kind, "in-service"), "LOADED"
        )
        client.happened("network-connected", "")
        stand.wait(110.0)
        assert len(stand.sent) >= 2


def test_another_card_is_registered_a_minute_later_and_another_build_makes_it_forget() -> None:
    stand, client = started(ACCEPTED)
    stand.wait(100.0)
    client.happened("sim-changed", "LOADED")
    stand.wait(159.0)
    assert len(stand.sent) == 1
    stand.wait(161.0)
    assert len(stand.sent) == 2
    client.happened("system-updated", "")
    client.happened("boot", "")
    stand.wait(300.0)
    assert [note["why"] for note in stand.notes] == ["boot", "sim-changed", "boot"]
