"""Flow by flow: decode, unwrap, search, draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vitne.identify.raw_hits import of_subject
from vitne.identify.search import Searcher
from vitne.identify.wanted import Wanted
from vitne.model import Message, Secrets
from vitne.pipeline.closed import Closed
from vitne.pipeline.dull import Dull
from vitne.pipeline.flowreader import FlowReader
from vitne.pipeline.framed import exchanges, named
from vitne.pipeline.gathering import Gathering
from vitne.pipeline.noise import Noise
from vitne.pipeline.openings import Openings
from vitne.pipeline.questions import Questions
from vitne.pipeline.sighting import Sightings
from vitne.pipeline.silent import keep_rows, names_told
from vitne.pipeline.views import Pieces
from vitne.reassemble import Traffic as Walked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.attribute import Device, Devices
    from vitne.identify.raw_hits import RawHits
    from vitne.model import Capture, Flow, Seed, StreamBatch
    from vitne.pipeline.ends import Host
    from vitne.pipeline.framed import Exchange
    from vitne.pipeline.messagework import MessageWork
    from vitne.pipeline.saying import Saying
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView


class FlowWork(Gathering):
    """Reads every flow to the ground."""

    def __init__(  # noqa: PLR0913  (what one scan is about)
        self,
        seeds: Sequence[Seed],
        devices: Devices,
        captures: Sequence[Capture],
        *,
        haystack: int,
        shortcuts: bool = True,
        secrets: Secrets | None = None,
    ) -> None:
        salts = secrets.salts if secrets is not None else ()
        searcher = Searcher(seeds, haystack=haystack, salts=salts)
        self.wanted = Wanted(searcher)
        opener = Openings(secrets or Secrets(), searcher)
        super().__init__(searcher, Sightings(searcher, devices, opener), devices, captures)
        self.reader = FlowReader(
            searcher,
            self.wanted,
            devices,
            shortcuts=shortcuts and not self.twins.asked,
            opener=opener,
        )
        idle = self.reader.idle
        self._questions = Questions(searcher, idle, devices) if idle is not None else None
        dull = Dull(searcher, opener)
        self._closed = Closed(dull, idle, devices) if idle is not None else None
        self._noise = Noise(searcher, dull, devices, opener) if idle is not None else None
        self._taken: np.ndarray | None = None  # pieces of the batch in hand whose flows are counted already
        self._protocols: tuple[Traffic | None, np.ndarray] = (None, np.zeros(0, dtype=np.uint8))

    def _chosen(self, traffic: Traffic, batch: StreamBatch, hits: RawHits) -> Sequence[int]:
        """Give the pieces of flows that are read one by one; of the others all was counted at once."""
        whole: Sequence[int] = range(len(batch.flow))
        if self._questions is None or not isinstance(traffic.walked, Walked) or traffic.keyed is not None:
            return whole
        self._guarded(-1, lambda: self._ask(traffic, batch, hits), last=False)
        taken, self._taken = self._taken, None
        return whole if taken is None else np.flatnonzero(~taken).tolist()

    def _ask(self, traffic: Traffic, batch: StreamBatch, hits: RawHits) -> None:
        going, toll, names = self._open, self.toll, self.names
        if self._questions is not None:
            self._taken = self._questions.count(traffic, batch, hits, going=going, toll=toll, names=names)
        if self._taken is not None and self._closed is not None:
            self._taken |= self._closed.count(traffic, batch, hits, going=going, toll=toll, notes=self.notes)
        if self._taken is not None and self._noise is not None:
            self._taken |= self._noise.count(traffic, batch, hits, going=going, toll=toll)

    def _plain_of(
        self, traffic: Traffic, batch: StreamBatch, hits: RawHits, chosen: Sequence[int]
    ) -> dict[int, Exchange]:
        del chosen
        if not self.reader.shortcuts or not (traffic.exported or isinstance(traffic.walked, Walked)):
            return {}
        if self._protocols[0] is not traffic:
            self._protocols = (traffic, traffic.walked.flow_columns()["protocol"])
        found = exchanges(batch, self._protocols[1], hits, own=of_subject(self.searcher.seeds, hits.seed))
        if not traffic.exported:
            return found
        return {number: one for number, one in found.items() if traffic.walked.plain(number) and named(one)}

    def names_only(self, traffic: Traffic, batch: StreamBatch) -> None:
        """Learn names of devices from a batch and nothing else."""
        for number, side, view in Pieces(batch, range(len(batch.flow))).views():
            flow = traffic.flow(number + traffic.first_flow)
            for event in traffic.events(flow, {side: view}):
                if isinstance(event, Message):
                    self._learn_device(flow, event)

    def _told(
        self,
        traffic: Traffic,
        flow: Flow,
        views: dict[int, SideView],
        *,
        hits: dict[int, list[tuple[int, int]]],
        known: Host | None = None,
    ) -> None:
        """Take a flow as it is on the wire, or what was inside: ``known`` then names the far end."""
        if known is None:
            exchange = self._exchanges.get(flow.number - traffic.first_flow)
            saying = self.reader.read(traffic, flow, views, exchange)
        else:
            saying = self.reader.patiently(traffic, flow, views, known)
        for work in saying.works:
            self._learn(flow, work)
        if saying.new:
            heard = saying.heard(hits)
            self.sightings.hand_out(saying.works, heard, flow=flow, views=views, traffic=traffic)
            self.reader.keep(saying, views)
        self.notes.extend(note for _, note in saying.notes)
        self._count(traffic, flow, views, saying)
        for reason, length in saying.opaque:
            self.toll.unreadable(flow, saying.host, reason, length)
        for work in saying.works:
            if work.message.opaque:
                self.toll.unreadable(flow, saying.host, work.message.opaque, work.message.opaque_bytes)
            for opaque in work.opaque:
                self.toll.unreadable(flow, saying.host, opaque.reason, opaque.length)
        self._wait(saying.works)

    def _count(self, traffic: Traffic, flow: Flow, views: dict[int, SideView], saying: Saying) -> None:
        """Keep what is told of messages that were not made."""
        if saying.silence is not None:
            for message, time_ns in names_told(saying.silence, traffic, views):
                self._learn_names(flow, message, time_ns)
            keep_rows(saying.silence, traffic, flow, views, toll=self.toll)
        for request in saying.counted:
            self.toll.counted(traffic, flow, views[0], request)

    def _learn(self, flow: Flow, work: MessageWork) -> None:
        if work.message.names:
            self._learn_names(flow, work.message, work.time_ns)
        self._learn_device(flow, work.message)

    def _learn_names(self, flow: Flow, message: Message, time_ns: int) -> None:
        asker = self._asker(flow, message)
        for address, name in message.names:
            self.names.learn(asker, address, name=name, time_ns=time_ns)

    def _asker(self, flow: Flow, message: Message) -> str:
        """Give the key of the device that a DNS answer went to."""
        ip, mac = (
            (flow.client_ip, flow.client_mac) if message.side == 1 else (flow.server_ip, flow.server_mac)
        )
        return self._key_of(ip, mac)

    def _key_of(self, ip: str, mac: str) -> str:
        device: Device | None = self.devices.of(ip, mac)
        return device.key if device is not None else ip

    def _learn_device(self, flow: Flow, message: Message) -> None:
        if message.protocol in {"dhcp", "dhcpv6"}:
            facts = dict(message.facts)
            name = facts.get("host-name", "")
            if name and message.side == 0:
                self.learned.append((flow.number, facts.get("client-mac", flow.client_mac), name))
                self.learned.append((flow.number, flow.client_ip, name))
        elif message.protocol == "mdns":
            own = flow.client_ip if message.side == 0 else flow.server_ip
            self.learned.extend(
                (flow.number, address, name) for address, name in message.names if address == own
            )
