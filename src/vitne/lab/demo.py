"""The demonstration: one hour of an invented phone at home, with one sender that says too much.

The hour begins with the phone's start.  It holds what such an hour holds anyway (an address is lent, names
are looked up, the time is asked for, encrypted and clear pages are read) and eight registrations in clear:
the first a minute after the start, others within a second after the screen comes on, one an hour later.
"""

from __future__ import annotations

import os
from email.utils import formatdate
from pathlib import Path
from random import Random
from time import gmtime, strftime
from typing import TYPE_CHECKING

import msgspec

from vitne.lab import home, packets, sender, tls, web
from vitne.lab.packets import Ends
from vitne.lab.pcap import About, pcapng
from vitne.lab.phone import DEFAULT_SEED, Phone, invent, subject_file
from vitne.lab.sealed import Sealed
from vitne.lab.wire import CLIENT, MS, SECOND, SERVER, Conversation, Host, Wire, frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitne.lab.pcap import TimedFrame

START_NS = 1_549_174_470 * SECOND  # 2019-02-03T06:14:30Z
_DELAY = 1800 * SECOND
_LOCAL_SECONDS = 3600  # the phone's clock is an hour ahead of UTC
_ROUTER_MAC, _ROUTER, _LEASED = "00:00:5e:00:53:fe", "192.0.2.1", "192.0.2.20"
_ROUTER6 = "fe80::200:5eff:fe00:53fe"
_PHONE6 = "2001:db8:53:0:41d8:9c07:b2e6:1f35"
_SERVERS = {
    sender.HOST: "203.0.113.80",
    "connectivity.example": "198.51.100.4",
    "time.example": "203.0.113.123",
    "www.avisa.example": "198.51.100.20",
    "bilder.avisa.example": "198.51.100.21",
    "api.vaer.example": "198.51.100.35",
    "apps.market.example": "203.0.113.44",
    "mail.post.example": "198.51.100.61",
    "chat.meldinger.example": "203.0.113.62",
    "photos.sky.example": "198.51.100.63",
    "play.market.example": "203.0.113.45",
    "push.market.example": "2001:db8:62::5228",
}
_SECRETIVE = ("mail.post.example", "chat.meldinger.example", "photos.sky.example", "play.market.example")
_MANNERS = ("plain", "two writes", "cut", "lost", "swapped", "plain", "cut", "two writes")


class DemoFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The two files of the demonstration."""

    capture: Path  # pcapng
    subject: Path  # TOML, readable by its owner alone


def make(folder: Path, *, seed: int = DEFAULT_SEED) -> DemoFiles:
    """Write ``phone-hour.pcapng`` and ``subject.toml`` into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(capture=folder / "phone-hour.pcapng", subject=folder / "subject.toml")
    files.capture.write_bytes(capture(seed))
    files.subject.unlink(missing_ok=True)
    handle = os.open(files.subject, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(subject_file(invent(seed)))
    return files


def capture(seed: int = DEFAULT_SEED, *, remedy: str = "") -> bytes:
    """Give the bytes of the capture; ``remedy`` is as for ``hour``."""
    about = About(
        comment=f"An invented hour of an invented phone (seed {seed}). No value in it belongs to anybody.",
        application="vitne lab",
        interface="wlan0",
        description="access point of a home network",
    )
    return pcapng(hour(seed, remedy=remedy), about)


def hour(seed: int = DEFAULT_SEED, *, remedy: str = "") -> list[TimedFrame]:
    """Give the frames of the hour in the order of time.

    ``remedy`` says what an update did to the sender: "" nothing, "removed" it is gone, "closed" it says the
    same inside TLS, "delayed" it says the same half an hour later.
    """
    return _told(seed, remedy).wire.frames()


def key_log(seed: int = DEFAULT_SEED) -> str:
    """Give the key log that opens the registrations of the hour with the remedy "closed"."""
    return _told(seed, "closed").key_log


def _told(seed: int, remedy: str) -> _Hour:
    story = _Hour(seed, remedy)
    story.boot(START_NS + 11 * SECOND)
    first = START_NS + 72 * SECOND
    story.register(first, _MANNERS[0])
    moments = sorted(story.chance.sample(range(5, 59), 6))
    for minute, manner in zip(moments, _MANNERS[1:7], strict=True):
        story.screen_on(START_NS + minute * 60 * SECOND + story.chance.randrange(50 * SECOND), manner)
    story.background()
    story.register(first + (3600 + story.chance.randrange(3, 20)) * SECOND + 180 * MS, _MANNERS[7])
    return story


class _Hour:
    """Tells the hour event by event onto one wire."""

    def __init__(self, seed: int, remedy: str = "") -> None:
        self.remedy = remedy
        self.chance = Random(f"hour {seed}")
        self.wire = Wire(self.chance)
        self.phone: Phone = invent(seed)
        mac = self.phone.mac.lower()
        self.here = Host(mac, _LEASED)
        self.here6 = Host(mac, _PHONE6)
        self.router = Host(_ROUTER_MAC, _ROUTER)
        self.key_log = ""  # of the registrations inside TLS
        self.known: dict[str, int] = {}  # name -> until when its answer is remembered
        self.port = self.chance.randrange(36000, 41000)

    def boot(self, now: int) -> None:
        """Join the network, find the way out, look at the clock, and bring the apps up."""
        self._lease(now)
        now += 1200 * MS
        self._who_has(now)
        self._neighbour(now + 40 * MS)
        self._announce(now + 300 * MS)
        self._check(now + 500 * MS)
        self._ask_time(now + 1400 * MS)
        for number, name in enumerate(_SECRETIVE):
            self._secret_visit(name, now + (3 + 2 * number) * SECOND)
        self._push(now + 12 * SECOND)
        self._page("apps.market.example", "/list/updates.xml", web.software, at=now + 15 * SECOND)

    def screen_on(self, now: int, manner: str) -> None:
        """Wake up: the network is looked at anew, apps fetch, and the registration is tried again."""
        self._who_has(now)
        self._check(now + 90 * MS)
        self._secret_visit(self.chance.choice(_SECRETIVE), now + 400 * MS)
        self.register(now + self.chance.randrange(120, 1000) * MS, manner)
        visit = now + self.chance.randrange(4, 9) * SECOND
        choice = self.chance.randrange(3)
        if choice == 0:
            self._page("www.avisa.example", "/", web.news, at=visit)
            self._page("bilder.avisa.example", "/b/96/toppsak.png", web.picture, at=visit + 600 * MS)
        elif choice == 1:
            self._page("api.vaer.example", "/v1/weather?place=Trondheim", web.weather, at=visit)
        else:
            self._secret_visit(self.chance.choice(_SECRETIVE), visit)

    def background(self) -> None:
        """Do what happens with the screen dark: the router is asked for again, the newspaper is fetched."""
        for minute in range(4, 60, 7):
            self._who_has(START_NS + minute * 60 * SECOND + self.chance.randrange(20 * SECOND))
        self._ask_time(START_NS + 1830 * SECOND)
        self._announce(START_NS + 2400 * SECOND)
        self._page(
            "api.vaer.example", "/v1/weather?place=Trondheim", web.weather, at=START_NS + 1270 * SECOND
        )
        self._page("www.avisa.example", "/", web.news, at=START_NS + 1275 * SECOND)
        self._page("bilder.avisa.example", "/b/96/toppsak.png", web.picture, at=START_NS + 1276 * SECOND)

    def register(self, now: int, manner: str) -> None:
        """Post the registration and be refused, unless an update has changed that."""
        if self.remedy == "removed":
            return
        now += _DELAY if self.remedy == "delayed" else 0
        body = sender.wrapped(sender.record(self.phone, local_time(now)))
        head = sender.request_head(len(body))
        if self.remedy == "closed":
            self._register_closed(now, head + body)
            return
        talk = self._connect(sender.HOST, 80, at=now, rtt=212 * MS).wait(1, 4)
        if manner == "two writes":
            talk.send(CLIENT, head).send(CLIENT, body)
        else:
            cuts = () if manner == "plain" else (len(head) + 77, len(head) + 460)
            fault = manner if manner in {"lost", "swapped"} else ""
            talk.send(CLIENT, head + body, cuts=cuts, fault=fault)
        talk.wait(20, 60).send(SERVER, sender.answer(formatdate(talk.now // SECOND, usegmt=True)))
        talk.wait(2, 30).close(CLIENT)

    def _register_closed(self, now: int, request: bytes) -> None:
        """Say the same inside TLS."""
        talk, sealed = self._connect(sender.HOST, 443, at=now), Sealed(self.chance, sender.HOST)
        talk.send(CLIENT, sealed.hello).wait(2, 8).send(SERVER, sealed.answer()).wait(3, 9)
        talk.send(CLIENT, sealed.finish() + sealed.said(CLIENT, request)).wait(20, 60)
        answer = sender.answer(formatdate(talk.now // SECOND, usegmt=True))
        talk.send(SERVER, sealed.said(SERVER, answer)).wait(2, 30).close(CLIENT)
        self.key_log += sealed.key_log()

    def _lease(self, now: int) -> None:
        lease = home.Lease(
            mac=self.phone.mac.lower(),
            host_name=self.phone.host_name,
            address=_LEASED,
            server=_ROUTER,
            transaction=self.chance.getrandbits(32),
        )
        nobody, everybody = Host(lease.mac, "0.0.0.0"), Host(packets.BROADCAST, "255.255.255.255")  # noqa: S104
        for kind, delay in ((1, 0), (2, 420), (3, 431), (5, 470)):
            asking = kind in {1, 3}
            pair = (nobody, everybody) if asking else (self.router, self.here)
            ports = (68, 67) if asking else (67, 68)
            self.wire.datagram(now + delay * MS, pair, ports=ports, payload=home.dhcp(lease, kind))

    def _who_has(self, now: int) -> None:
        own, other = (self.here.mac, self.here.ip), (self.router.mac, self.router.ip)
        ask = packets.arp(1, own, ("00:00:00:00:00:00", self.router.ip))
        kind = packets.ETHERTYPE_ARP
        self.wire.put(now, packets.ethernet(ask, own[0], packets.BROADCAST, kind=kind))
        answer = packets.ethernet(packets.arp(2, other, own), other[0], own[0], kind=kind)
        self.wire.put(now + 900_000, answer)

    def _neighbour(self, now: int) -> None:
        """Ask for the router's link address (RFC 4861 4.3 and 4.4)."""
        group = "ff02::1:ff00:53fe"
        target = packets.ip_bytes(_ROUTER6)
        ask_ends = Ends(_PHONE6, group, 255)
        ask = packets.icmpv6(
            135, bytes(4) + target + b"\x01\x01" + packets.mac_bytes(self.here.mac), ask_ends
        )
        packet = packets.ipv6(ask, ask_ends, protocol=packets.ICMPV6)
        self.wire.put(now, frame(packet, self.here6, Host(packets.multicast_mac(group), group)))
        ends = Ends(_ROUTER6, _PHONE6, 255)
        said = packets.icmpv6(
            136, b"\xe0\0\0\0" + target + b"\x02\x01" + packets.mac_bytes(_ROUTER_MAC), ends
        )
        router = Host(_ROUTER_MAC, _ROUTER6)
        self.wire.put(now + MS, frame(packets.ipv6(said, ends, protocol=packets.ICMPV6), router, self.here6))

    def _announce(self, now: int) -> None:
        group = Host(packets.multicast_mac("224.0.0.251"), "224.0.0.251")
        own = Host(self.here.mac, self.here.ip, 255)
        said = home.mdns_announce(f"{self.phone.host_name}.local", self.here.ip)
        for delay, payload in ((0, home.mdns_query("_googlecast._tcp.local")), (250, said), (1250, said)):
            self.wire.datagram(now + delay * MS, (own, group), ports=(5353, 5353), payload=payload)

    def _resolve(self, name: str, now: int) -> int:
        """Look a name up unless its answer is remembered; give the time when the address is known."""
        if self.known.get(name, 0) > now:
            return now
        self.known[name] = now + 300 * SECOND
        address = _SERVERS[name]
        kind = home.AAAA if ":" in address else home.A
        number, port = self.chance.getrandbits(16), self.chance.randrange(20000, 60000)
        query = home.dns_query(number, name, kind)
        self.wire.datagram(now, (self.here, self.router), ports=(port, 53), payload=query)
        now += self.chance.randrange(8 * MS, 45 * MS)
        answer = home.dns_answer(number, name, (address,), kind=kind)
        self.wire.datagram(now, (self.router, self.here), ports=(53, port), payload=answer)
        return now + MS

    def _connect(self, name: str, port: int, *, at: int, rtt: int = 0) -> Conversation:
        """Look a name up and open a connection to it."""
        begin = self._resolve(name, at) + self.chance.randrange(200_000, 1_500_000)
        address = _SERVERS[name]
        there = Host(_ROUTER_MAC, address, self.chance.randrange(46, 58))
        here = self.here6 if ":" in address else self.here
        self.port += self.chance.randrange(2, 40, 2)
        trip = rtt or self.chance.randrange(11, 60) * MS
        return Conversation(self.wire, (here, there), (self.port, port), at=begin, rtt=trip).open()

    def _check(self, now: int) -> None:
        """Ask whether there is a way out."""
        name = "connectivity.example"
        talk = self._connect(name, 80, at=now).send(CLIENT, web.get(name, "/generate_204", self.phone))
        talk.wait(1, 9).send(SERVER, web.no_content(formatdate(talk.now // SECOND, usegmt=True))).close()

    def _ask_time(self, now: int) -> None:
        now = self._resolve("time.example", now)
        there = Host(_ROUTER_MAC, _SERVERS["time.example"], 53)
        asked = home.ntp(3, now)
        port = self.chance.randrange(30000, 60000)
        self.wire.datagram(now, (self.here, there), ports=(port, 123), payload=asked)
        now += 38 * MS
        self.wire.datagram(now, (there, self.here), ports=(123, port), payload=home.ntp(4, now, asked=asked))

    def _page(self, name: str, target: str, page: Callable[[str], bytes], *, at: int) -> None:
        """Read a clear page."""
        talk = self._connect(name, 80, at=at).send(CLIENT, web.get(name, target, self.phone))
        talk.wait(15, 80).send(SERVER, page(formatdate(talk.now // SECOND, usegmt=True)))
        talk.wait(100, 900).close()

    def _secure(self, name: str, port: int, *, at: int) -> Conversation:
        """Open an encrypted connection."""
        talk = self._connect(name, port, at=at)
        hello = tls.client_hello(self.chance, name)
        talk.send(CLIENT, hello).wait(2, 8).send(SERVER, tls.server_flight(self.chance, hello))
        return talk.wait(3, 9).send(CLIENT, tls.client_finish(self.chance))

    def _secret_visit(self, name: str, now: int) -> None:
        """Exchange some requests that nobody beside can read."""
        talk = self._secure(name, 443, at=now)
        for _ in range(self.chance.randrange(1, 5)):
            talk.send(CLIENT, tls.encrypted(self.chance, self.chance.randrange(90, 1900))).wait(10, 70)
            talk.send(SERVER, tls.encrypted(self.chance, self.chance.randrange(200, 14000))).wait(5, 300)
        talk.send(CLIENT, tls.encrypted(self.chance, 19)).close()

    def _push(self, now: int) -> None:
        """Keep a connection for push messages open over IPv6, with a sign of life now and then."""
        talk = self._secure("push.market.example", 5228, at=now)
        for _ in range(7):
            talk.send(CLIENT, tls.encrypted(self.chance, self.chance.randrange(40, 120)))
            talk.send(SERVER, tls.encrypted(self.chance, self.chance.randrange(40, 400)))
            talk.wait(400_000, 480_000)


def local_time(now: int) -> str:
    """Give the phone's own clock as its sender writes it."""
    return strftime("%Y-%m-%d %H:%M:%S", gmtime(now // SECOND + _LOCAL_SECONDS))
