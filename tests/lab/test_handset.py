"""The phone as a program, against servers on loopback: no namespace is needed for that."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

from vitne.lab import home
from vitne.lab.day import Happening
from vitne.lab.handset import Handset, Orders
from vitne.lab.phonelog import PhoneLog

if TYPE_CHECKING:
    from pathlib import Path

START = 1_549_174_470 * 10**9


def made(folder: Path, day: list[Happening], senders: list[str], speed: float = 2000.0) -> Handset:
    orders = Orders(
        seed=2019,
        start_ns=START,
        speed=speed,
        ahead_s=0.0,
        zone_s=3600,
        day=day,
        senders=senders,
        resolver="127.0.0.1",
        folder=str(folder),
    )
    return Handset(orders, PhoneLog(io.StringIO(), start_ns=START, ahead_s=0.0, zone_s=3600))


class Told:
    """Stands in for the network: keeps what was sent, answers as told."""

    def __init__(self, handset: Handset, answer: bytes = b"") -> None:
        self.sent: list[tuple[float, str, bytes]] = []
        self.handset, self.answer = handset, answer
        handset.tell = self.tell  # type: ignore[method-assign,assignment]
        handset.cast = self.tell  # type: ignore[method-assign,assignment]

    async def tell(self, host: str, port: int, data: bytes, **more: Any) -> bytes:
        self.sent.append((self.handset.now, host, data))
        return self.answer


def test_the_day_goes_by_quickly_and_in_order(tmp_path: Path) -> None:
    day = [
        Happening(at=0.0, kind="boot"),
        Happening(at=100.0, kind="screen-on"),
        Happening(at=200.0, kind="screen-off"),
    ]
    handset = made(tmp_path, day, ["screen-on"])
    net = Told(handset)
    asyncio.run(handset.live())
    assert (tmp_path / "begun").is_file()
    assert [host for _, host, _ in net.sent] == ["glance.adverts.example"]
    assert 100.0 < net.sent[0][0] < 130.0
    assert [note["why"] for note in handset.notes] == ["screen-on"]


def test_the_phone_asks_for_addresses_and_reads_the_answer(tmp_path: Path) -> None:
    handset = made(tmp_path, [], [])

    async def datagram(address: str, port: int, data: bytes) -> bytes:
        assert port == 53
        return home.dns_answer(7, "a.example", ("198.51.100.7",))

    handset._datagram = datagram  # type: ignore[method-assign]
    assert asyncio.run(handset.resolve("a.example")) == "198.51.100.7"
    assert handset._names == {"a.example": "198.51.100.7"}


def test_a_server_that_is_not_there_gives_nothing(tmp_path: Path) -> None:
    handset = made(tmp_path, [], [])
    handset._names["a.example"] = "127.0.0.1"
    assert asyncio.run(handset.tell("a.example", 9, b"x")) == b""


def test_the_local_time_of_a_sender_is_the_phones(tmp_path: Path) -> None:
    assert made(tmp_path, [], []).local_time().startswith("2019-02-03 07:14:3")


def test_without_a_network_nothing_is_sent_and_the_truth_says_so(tmp_path: Path) -> None:
    handset = made(tmp_path, [], [])
    handset._names["a.example"] = "127.0.0.1"
    handset.online = False
    handset.note(sender="x", host="a.example")
    assert asyncio.run(handset.tell("a.example", 9, b"x")) == b""
    assert asyncio.run(handset.cast("a.example", 9, b"x")) == b""
    assert handset.notes[0]["unsent"] == "no network"
