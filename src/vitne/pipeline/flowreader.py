"""What one flow says: messages that may hold something, what is only counted, and what is odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.model import Message
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.idle import Idle
from vitne.pipeline.messagework import MessageWork
from vitne.pipeline.plain import Plain, Reading
from vitne.pipeline.repeats import Repeats
from vitne.pipeline.saying import Saying

if TYPE_CHECKING:
    from vitne.attribute import Devices
    from vitne.identify.search import Searcher
    from vitne.identify.wanted import Wanted
    from vitne.model import Flow
    from vitne.pipeline.ends import Host
    from vitne.pipeline.framed import Exchange
    from vitne.pipeline.openings import Openings
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView


class FlowReader:
    """Reads flows one by one.

    With ``shortcuts``, messages that hold nothing are not made and flows that say what another said are read
    once; what comes out is the same.
    """

    def __init__(
        self,
        searcher: Searcher,
        wanted: Wanted,
        devices: Devices,
        *,
        shortcuts: bool,
        opener: Openings | None = None,
    ) -> None:
        self.shortcuts = shortcuts
        self._wanted = wanted
        self._opener = opener
        self._devices = devices
        self.idle = Idle(searcher, opener) if shortcuts else None
        self._plain = Plain(searcher, wanted, self.idle, devices) if self.idle is not None else None
        self._repeats = Repeats(devices)

    def read(
        self,
        traffic: Traffic,
        flow: Flow,
        views: dict[int, SideView],
        exchange: Exchange | None = None,
    ) -> Saying:
        """Read a flow as it is on the wire; ``exchange`` is what the kernel framed of it, if it did."""
        if not self.shortcuts:
            return self.patiently(traffic, flow, views)
        key = None if traffic.exported else self._repeats.key(flow, views)  # an entry tells more than bytes
        saying = self._repeats.again(key, traffic, flow, views) if key is not None else None
        if saying is None and exchange is not None and self._plain is not None:
            saying = self._plain.read(Reading(traffic, flow, views, exchange))
            self._unwrap(saying)
        if saying is None:
            saying = self.patiently(traffic, flow, views)
        saying.key = key
        return saying

    def keep(self, saying: Saying, views: dict[int, SideView]) -> None:
        """Remember what a flow said, its raw hits handed out."""
        if saying.key is not None and saying.new:
            self._repeats.keep(saying, views)

    def patiently(
        self, traffic: Traffic, flow: Flow, views: dict[int, SideView], host: Host = NOBODY
    ) -> Saying:
        """Read a flow message by message; ``host`` names the far end beforehand."""
        saying = Saying(works=[], host=NOBODY)
        for event in traffic.events(flow, views):
            if isinstance(event, Message):
                if event.host and not saying.host[0]:
                    saying.host = (event.host, event.host_source or "none")
                near = saying.host if saying.host[0] else host
                saying.works.append(MessageWork(traffic, flow, event, views[event.side], host=near))
            else:
                saying.notes.append((None, event))
        saying.host = saying.host if saying.host[0] else host
        self._pair(saying.works)
        self._unwrap(saying)
        return saying

    def _pair(self, works: list[MessageWork]) -> None:
        """Say who sends, and pair answers with requests."""
        requests: dict[int, list[MessageWork]] = {0: [], 1: []}
        for work in works:
            work.find_ends(self._devices)
            if work.message.answers is None:
                requests[work.message.side].append(work)
        for work in works:
            if work.message.answers is not None:
                asked = requests[1 - work.message.side]
                if work.message.answers < len(asked):
                    asked[work.message.answers].response = work

    def _unwrap(self, saying: Saying | None) -> None:
        for work in saying.works if saying is not None else ():
            saying.notes.extend((work, note) for note in work.unwrap(self._wanted, self.idle, self._opener))  # type: ignore[union-attr]
