"""A simulated fleet: many invented handsets, one bad batch, one phone flashed wrongly, and confounders.

summary: captures of a factory's sample and the table that describes it
specification: docs/notes on self-registration over IP; RFC 2131
"""

from __future__ import annotations

import csv
import io
from email.utils import formatdate
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from vitne.lab import home, packets, sender, tls
from vitne.lab.demo import START_NS, local_time
from vitne.lab.pcap import pcap
from vitne.lab.phone import invent
from vitne.lab.wire import CLIENT, MS, SECOND, SERVER, Conversation, Host, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BAD_BATCH, BAD_BUILD = "7", "9.99Z"
COLUMNS = ("capture", "device", "model", "build", "market", "batch", "sim", "place", "date")
_MODELS = ("TA-1", "TA-2", "TA-3")
_BUILDS = ("9.97A", "9.98B", BAD_BUILD, "10.0A")
_MARKETS = ("NO", "SE", "FI", "DE", "PL", "ES")
_SIMS = ("none", "test card 1", "test card 2")
_PLACES = ("line 1", "line 2", "office")
_ROUTER = Host("00:00:5e:00:53:fe", "192.0.2.1")
_STATS, _STATS_IP = "stats.maker.example", "198.51.100.90"
_REGISTRATION_IP = "203.0.113.80"
_SHARE = 60
"""Handsets of the bad batch in a fleet of 3,000."""


class Handset(NamedTuple):
    """One handset: what the table says, and what is wrong with it."""

    number: int
    row: tuple[str, ...]  # as COLUMNS
    bad: bool  # it carries another country's activation client
    dark: bool  # it talks with the registration server inside TLS
    corrupt: bool  # its capture is damaged


def fleet(count: int = 3000, *, seed: int = 2019) -> Iterator[Handset]:
    """Draw the handsets.

    Batch 7 exists on two builds, and only on one of them it is bad; nearly all of that batch were captured in
    one place, and most of one market's handsets are of that build: neither place nor market is the cause.
    """
    chance = Random(f"fleet {seed}")
    bad = max(3, round(_SHARE * count / 3000))
    for number in range(count):
        batch = str(1 + number % 40)
        build = chance.choice(_BUILDS)
        market = chance.choice(_MARKETS)
        if number < bad:
            batch, build = BAD_BATCH, BAD_BUILD
        elif batch == BAD_BATCH and build == BAD_BUILD:
            build = "9.98B"
        elif build == BAD_BUILD and chance.random() < 0.5:
            market = "NO"
        place = "line 2" if number < bad and chance.random() < 0.9 else chance.choice(_PLACES)
        name = f"handset-{number:05}"
        row = (
            f"{name}.pcap", name, chance.choice(_MODELS), build, market, batch, chance.choice(_SIMS), place,
            f"2019-02-{1 + number * 20 // count:02}",
        )  # fmt: skip
        yield Handset(
            number,
            row,
            bad=number < bad or number == count - 7,
            dark=number == bad + 1,
            corrupt=number == count // 2,
        )


def write(folder: Path, count: int = 3000, *, seed: int = 2019) -> Path:
    """Write all captures and the table into a folder; give the table."""
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for each in sorted(fleet(count, seed=seed), key=lambda one: Random(one.number).random()):
        data = capture(each)
        (folder / each.row[0]).write_bytes(data)
        rows.writerow(each.row)
    table = folder / "fleet.csv"
    table.write_text(text.getvalue(), encoding="utf-8")
    return table


def capture(handset: Handset) -> bytes:
    """Give the capture of one handset's first minutes."""
    chance = Random(f"handset {handset.number}")
    wire = Wire(chance)
    phone = invent(handset.number + 10_000)
    here = Host(f"00:00:5e:00:53:{1 + handset.number % 200:02x}", "192.0.2.20")
    now = START_NS + handset.number * 60 * SECOND
    lease = home.Lease(
        mac=here.mac, host_name=handset.row[1], address=here.ip, server=_ROUTER.ip,
        transaction=chance.getrandbits(32),
    )  # fmt: skip
    nobody, everybody = Host(here.mac, "0.0.0.0"), Host(packets.BROADCAST, "255.255.255.255")  # noqa: S104
    wire.datagram(now, (nobody, everybody), ports=(68, 67), payload=home.dhcp(lease, 1))
    wire.datagram(now + 430 * MS, (_ROUTER, here), ports=(67, 68), payload=home.dhcp(lease, 5))
    if handset.row[6] != "none":  # a confounder: with a card in, all handsets tell the maker's statistics
        body = f'{{"android_id":"{chance.getrandbits(64):016x}","model":"{handset.row[2]}"}}'.encode()
        _post(wire, here, (_STATS, _STATS_IP), body, at=now + 20 * SECOND)
    if handset.bad:
        said = sender.wrapped(sender.record(phone, local_time(now + 60 * SECOND)))
        _register(wire, here, said, at=now + 60 * SECOND)
    if handset.dark:
        _secret(wire, here, at=now + 60 * SECOND)
    data = pcap(wire.frames())
    return b"\0" * len(data) if handset.corrupt else data


def _talk(wire: Wire, here: Host, address: str, *, port: int, at: int) -> Conversation:
    there = Host(_ROUTER.mac, address, 52)
    ports = (wire.chance.randrange(36000, 60000), port)
    return Conversation(wire, (here, there), ports, at=at, rtt=40 * MS).open()


def _post(wire: Wire, here: Host, server: tuple[str, str], body: bytes, *, at: int) -> None:
    head = f"POST /v1/day HTTP/1.1\r\nHost: {server[0]}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    talk = _talk(wire, here, server[1], port=80, at=at).send(CLIENT, request)
    talk.send(SERVER, b"HTTP/1.1 204 No Content\r\n\r\n").close()


def _register(wire: Wire, here: Host, body: bytes, *, at: int) -> None:
    talk = _talk(wire, here, _REGISTRATION_IP, port=80, at=at)
    talk.send(CLIENT, sender.request_head(len(body)) + body).wait(20, 60)
    talk.send(SERVER, sender.answer(formatdate(talk.now // SECOND, usegmt=True))).close()


def _secret(wire: Wire, here: Host, *, at: int) -> None:
    talk = _talk(wire, here, _REGISTRATION_IP, port=443, at=at)
    hello = tls.client_hello(wire.chance, sender.HOST)
    talk.send(CLIENT, hello).send(SERVER, tls.server_flight(wire.chance, hello))
    talk.send(CLIENT, tls.client_finish(wire.chance)).send(CLIENT, tls.encrypted(wire.chance, 900)).close()
