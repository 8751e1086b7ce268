"""The simulated phone as a program of its own: runs inside its network namespace and goes through its day.

Its clock runs faster than the machine's; senders are plug-ins and know only what a phone would tell them.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import ssl
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.lab import home, phonedumps
from vitne.lab.day import Happening
from vitne.lab.phone import Phone, invent
from vitne.lab.phonelog import PhoneLog
from vitne.lab.senders import senders

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

PATIENCE_S = 30.0  # seconds of the phone that an answer is waited for


class Orders(msgspec.Struct, kw_only=True):
    """What the phone is told when it starts."""

    seed: int
    start_ns: int  # of the phone's day, nanoseconds UTC
    speed: float  # seconds of the phone a second
    ahead_s: float  # the phone's clock less the true one
    zone_s: int
    day: list[Happening]
    senders: list[str]
    resolver: str  # address of the router
    folder: str  # where log and notes go


class Handset:
    """The phone while it lives through its day."""

    def __init__(self, orders: Orders, log: PhoneLog) -> None:
        self.orders, self.log = orders, log
        self.phone: Phone = invent(orders.seed)
        self.chance = Random(f"handset {orders.seed}")
        self.lit = False
        self.online = True  # False between the loss of a network and the next one
        self.notes: list[dict[str, Any]] = []
        self._names: dict[str, str] = {}
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._begin = time.monotonic()

    @property
    def now(self) -> float:
        """Give the seconds of the phone since its day began."""
        return (time.monotonic() - self._begin) * self.orders.speed

    def at(self, delay_s: float, call: Callable[[], None]) -> None:
        """Call something after so many seconds of the phone."""
        heapq.heappush(self._due, (self.now + delay_s, next(self._count), call))

    def go(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin work that takes time, as network traffic does."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def note(self, **said: Any) -> None:
        """Write the truth down: what a sender did, when and why."""
        unsent = {} if self.online or "sms_to" in said else {"unsent": "no network"}
        self.notes.append({"at_s": round(self.now, 3), **said, **unsent})

    def local_time(self) -> str:
        """Give the phone's clock as text."""
        seconds = self.orders.start_ns // 10**9 + self.orders.zone_s + round(self.now + self.orders.ahead_s)
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))

    async def tell(self, host: str, port: int, data: bytes, *, closed: bool = False) -> bytes:
        """Connect, send, and give what comes back; b"" where nothing does.  ``closed`` puts TLS around."""
        patience = PATIENCE_S / self.orders.speed + 1.0
        if not self.online:
            return b""
        try:
            address = await self.resolve(host)
            context = None
            if closed:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            opening = asyncio.open_connection(
                address, port, ssl=context, server_hostname=host if closed else None
            )
            reader, writer = await asyncio.wait_for(opening, patience)
            try:
                writer.write(data)
                await writer.drain()
                return await asyncio.wait_for(reader.read(65_536), patience)
            finally:
                writer.close()
        except (OSError, TimeoutError):
            return b""

    async def cast(self, host: str, port: int, data: bytes) -> bytes:
        """Send a datagram and give the answer; b"" where none comes."""
        if not self.online:
            return b""
        try:
            return await self._datagram(await self.resolve(host), port, data)
        except (OSError, TimeoutError):
            return b""

    async def resolve(self, host: str) -> str:
        """Ask the router for an address; raises OSError where it knows none."""
        if host not in self._names:
            number = self.chance.randrange(1 << 16)
            answer = await self._datagram(self.orders.resolver, 53, home.dns_query(number, host))
            if len(answer) < 16 or answer[6:8] == b"\0\0":
                raise OSError(f"no address for {host}")
            self._names[host] = ".".join(str(byte) for byte in answer[-4:])
        return self._names[host]

    async def _datagram(self, address: str, port: int, data: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        got: asyncio.Future[bytes] = loop.create_future()

        class Waiting(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: Any) -> None:
                del addr
                if not got.done():
                    got.set_result(data)

        transport, _ = await loop.create_datagram_endpoint(Waiting, remote_addr=(address, port))
        try:
            transport.sendto(data)
            return await asyncio.wait_for(got, PATIENCE_S / self.orders.speed + 1.0)
        finally:
            transport.close()

    async def live(self) -> None:
        """Go through the day until its last event, and a little longer."""
        known = senders()
        working = [known[name](self) for name in self.orders.senders]
        self._begin = time.monotonic()
        (Path(self.orders.folder) / "begun").write_text(str(time.time_ns()), encoding="ascii")
        for each in self.orders.day:
            call: Callable[[], None] = _Calls(self, working, each)
            heapq.heappush(self._due, (each.at, next(self._count), call))
        end = self.orders.day[-1].at + 120.0
        while self._due and self.now < end:
            due, _, call_now = self._due[0]
            wait = (due - self.now) / self.orders.speed
            if wait > 0:
                await asyncio.sleep(min(wait, 0.5))
                continue
            heapq.heappop(self._due)
            call_now()
            await asyncio.sleep(0)
        for task in list(self._tasks):
            task.cancel()


class _Calls:
    """One event of the day, when it is due."""

    def __init__(self, handset: Handset, working: list[Any], what: Happening) -> None:
        self.handset, self.working, self.what = handset, working, what

    def __call__(self) -> None:
        if self.what.kind in {"screen-on", "screen-off"}:
            self.handset.lit = self.what.kind == "screen-on"
        if self.what.kind in {"boot", "network-connected", "network-lost"}:
            self.handset.online = self.what.kind != "network-lost"
        self.handset.log.event(self.handset.now, self.what.kind, self.what.detail)
        for each in self.working:
            each.happened(self.what.kind, self.what.detail)


def main(path: str) -> None:
    """Carry out the orders of a file."""
    orders = msgspec.json.decode(Path(path).read_bytes(), type=Orders)
    folder = Path(orders.folder)
    with (folder / "events.log").open("w", encoding="utf-8") as file:
        file.write("--------- beginning of events\n")
        log = PhoneLog(file, start_ns=orders.start_ns, ahead_s=orders.ahead_s, zone_s=orders.zone_s)
        handset = Handset(orders, log)
        asyncio.run(handset.live())
    (folder / "events.bin").write_bytes(phonedumps.binary(log.rows))
    dumped = log.moment(handset.now)
    (folder / "bugreport-lab.zip").write_bytes(phonedumps.bug_report(log, dumped_ns=dumped))
    (folder / "handset.jsonl").write_bytes(
        b"".join(msgspec.json.encode(row) + b"\n" for row in handset.notes)
    )


if __name__ == "__main__":
    main(sys.argv[1])
