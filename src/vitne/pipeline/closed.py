"""Connections of TLS of which a hello is all that can be read, by columns: all of a batch at once.

The kernel says which connections are plain, and writes down of each hello what its facts follow from; hellos
of one client are the same as written down, so facts are made once for each client.  A connection in whose
hello nothing stands becomes a row for its hello, one for what was sent closed, and sums of what stays closed.
All others are read one by one.  RFC 8446 sections 4 and 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from vitne.assess import delivery_of, own_stack
from vitne.decode.protocols import judge
from vitne.decode.protocols.tls import CUT, SHORT_SERVER_HELLO, Tls
from vitne.decode.protocols.tls_hello import ClientHello, read_client_hello
from vitne.decode.protocols.tls_message import certificate_names, hello_facts, host_of
from vitne.kernel.tls import plain_connections
from vitne.model import Fit, Gap, Message, Oddity, Part
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.messagework import goes_out
from vitne.pipeline.toll import DELIVERIES, RECORD, kept_facts
from vitne.pipeline.wholes import behind, rows_of, whole_flows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vitne.attribute import Devices
    from vitne.identify.raw_hits import RawHits
    from vitne.model import Flow, StreamBatch
    from vitne.pipeline.dull import Dull
    from vitne.pipeline.ends import Host
    from vitne.pipeline.idle import Idle
    from vitne.pipeline.notes import Notes
    from vitne.pipeline.toll import Toll
    from vitne.pipeline.traffic import Traffic

    Facts = tuple[tuple[str, str], ...]

_Key = TypeVar("_Key")
_Thing = TypeVar("_Thing")
_HANDSHAKE = 22
_HEAD = 4096  # bytes of a side by which its protocol is known
_HELLO = Message(protocol="tls", kind="client-hello", side=0, start=0, end=0)
_MOST = 16384  # names, clients, certificates and pairs of ends that are remembered
_MADE_UP = (
    ("session", "session-id", "session id"),
    ("ticket", "session-ticket", "session ticket"),
    ("identity", "psk-identity", "psk identity"),
)
"""Ranges of a connection that hold what a server made up: path and field of their parts."""


class Closed:
    """Counts the plain connections of one scan."""

    def __init__(self, dull: Dull, idle: Idle, devices: Devices) -> None:
        self._dull = dull
        self._idle = idle
        self._devices = devices
        self._hosts: dict[bytes, Host | None] = {}  # name as it stands -> host; None: something stands in it
        self._clients: dict[bytes, Facts | None] = {}  # shape of a hello -> facts; None: it is to be read
        self._certificates: dict[bytes, bool] = {}  # whether it can be read
        self._ways: dict[tuple[str, str, str, str], bool] = {}

    def count(  # noqa: PLR0913  (where it comes from, and what takes it)
        self,
        traffic: Traffic,
        batch: StreamBatch,
        hits: RawHits,
        *,
        going: int | None,
        toll: Toll,
        notes: Notes,
    ) -> np.ndarray:
        """Count the connections in which nothing is found; say which pieces of the batch those are.

        ``going`` is the flow that goes on from the batch before.
        """
        taken = np.zeros(len(batch.flow), dtype=bool)
        some = whole_flows(batch, traffic.walked.flows, hits, going=going)
        some = some.chosen(batch.data[batch.start[some.piece]] == _HANDSHAKE)
        if not len(some.flow):
            return taken
        sides = some.sides(batch)
        plain, found, shapes = plain_connections(batch.data, sides)
        chosen = np.flatnonzero(plain)
        some, found = some.chosen(chosen), found[chosen]
        told = self._told(batch, found, shapes) if len(chosen) else []
        flows = [traffic.flow(number + traffic.first_flow) for number in some.flow.tolist()]
        good = np.array(
            [
                one is not None and self._out(flow) and self._begins(batch, begin)
                for one, flow, begin in zip(told, flows, batch.start[some.piece].tolist(), strict=True)
            ],
            dtype=bool,
        )
        kept = np.flatnonzero(good).tolist()
        some.chosen(good).mark(taken)
        own = [told[at] for at in kept]
        self._sent(traffic, batch, found[good], [flows[at] for at in kept], told=own, toll=toll)
        numbers = some.flow[good] + traffic.first_flow
        notes.extend(_odd(batch, found[good], numbers))
        notes.extend(_cut(batch, found[good], numbers, sides[chosen][good]))
        return taken

    def _out(self, flow: Flow) -> bool:
        """Say whether a device of ours calls somebody who is none."""
        ends = (flow.client_ip, flow.client_mac, flow.server_ip, flow.server_mac)
        return _remembered(self._ways, ends, lambda: goes_out(self._devices, flow))

    def _begins(self, batch: StreamBatch, begin: int) -> bool:
        """Say whether the first bytes of a client are surely those of TLS to all who are asked."""
        head = batch.data[begin : begin + _HEAD].tobytes()
        return judge(head, "tcp", 0) == (Fit.CERTAIN, Tls)

    # -- hellos ----------------------------------------------------------------------------------------------

    def _told(self, batch: StreamBatch, found: np.ndarray, shapes: bytes) -> list[tuple[Host, Facts] | None]:
        """Give host and facts of each hello; None where something may stand in it, or in a certificate."""
        data = batch.data
        made_up = self._made_up(data, found)
        names = [data[low:high].tobytes() for low, high in found["name"].tolist()]
        self._name(sorted({name for name in names if name}))
        told: list[tuple[Host, Facts] | None] = []
        columns = (found["shape"].tolist(), found["hello"].tolist(), found["certificate"].tolist())
        for row, (name, shape, hello, certificate) in enumerate(zip(names, *columns, strict=True)):
            host = self._hosts.get(name) if name else NOBODY
            own = shapes[shape[0] : shape[0] + shape[1]]
            body = data[hello[0] + 4 : hello[1]]
            facts = _remembered(self._clients, own, lambda body=body: self._facts(body.tobytes()))  # type: ignore[misc]
            leaf = data[certificate[0] : certificate[1]].tobytes()
            read = not leaf or _remembered(self._certificates, leaf, lambda leaf=leaf: _readable(leaf))  # type: ignore[misc]
            good = row not in made_up and host is not None and facts is not None and read
            told.append((host, facts) if good and host is not None and facts is not None else None)
        return told

    def _made_up(self, data: np.ndarray, found: np.ndarray) -> set[int]:
        """Give the rows in which something may stand in bytes that a server made up."""
        rows: list[int] = []
        parts: list[tuple[Part, bytes]] = []
        for name, path, field in _MADE_UP:
            for row in np.flatnonzero(found[name][:, 1] > found[name][:, 0]).tolist():
                low, high = found[name][row].tolist()
                rows.append(row)
                parts.append(
                    (Part(path=path, field=field, start=0, end=high - low), data[low:high].tobytes())
                )
        random = self._idle.random([made for _, made in parts])
        odd = [(row, part) for row, part, even in zip(rows, parts, random, strict=True) if not even]
        dull = self._dull.nothing(_HELLO, [part for _, part in odd])
        return {row for (row, _), nothing in zip(odd, dull, strict=True) if not nothing}

    def _name(self, names: Iterable[bytes]) -> None:
        """Look at names of servers, those that are new."""
        if len(self._hosts) >= _MOST:
            self._hosts.clear()
        new = [name for name in names if name not in self._hosts]
        parts = [(Part(path="sni", field="server name", start=0, end=len(name)), name) for name in new]
        for name, nothing in zip(new, self._dull.nothing(_HELLO, parts), strict=True):
            host = _host(name)
            self._hosts[name] = ((host, "sni") if host else NOBODY) if nothing else None

    def _facts(self, body: bytes) -> Facts | None:
        """Give the facts of a hello that a row of what was sent keeps; None where it is to be read."""
        hello = read_client_hello(body)
        spans = hello.alpn[:16]
        parts = [
            (Part(path="alpn", field="protocol", start=0, end=high - low), body[low:high])
            for low, high in spans
            if high > low
        ]
        if not hello.complete or not all(self._dull.nothing(_HELLO, parts)):
            return None
        facts = hello_facts(hello, body, "t")
        return kept_facts(Message(protocol="tls", kind="client-hello", side=0, start=0, end=0, facts=facts))

    # -- what is told ----------------------------------------------------------------------------------------

    def _sent(  # noqa: PLR0913  (columns of one length, and who takes them)
        self,
        traffic: Traffic,
        batch: StreamBatch,
        found: np.ndarray,
        flows: list[Flow],
        *,
        told: list[tuple[Host, Facts] | None],
        toll: Toll,
    ) -> None:
        """Keep a row of each hello, and of what its sender sent closed; count what stays closed."""
        own = own_stack(traffic.link_types, _HELLO)
        group, nothing = toll.group(traffic), toll.facts.number(())
        kinds = [toll.kinds.number(("tls", kind)) for kind in ("client-hello", "application-data")]
        places = np.concatenate([found["hello"], found["where"][:, 0]])
        first, last = rows_of(batch, places)
        ends = behind(batch, places)
        rows: list[tuple[object, ...]] = []
        for at, (flow, one, closed) in enumerate(zip(flows, told, found["closed"].tolist(), strict=True)):
            host, facts = one if one is not None else (NOBODY, ())
            number = toll.hosts.number(host)
            sent = [(at, kinds[0], toll.facts.number(facts), True)]
            sent += [(at + len(flows), kinds[1], nothing, False)] if closed[0] else []
            for row, kind, said, readable in sent:
                length = int(places[row, 1] - places[row, 0])
                message = Message(protocol="tls", kind="", side=0, start=ends[row] - length, end=ends[row])
                came = delivery_of(flow, message, response=None, accepted=None, own_acks=own)
                place = (first[row], last[row], flow.number, min(length, 0xFFFFFFFF), number, kind, group, 0)
                rows.append((*place, DELIVERIES.index(came), readable, (0, 0, 0), said))
            for length in closed:
                if length:
                    toll.unreadable(flow, host, "tls", length)
        toll.sent_all(np.array(rows, dtype=RECORD))


def _remembered(known: dict[_Key, _Thing], key: _Key, make: Callable[[], _Thing]) -> _Thing:
    """Give what is known by a key, made where it is not."""
    if key not in known:
        if len(known) >= _MOST:
            known.clear()
        known[key] = make()
    return known[key]


def _host(name: bytes) -> str:
    """Give the name of a server as a hello tells it."""
    return host_of(ClientHello(names=[(0, len(name))]), name)


def _readable(leaf: bytes) -> bool:
    return certificate_names(leaf) is not None


def _odd(batch: StreamBatch, found: np.ndarray, numbers: np.ndarray) -> Iterator[Oddity]:
    """Tell of servers whose hellos say too little."""
    rows = np.flatnonzero(found["short_hello"])
    places = found["short_hello"][rows]
    ends = behind(batch, np.stack([places, places + 1], axis=1))
    for number, end in zip(numbers[rows].tolist(), ends, strict=True):
        note, name = SHORT_SERVER_HELLO, "tls-hello-lengths"
        yield Oddity(name=name, note=note, flow=number, side=1, offset=end - 1)


def _cut(batch: StreamBatch, found: np.ndarray, numbers: np.ndarray, sides: np.ndarray) -> Iterator[Gap]:
    """Tell of sides that end inside a record."""
    for side in (0, 1):
        rows = np.flatnonzero(found["cut"][:, side])
        ends = behind(batch, sides[rows][:, 2 * side : 2 * side + 2])
        for number, end in zip(numbers[rows].tolist(), ends, strict=True):
            yield Gap(kind="malformed", why=CUT, flow=number, offset=end)
