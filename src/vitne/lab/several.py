"""Several phones of one home over some hours: boots, a SIM card exchanged, registrations in between.

summary: captures of invented phones that start twice and change their card once
specification: docs/notes on self-registration over IP; RFC 2131
"""

from __future__ import annotations

from email.utils import formatdate
from random import Random
from typing import TYPE_CHECKING

import msgspec

from vitne.lab import home, packets, sender
from vitne.lab.demo import START_NS, local_time
from vitne.lab.pcap import About, pcapng
from vitne.lab.phone import digits, invent, luhn_digit
from vitne.lab.wire import CLIENT, MS, SECOND, SERVER, Conversation, Host, Wire

if TYPE_CHECKING:
    from vitne.lab.pcap import TimedFrame
    from vitne.lab.phone import Phone

_MINUTE = 60 * SECOND
_ROUTER = Host("00:00:5e:00:53:fe", "192.0.2.1")
_SERVER_IP = "203.0.113.80"
BOOTS = (0, 120)
"""Minutes at which each phone starts."""
CARD_AT = 60
"""Minute at which the card is exchanged."""
_SENT = (2, 9, 21, 34, 47, 66, 75, 88, 101, 122, 131, 149, 163)
"""Minutes at which it registers."""


def capture(seeds: tuple[int, ...] = (1, 2, 3), *, more: bool = False) -> bytes:
    """Give the capture; ``more`` adds fields that the real sender lacks: a counter, a session, a nonce."""
    about = About(comment="Invented phones. No value in it belongs to anybody.", application="vitne lab")
    return pcapng(hours(seeds, more=more), about)


def hours(seeds: tuple[int, ...], *, more: bool = False) -> list[TimedFrame]:
    """Give the frames of all phones in the order of time."""
    wire = Wire(Random(f"several {seeds}"))
    for number, seed in enumerate(seeds):
        Story(wire, seed, f"192.0.2.{30 + number}", more=more).tell(START_NS + number * 7 * SECOND)
    return wire.frames()


def registrations(phone: Phone, more: dict[str, str], *, seed: int, count: int = 3) -> bytes:
    """Give a capture in which one phone registers some times, with further fields of one's own."""
    wire = Wire(Random(f"registrations {seed}"))
    story = Story(wire, seed, "192.0.2.30", more=False)
    story.phone, story.added = phone, more
    for number in range(count):
        story.register(START_NS + (number + 1) * _MINUTE, cell=phone.cell)
    about = About(comment="An invented phone. No value in it belongs to anybody.", application="vitne lab")
    return pcapng(wire.frames(), about)


class Story:
    """One phone on the common wire."""

    def __init__(self, wire: Wire, seed: int, address: str, *, more: bool) -> None:
        self.wire = wire
        self.chance = Random(f"several phone {seed}")
        self.phone: Phone = invent(seed)
        self.cells = [self.chance.randrange(1000, 1 << 20) << 8 | 1 for _ in range(3)]
        self.here = Host(self.phone.mac.lower(), address)
        self.port = 40_000
        self.more = more
        self.counter = self.chance.randrange(100, 900)
        self.session = ""
        self.added: dict[str, str] = {}

    def tell(self, start: int) -> None:
        """Let all hours pass."""
        moments = sorted(
            [(minute, "boot") for minute in BOOTS]
            + [(CARD_AT, "card")]
            + [(minute, "send") for minute in _SENT]
        )
        for minute, what in moments:
            now = start + minute * _MINUTE + self.chance.randrange(20 * SECOND)
            if what == "boot":
                self._boot(now)
            elif what == "card":
                self._exchange_card()
            else:
                self.register(now, cell=self.chance.choice(self.cells))

    def _boot(self, now: int) -> None:
        """Start: ask for an address."""
        self.session = f"{self.chance.getrandbits(64):016x}"
        lease = home.Lease(
            mac=self.here.mac,
            host_name=self.phone.host_name,
            address=self.here.ip,
            server=_ROUTER.ip,
            transaction=self.chance.getrandbits(32),
        )
        nobody, everybody = Host(lease.mac, "0.0.0.0"), Host(packets.BROADCAST, "255.255.255.255")  # noqa: S104
        for kind, delay in ((1, 0), (2, 420), (3, 431), (5, 470)):
            asking = kind in {1, 3}
            pair = (nobody, everybody) if asking else (_ROUTER, self.here)
            ports = (68, 67) if asking else (67, 68)
            self.wire.datagram(now + delay * MS, pair, ports=ports, payload=home.dhcp(lease, kind))

    def _exchange_card(self) -> None:
        iccid = "8999" + digits(self.chance, 14)
        self.phone = msgspec.structs.replace(
            self.phone, iccid=iccid + luhn_digit(iccid), imsi="00101" + digits(self.chance, 10)
        )

    def register(self, now: int, *, cell: int) -> None:
        """Post one registration from this cell, and be refused."""
        phone = msgspec.structs.replace(self.phone, cell=cell)
        said = sender.fields(phone, local_time(now)) | self.added
        if self.more:
            self.counter += self.chance.randrange(1, 4)
            said |= {"SEQ": str(self.counter), "SESSION": self.session}
            said |= {"NONCE": f"{self.chance.getrandbits(128):032x}"}
        body = sender.wrapped(sender.packed(said))
        self.port += 2
        there = Host(_ROUTER.mac, _SERVER_IP, 52)
        talk = Conversation(self.wire, (self.here, there), (self.port, 80), at=now, rtt=90 * MS).open()
        talk.send(CLIENT, sender.request_head(len(body)) + body).wait(20, 60)
        talk.send(SERVER, sender.answer(formatdate(talk.now // SECOND, usegmt=True))).wait(2, 9).close()
