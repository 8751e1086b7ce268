"""Plain HTTP conversations: only messages in which something may be found are made; the rest is counted.

The kernel says where the messages are (see ``framed``).  A message without any hit of raw search, in which
no rule can take anything and nothing is wrapped, becomes one row of what was sent.  All that may hold more is
read by the same code as every other flow; what is decided here is only that there is nothing to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.assess.delivery import by_status
from vitne.decode.protocols.http_dns import MEDIA as DNS_MEDIA
from vitne.decode.protocols.http_framing import framing
from vitne.decode.protocols.http_heads import parse
from vitne.decode.protocols.http_message import Body, build
from vitne.decode.unwrap import Budget, unwrap
from vitne.model import Message, Node, Opaque, Part
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.framed import STRONG, bytes_of
from vitne.pipeline.heads import Heads, coded, content_type
from vitne.pipeline.messagework import CLAIM, MessageWork, device_and_direction
from vitne.pipeline.saying import Counted, Saying, mixed

if TYPE_CHECKING:
    from vitne.attribute import Devices
    from vitne.identify.search import Searcher
    from vitne.identify.wanted import Wanted
    from vitne.model import Flow, Sighting
    from vitne.pipeline.ends import Host
    from vitne.pipeline.framed import Exchange, Row
    from vitne.pipeline.idle import Idle
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView


class Plain:
    """Reads plain conversations of one scan."""

    def __init__(self, searcher: Searcher, wanted: Wanted, idle: Idle, devices: Devices) -> None:
        self._searcher = searcher
        self._wanted = wanted
        self._devices = devices
        self._heads = Heads(searcher, wanted, idle)

    def read(self, reading: Reading) -> Saying | None:
        """Count the messages that hold nothing and make those to be looked at.

        None where the conversation is for the patient reader after all.
        """
        flow, views = reading.flow, reading.views
        if device_and_direction(self._devices, flow, 1)[1] == "sent":
            return None  # answers of a device of ours are looked at in depth
        if self._tells_names(reading) or not self._name(reading):
            return None
        saying = Saying(works=[], host=reading.first_host())
        asked = self._requests(reading, saying)
        if mixed(views[0], asked.values(), saying.counted):
            return None
        saying.works.extend(asked.values())
        self._answers(reading, saying, asked)
        for work in saying.works:
            work.find_ends(self._devices)
        return saying

    def _answers(self, reading: Reading, saying: Saying, asked: dict[int, MessageWork]) -> None:
        """Take the answers: of those in which nothing is found, what cannot be read."""
        exchange, view = reading.exchange, reading.views[1]
        first = len(exchange.asked)
        for number, row in enumerate(exchange.answered):
            hit = exchange.hit[first + number] if exchange.own[first + number] else 0
            request = asked.get(number)
            known = hit > 0 or self._heads.hidden(view, row)
            asking = request is not None and bool(request.message.parts)
            opaque = None if hit == STRONG else self._answer(view, row, known=known, asking=asking)
            if opaque is None:
                answer = reading.work(1, number)
            elif request is None:
                saying.opaque.extend((each.reason, each.length) for each in opaque)
                saying.mute.append((reading.offset(1, row.start), reading.offset(1, row.end)))
                continue
            else:
                answer = reading.answer(number)
                answer.opaque = opaque
            saying.works.append(answer)
            if request is not None:
                request.response = answer

    def _tells_names(self, reading: Reading) -> bool:
        """Say whether a message may carry names: DNS over HTTPS, seen in the clear."""
        rows = ((0, reading.exchange.asked), (1, reading.exchange.answered))
        return any(content_type(reading.views[side], row) == DNS_MEDIA for side, own in rows for row in own)

    def _name(self, reading: Reading) -> bool:
        """Note the hosts that the requests name; false where one is no host name."""
        for row in reading.exchange.asked:
            name = self._heads.host(reading.views[0], row)
            if name is None:
                return False
            reading.names.append(name)
        return True

    def _requests(self, reading: Reading, saying: Saying) -> dict[int, MessageWork]:
        """Give the requests to be looked at by their number; the others are counted."""
        view, exchange = reading.views[0], reading.exchange
        sent = device_and_direction(self._devices, reading.flow, 0)[1] == "sent"
        found = {}
        for number, row in enumerate(exchange.asked):
            marked = None if exchange.hit[number] else self._heads.look(view, row, exchange.lines)
            if marked is None:
                found[number] = reading.work(0, number)
            elif marked:
                found[number] = reading.marked(number)
                for place in marked:
                    shift = reading.offset(0, 0)
                    found[number].spared.extend(self._heads.found_in(view, place, shift))
            elif sent:
                start, end = reading.offset(0, row.start), reading.offset(0, row.end)
                delivery = by_status("http", exchange.answered[number].status)
                saying.counted.append(Counted(start, end, reading.host(number), delivery))
        return found

    def _answer(self, view: SideView, row: Row, *, known: bool, asking: bool) -> list[Opaque] | None:
        """Give what cannot be read of an answer; None where it is to be looked at.

        ``known`` says that something in its bytes may be a value of the subject, ``asking`` that it matters
        whether it says that the request was accepted.
        """
        if row.end == row.body:
            return []
        announced = coded(view, row)
        if announced is None or CLAIM.search(content_type(view, row)):
            return None
        data = bytes_of(view, row.body, row.end)
        part = Part(path="body", start=0, end=len(data), hints=announced)
        opaque: list[Opaque] = []
        nodes: list[Node] = []
        for item in unwrap(part, data, budget=Budget(), deep=False, wanted=self._wanted):
            if isinstance(item, Opaque):
                opaque.append(item)
            elif isinstance(item, Node):
                nodes.append(item)
            else:
                return None
        if asking and any(self._wanted.answers(node.data) for node in nodes):
            return None
        held = self._held(nodes, known=known)
        return None if held and any(map(_of_subject, self._searcher.nodes(nodes))) else opaque

    def _held(self, nodes: list[Node], *, known: bool) -> bool:
        """Say whether a value of the subject may stand in the bytes of an answer, or behind them.

        In the bytes themselves raw search has looked for all but places.
        """
        root, *behind = nodes
        behind.reverse()  # of the last one it was asked already
        if known or any(self._wanted.owned(node.data) for node in behind):
            return True
        return self._heads.pairs and bool(self._searcher.known_places.spans(root.data))


def _of_subject(sighting: Sighting) -> bool:
    """Say whether a value counts in an answer: one that the capture tells does in what is sent alone."""
    return sighting.seed is None or sighting.seed.origin == "subject"


class Reading:
    """One conversation, and the messages made of it where they are needed."""

    def __init__(self, traffic: Traffic, flow: Flow, views: dict[int, SideView], exchange: Exchange) -> None:
        self.traffic = traffic
        self.flow = flow
        self.views = views
        self.exchange = exchange
        self.names: list[str] = []  # host that each request names, "" for none
        self._shift = [view.base - view.start for _, view in sorted(views.items())]

    def offset(self, side: int, position: int) -> int:
        """Give the stream offset of a position in the batch."""
        return position + self._shift[side]

    def host(self, number: int) -> Host:
        """Give the far end's name as it is known with a request: its own, else the first told before."""
        name = self.names[number] or next((name for name in self.names[:number] if name), "")
        return (name, "http-host") if name else NOBODY

    def first_host(self) -> Host:
        """Give the name that the conversation tells first."""
        name = next((name for name in self.names if name), "")
        return (name, "http-host") if name else NOBODY

    def work(self, side: int, number: int) -> MessageWork:
        """Make a message as the patient reader does."""
        row = (self.exchange.answered if side else self.exchange.asked)[number]
        message = self._message(side, number, row)
        host = self.first_host() if side else self.host(number)
        return MessageWork(self.traffic, self.flow, message, self.views[side], host=host)

    def answer(self, number: int) -> MessageWork:
        """Make an answer of which only the status is told."""
        row = self.exchange.answered[number]
        message = Message(
            protocol="http",
            kind="response",
            side=1,
            start=self.offset(1, row.start),
            end=self.offset(1, row.end),
            status=row.status,
            answers=number,
        )
        return MessageWork(self.traffic, self.flow, message, self.views[1], host=self.first_host())

    def marked(self, number: int) -> MessageWork:
        """Make a request of which only header lines are told, that are known."""
        row = self.exchange.asked[number]
        method = bytes_of(self.views[0], row.start, row.method_end).decode("latin-1")
        message = Message(
            protocol="http",
            kind="request",
            side=0,
            start=self.offset(0, row.start),
            end=self.offset(0, row.end),
            host=self.names[number],
            host_source="http-host" if self.names[number] else "",
            content_type=content_type(self.views[0], row),
            facts=(("method", method),),
        )
        return MessageWork(self.traffic, self.flow, message, self.views[0], host=self.host(number))

    def _message(self, side: int, number: int, row: Row) -> Message:
        start = self.offset(side, row.start)
        head = parse(bytes_of(self.views[side], row.start, row.body), start)
        assert head is not None  # noqa: S101  (the kernel read the same first line)
        asked = self.exchange.asked[number]
        method = head.method or bytes_of(self.views[0], asked.start, asked.method_end).decode("latin-1")
        body = Body(head.end)
        body.close(self.offset(side, row.end))
        return build(head, body, framing(head, method), side=side, answers=number if side else None)
