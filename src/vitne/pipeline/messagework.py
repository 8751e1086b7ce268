"""One message on its way to findings: its frames, its ends, its unwrapped bytes, its answer."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.assess import delivery_of, own_stack
from vitne.decode.unwrap import Budget, go_on, unwrap
from vitne.model import Gap, Node, Oddity, Opaque, Part
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.idle import placed
from vitne.pipeline.insideviews import OpenedView
from vitne.pipeline.openings import closed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vitne.attribute import Device, Devices
    from vitne.identify.wanted import Wanted
    from vitne.model import Flow, Message, Sighting
    from vitne.model.findings import Delivery, Direction
    from vitne.pipeline.ends import Host
    from vitne.pipeline.idle import Idle
    from vitne.pipeline.openings import Openings
    from vitne.pipeline.saying import Seen
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView

_NAMING = {"dns", "llmnr", "nbns", "ntp"}
"""Protocols whose answers hold nothing of the person: only questions are unwrapped."""

_HELD = {"body", "payload"}
"""Parts of an answer in which something of the person may stand."""

_KEYED = {"tls", "dtls", "quic"}
"""Protocols that count their own unreadable bytes; random numbers of their handshakes are none."""

CLAIM = re.compile(r"crypt|cipher|secure|aes|rsa")
"""Words of a media type that claim the body cannot be read."""
MOST_UNREAD = 16 << 10  # bytes of an unknown stream or datagram that are looked into
_MOST_DATAGRAMS = 4  # of one side that are looked into
_ASIDE = {"path", "target"}
"""Parts that tell a known sender although nothing else is found in them."""
_TELLING = {"target", "query", "path"}
"""Parts in which pairs of names and values stand that may yield a key."""
_STRUCTURES = {"json", "xml", "form", "multipart"}


def _structured(node: Node) -> bool:
    """Say whether a node was read as a field of a record in the body: no cipher leaves such."""
    return node.part.path == "body" and node.encoding is not None and node.encoding.name in _STRUCTURES


def device_and_direction(devices: Devices, flow: Flow, side: int) -> tuple[Device | None, Direction]:
    """Find the device that one side of a flow is about, and whether it sends or receives there.

    Of a device that talks with itself what answers is what it receives.
    """
    ends = ((flow.client_ip, flow.client_mac), (flow.server_ip, flow.server_mac))
    own, far = ends if side == 0 else ends[::-1]
    device = devices.of(*own)
    if device is not None and not (side == 1 and own[0] == far[0]):
        return device, "sent"
    device = devices.of(*far)
    return device, "received" if device is not None or side == 1 else "sent"


def goes_out(devices: Devices, flow: Flow) -> bool:
    """Say whether a device of ours calls somebody who is none."""
    return [device_and_direction(devices, flow, side)[1] for side in (0, 1)] == ["sent", "received"]


class MessageWork:
    """A message and what is known about it while its flow is in hand."""

    __slots__ = (
        "accepted",
        "aside",
        "base",
        "datagram_at",
        "datagram_end",
        "device",
        "direction",
        "extra",
        "flow",
        "host",
        "like",
        "message",
        "nodes",
        "opaque",
        "response",
        "rows",
        "seen",
        "spared",
        "traffic",
        "view",
    )

    def __init__(
        self, traffic: Traffic, flow: Flow, message: Message, view: SideView, *, host: Host = NOBODY
    ) -> None:
        self.traffic = traffic
        self.host: Host = (message.host, message.host_source or "none") if message.host else host
        self.flow = flow
        self.message = message
        self.view = view
        self.response: MessageWork | None = None
        self.nodes: list[Node] = []
        self.aside: list[Node] = []  # request paths that need no other look: they only tell a sender
        self.spared: list[Sighting] = []  # found in parts that are known from before
        self.opaque: list[Opaque] = []
        self.like: Seen | None = None  # what was found in the same message before
        self.seen: Seen | None = None  # where to tell what is found in this one
        self.extra: list[Any] = []  # raw hits inside this message: (start, end, needle)
        self.device: Device | None = None
        self.direction: Direction = "sent"
        self.accepted: bool | None = None  # the application's own word, where a known sender tells it
        if message.datagram is not None:
            positions, offsets, lengths, rows = view.runs
            at = positions[message.datagram]
            self.datagram_at, self.datagram_end = at, at + lengths[message.datagram]
            self.rows = (rows[message.datagram],) * 2
            self.base = offsets[message.datagram]
        else:
            self.datagram_at = self.datagram_end = -1
            self.rows = view.row_span(message.start, message.end)
            self.base = 0

    @property
    def time_ns(self) -> int:
        """Time of the first frame, nanoseconds UTC."""
        return int(self.traffic.walked.row_times(self.rows[0]))

    @property
    def node_bytes(self) -> int:
        """Bytes that a search of this message will look at."""
        return sum(len(node.data) for node in self.nodes)

    def raw(self, start: int, end: int) -> bytes:
        """Give bytes of the message's stream or datagram."""
        if self.datagram_at >= 0:
            return self.view.data[self.datagram_at + start : min(self.datagram_at + end, self.datagram_end)]
        return self.view.slice(start, end)

    def frames_of(self, start: int, end: int) -> tuple[int, ...]:
        """Give the frames of the first capture that hold a range of the stream or datagram."""
        rows = [self.rows[0]] if self.datagram_at >= 0 else self.view.rows_of(start, end)
        places = self.traffic.walked.place(rows)
        return places[0].frames if places else ()

    @property
    def delivered(self) -> Delivery:
        """The last step that the capture proves."""
        response = self.response.message if self.response is not None else None
        own = own_stack(self.traffic.link_types, self.message)
        return delivery_of(self.flow, self.message, response=response, accepted=self.accepted, own_acks=own)

    def find_ends(self, devices: Devices) -> None:
        """Find the device and whether it sends or receives."""
        self.device, self.direction = device_and_direction(devices, self.flow, self.message.side)

    @property
    def asks(self) -> bool:
        """The device sent it, or whoever opened the flow did: worth looking at in depth."""
        return self.direction == "sent" or self.message.side == 0

    def _unread(self) -> Iterator[Part]:
        """Give the first bytes of what no decoder reads: values may stand there under a key."""
        if self.message.opaque != "unknown-format" or not self.asks:
            return
        if self.flow.transport != "udp" or isinstance(self.view, OpenedView):  # inside QUIC are streams
            end = min(self.message.end, self.message.start + MOST_UNREAD)
            yield Part(path="payload", start=self.message.start, end=end)
            return
        _, offsets, lengths, _ = self.view.runs
        for start, length in islice(zip(offsets, lengths, strict=True), _MOST_DATAGRAMS):
            yield Part(path="payload", start=start, end=start + min(length, MOST_UNREAD))

    def _parts(self, *, hidden: bool) -> Iterator[tuple[Part, bool]]:
        asks, parts = self.asks, self.message.parts or (self._unread() if hidden else ())
        if asks or self.message.protocol not in _NAMING:
            for part in parts:
                if asks or part.path.partition(":")[0] in _HELD:
                    yield part, asks

    def unwrap(
        self, wanted: Wanted | None = None, idle: Idle | None = None, opener: Openings | None = None
    ) -> list[Gap | Oddity]:
        """Unwrap all parts; keep nodes and unreadable bytes, give back what else was told.

        ``wanted`` is what will be looked for: fields that cannot hold any of it get no node.  ``idle`` knows
        what is found in parts that come again and again: they get none either.  ``opener`` opens what is
        closed.
        """
        notes: list[Gap | Oddity] = []
        budget = Budget()
        opened = idle.again.unwrap if idle is not None else unwrap
        for part, deep in self._parts(hidden=opener is not None and opener.any):
            data = part.data if part.data is not None else self.raw(part.start, part.end)
            known = idle.found(self.message, part, data) if deep and idle is not None else None
            if known is not None:
                if known:
                    self.spared.extend(placed(known, part))
                if part.path in _ASIDE:
                    self.aside.append(Node(data, part=part))
                continue
            items = opened(part, data, budget=budget, deep=deep, wanted=wanted, opener=opener)
            notes += self._taken(items)
        if opener is not None and self.asks:
            notes += self._opened(opener, budget, wanted)
        if CLAIM.search(self.message.content_type) and any(map(_structured, self.nodes)):
            note = f"the media type {self.message.content_type} speaks of encryption; the body can be read"
            notes.append(self.placed(Oddity(name="content-type-claims-encryption", note=note)))
        return notes

    def _taken(self, items: Iterable[Node | Opaque | Gap | Oddity]) -> list[Gap | Oddity]:
        """Keep nodes and unreadable bytes, give what else is told."""
        notes: list[Gap | Oddity] = []
        for item in items:
            if isinstance(item, Node):
                self.nodes.append(item)
            elif isinstance(item, Opaque):
                if self.message.protocol not in _KEYED and not self.message.opaque:
                    self.opaque.append(item)
            else:
                notes.append(self.placed(item))
        return notes

    def _opened(self, opener: Openings, budget: Budget, wanted: Wanted | None) -> list[Gap | Oddity]:
        """Open what is closed with keys that the message itself yields."""
        locked = closed(self.nodes)
        if not locked:
            return []
        texts = [self.raw(part.start, part.end) for part in self.message.parts if part.path in _TELLING]
        keys = opener.derived(self.nodes, texts)
        notes: list[Gap | Oddity] = []
        for node in locked if keys is not None else ():
            ways = keys.open(node.data, budget.limits()) if keys is not None else []
            if ways:
                notes += self._taken(go_on(node, ways, budget=budget, wanted=wanted, opener=opener))
        return notes

    def placed(self, note: Gap | Oddity) -> Gap | Oddity:
        """Give a note with the place of this message."""
        frames = self.frames_of(self.message.start, self.message.start + 1)
        return msgspec.structs.replace(note, flow=self.flow.number, frame=frames[0] if frames else None)
