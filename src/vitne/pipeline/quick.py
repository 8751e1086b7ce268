"""Quick search: known values in bytes as they stand.  Nothing is unwrapped, decoded or opened.

One pass of the compiled search goes over all streams; only what it hits is looked at.  Where the kernel
frames a conversation of plain HTTP, a hit belongs to its message and its host is known; elsewhere a message
is the datagram, or a stretch of the stream around the hit.  What is left out is told with the result.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

from vitne.identify.search import Searcher
from vitne.model import Message, Node, Part
from vitne.pipeline.framed import exchanges
from vitne.pipeline.gathering import Gathering
from vitne.pipeline.heads import host_of
from vitne.pipeline.messagework import MessageWork
from vitne.pipeline.plain import Reading
from vitne.pipeline.saying import Seen
from vitne.pipeline.sighting import Sightings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vitne.attribute import Devices
    from vitne.identify.raw_hits import RawHits
    from vitne.model import Capture, Flow, Seed, Sighting, StreamBatch
    from vitne.pipeline.ends import Host
    from vitne.pipeline.framed import Exchange
    from vitne.pipeline.sighting import Hit
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView

_BESIDE = 512
"""Bytes on either side of a hit that are looked at: names of fields, and what else the record tells."""
_LONGEST = 64 << 10
"""Bytes of a message that are looked at as a whole; of a longer one the stretches around its hits are."""


class QuickSightings(Sightings):
    """Finds known values and nothing else; what needs a name beside it is looked at too."""

    weak = True

    def searched(self, data: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> RawHits:
        """Search pieces of a buffer raw, for places written in degrees too.

        What may be a part of something longer is among them: nobody framed the messages yet.
        """
        hits = self.searcher.raw(data, starts, ends, whole=False)
        return self.searcher.with_places(hits, data, (starts, ends))

    def _seen(self, work: MessageWork, found: list[Sighting]) -> Seen:
        del work
        return Seen(found=found)


class QuickWork(Gathering):
    """Looks at what raw search hits."""

    def __init__(
        self, seeds: Sequence[Seed], devices: Devices, captures: Sequence[Capture], *, haystack: int
    ) -> None:
        searcher = Searcher(seeds, haystack=haystack, digests=False)
        super().__init__(searcher, QuickSightings(searcher, devices), devices, captures)

    def _chosen(self, traffic: Traffic, batch: StreamBatch, hits: RawHits) -> Sequence[int]:
        """Give the pieces of flows that are hit, or that do not lie whole in this batch."""
        del traffic
        flows = batch.flow
        touched = np.unique(flows[hits.piece[hits.piece >= 0]])
        going = np.unique(flows[~batch.last | (batch.base > 0)])
        chosen: list[int] = np.flatnonzero(np.isin(flows, np.union1d(touched, going))).tolist()
        return chosen

    def _plain_of(
        self, traffic: Traffic, batch: StreamBatch, hits: RawHits, chosen: Sequence[int]
    ) -> dict[int, Exchange]:
        wanted = np.zeros(len(batch.flow), dtype=bool)
        wanted[chosen] = True
        return exchanges(batch, traffic.walked.flow_columns()["protocol"], hits, wanted=wanted)

    def _told(
        self,
        traffic: Traffic,
        flow: Flow,
        views: dict[int, SideView],
        *,
        hits: dict[int, list[Hit]],
        known: Host | None = None,
    ) -> None:
        """Make messages of what is hit."""
        del known
        exchange = self._exchanges.get(flow.number - traffic.first_flow)
        works = self._framed(traffic, flow, views, exchange) if exchange is not None else []
        for side, found in hits.items():
            held = [(work.message.start, work.message.end) for work in works if work.message.side == side]
            left = _outside(sorted(set(found)), held)
            loose = _datagrams if flow.transport == "udp" else _stretches
            works += [MessageWork(traffic, flow, one, views[side]) for one in loose(side, views[side], left)]
        for work in works:
            work.find_ends(self.devices)
            work.nodes = list(_looked_at(work, hits.get(work.message.side, ())))
        self._wait(works)

    def _framed(
        self, traffic: Traffic, flow: Flow, views: dict[int, SideView], exchange: Exchange
    ) -> list[MessageWork]:
        """Make the messages of a plain conversation that are hit; a request gets its answer."""
        reading = Reading(traffic, flow, views, exchange)
        for row in exchange.asked:
            reading.names.append(host_of(views[0], row) or "")
        works = []
        for number in range(len(exchange.asked)):
            asked, answered = (exchange.hit[number + shift] for shift in (0, len(exchange.asked)))
            answer = reading.answer(number) if asked or answered else None
            if asked:
                works.append(reading.work(0, number))
                works[-1].response = answer
            if answer is not None and answered:
                works.append(answer)
        return works


def _outside(hits: list[Hit], ranges: list[Hit]) -> list[Hit]:
    """Give the hits that lie in none of some ranges, which ascend and do not touch."""
    begins = [start for start, _ in ranges]
    left = []
    for start, end in hits:
        at = bisect_right(begins, start) - 1
        if at < 0 or end > ranges[at][1]:
            left.append((start, end))
    return left


def _stretches(side: int, view: SideView, hits: list[Hit]) -> Iterator[Message]:
    """Give stretches of a stream around hits; those that touch are one.  None reaches over a hole."""
    at = 0
    for offset, begin, stop in view.spans():
        bounds = (offset, offset + stop - begin)
        own = []
        while at < len(hits) and hits[at][0] < bounds[1]:
            if hits[at][0] >= bounds[0] and hits[at][1] <= bounds[1]:
                own.append(hits[at])
            at += 1
        for start, end in _joined(own, bounds):
            yield Message(protocol="stream", kind="data", side=side, start=start, end=end)


def _datagrams(side: int, view: SideView, hits: list[Hit]) -> Iterator[Message]:
    """Give the datagrams that are hit."""
    begins = view.offsets
    for number in sorted({int(np.searchsorted(begins, start, side="right")) - 1 for start, _ in hits}):
        length = int(view.lengths[number])
        yield Message(protocol="datagram", kind="data", side=side, start=0, end=length, datagram=number)


def _joined(hits: Iterable[Hit], bounds: tuple[int, int]) -> list[Hit]:
    """Widen ranges, and put those together that then touch."""
    joined: list[Hit] = []
    for start, end in hits:
        low, high = max(start - _BESIDE, bounds[0]), min(end + _BESIDE, bounds[1])
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _looked_at(work: MessageWork, hits: Iterable[Hit]) -> Iterator[Node]:
    """Give the bytes of a message that are searched again, with what stands beside them."""
    bounds = (work.message.start, work.message.end)
    ranges = [bounds]
    if bounds[1] - bounds[0] > _LONGEST:
        own = sorted((start - work.base, end - work.base) for start, end in hits)
        ranges = _joined((hit for hit in own if bounds[0] <= hit[0] and hit[1] <= bounds[1]), bounds)
    for start, end in ranges:
        yield Node(work.raw(start, end), part=Part(path="bytes", start=start, end=end))
