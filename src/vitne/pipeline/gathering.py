"""What work on flows gathers, batch by batch.  Holds the program's one broad handler, around one flow."""

from __future__ import annotations

import traceback
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from vitne.attribute import Names
from vitne.model import Gap, Oddity
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.notes import Notes
from vitne.pipeline.toll import Toll
from vitne.pipeline.twins import Twins
from vitne.pipeline.views import Pieces, SideView, join
from vitne.pipeline.workers import Haul

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vitne.assess import Draft
    from vitne.attribute import Devices
    from vitne.identify.raw_hits import RawHits
    from vitne.identify.search import Searcher
    from vitne.model import Capture, Flow, StreamBatch
    from vitne.pipeline.ends import Host
    from vitne.pipeline.framed import Exchange
    from vitne.pipeline.messagework import MessageWork
    from vitne.pipeline.sighting import Sightings
    from vitne.pipeline.traffic import Traffic

_MOST_FLOW = 256 << 20
"""Bytes of one side of a flow that are decoded; the rest is still searched raw."""
_FLUSH = 4 << 20
_MOST_HELD = 32 << 20  # bytes of batches that messages that wait may keep in memory
_MOST_PENDING = 4096
_MOST_REPEATS = 10_000
"""Entries of one value from one address to another."""
_MOST_FINDINGS = 200_000


class Gathering:
    """Works through batches, flow by flow, and gathers what is found; how a flow is read is for others."""

    def __init__(
        self, searcher: Searcher, sightings: Sightings, devices: Devices, captures: Sequence[Capture]
    ) -> None:
        self.devices = devices
        self.captures = captures
        self.searcher = searcher
        self.sightings = sightings
        self._exchanges: dict[int, Exchange] = {}
        self.renew(())
        self._open: int | None = None
        self._views: dict[int, list[SideView]] = {}
        self._hits: dict[int, list[tuple[int, int]]] = {}
        self._pending: list[MessageWork] = []
        self._pending_bytes = 0
        self._held = 0  # bytes of batches since the last flush: what waits keeps its batch

    def renew(self, groups: Sequence[Traffic]) -> None:
        """Forget what was gathered."""
        self.names = Names()
        self.notes = Notes()
        self.twins = Twins(self.captures)
        self.drafts: list[Draft] = []
        self.toll = Toll(self.devices, groups)
        self.learned: list[tuple[int, str, str]] = []  # flow, address of a device, name it gave itself
        self._kept: dict[tuple[str, ...], int] = {}
        self.over = 0  # findings that are not listed
        self.failed = False

    def haul(self, *, partial: bool) -> Haul:
        """Give what was gathered, to be sent to another process."""
        tables, records = self.toll.packed()
        return Haul(
            drafts=self.drafts,
            notes=self.notes,
            names=self.names,
            requests=self.twins.requests,
            learned=self.learned,
            unread=self.toll.unread,
            tables=tables,
            records=records,
            over=self.over,
            failed=self.failed,
            partial=partial,
            complete=self.searcher.complete,
        )

    def absorb(self, haul: Haul) -> None:
        """Take what another process gathered."""
        self.drafts += haul.drafts
        self.notes.absorb(haul.notes)
        self.names.absorb(haul.names)
        self.twins.requests += haul.requests
        self.learned += haul.learned
        self.toll.absorb(haul.unread, haul.tables, haul.records)
        self.over += haul.over
        self.failed |= haul.failed

    def settle(self) -> None:
        """Bound and name what was gathered, in the order of flows, whoever gathered it."""
        for _, address, name in sorted(self.learned, key=lambda told: told[0]):
            self.devices.name(address, name)
        self.toll.left_out, notes = self.twins.doubles()
        self.notes.extend(notes)
        drafts = [one for one in self.drafts if one.setting.flow.number not in self.toll.left_out]
        self.drafts, self._kept = [], {}
        for one in sorted(drafts, key=lambda each: each.setting.flow.number):
            self._keep(one)
        if self.over:
            why = "more findings than are listed: further repeats of listed values are counted here"
            self.notes.add(Gap(kind="limit", why=why, count=self.over))

    # -- how a flow is read ------------------------------------------------------------------------------

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
        raise NotImplementedError

    def _chosen(self, traffic: Traffic, batch: StreamBatch, hits: RawHits) -> Sequence[int]:
        """Give the pieces that are to be read, ascending."""
        del traffic, hits
        return range(len(batch.flow))

    def _plain_of(
        self, traffic: Traffic, batch: StreamBatch, hits: RawHits, chosen: Sequence[int]
    ) -> dict[int, Exchange]:
        """Give the plain conversations among the chosen pieces by the number of their flow."""
        raise NotImplementedError

    # -- batches -----------------------------------------------------------------------------------------

    def batch(self, traffic: Traffic, batch: StreamBatch) -> None:
        """Take the next batch; flows come one after the other, a flow may go on in the next batch."""
        hits = self.sightings.raw(batch)
        by_piece = self.sightings.by_piece(batch, hits)
        chosen = self._chosen(traffic, batch, hits)
        plain = self._plain_of(traffic, batch, hits, chosen)
        for piece, (number, side, view) in zip(chosen, Pieces(batch, chosen).views(), strict=True):
            if number != self._open:
                self._close(traffic)
                self._open = number
                self._exchanges = plain
            self._views.setdefault(side, []).append(view)
            self._hits.setdefault(side, []).extend(by_piece.get(piece, ()))
        self._held += len(batch.data)
        if self._held >= _MOST_HELD:
            self._flush()

    def note(self, traffic: Traffic, note: Gap | Oddity) -> None:
        """Take a gap or oddity that the reassembly tells."""
        if note.flow is not None:
            if isinstance(note, Gap):
                flow = traffic.flow(note.flow + traffic.first_flow)
                self.toll.unreadable(flow, NOBODY, note.kind, note.length or 0)
            note = msgspec.structs.replace(note, flow=note.flow + traffic.first_flow)
        self.notes.add(note)

    def finish(self, traffic: Traffic) -> None:
        """End the flow in hand and draft what is still waiting."""
        self._close(traffic)
        self._flush()

    def _close(self, traffic: Traffic) -> None:
        if self._open is None:
            return
        number, views, hits = self._open, self._views, self._hits
        self._open, self._views, self._hits = None, {}, {}
        if any(len(pieces) > 1 for pieces in views.values()):
            self._exchanges = {}  # it began in a batch before
        joined = {side: join(pieces, _MOST_FLOW) for side, pieces in sorted(views.items())}
        for side, pieces in views.items():
            if len(pieces) > 1:
                hits[side] = self.sightings.in_view(joined[side])
                left = sum(map(len, pieces)) - len(joined[side])
                if left:
                    why = f"a side of a flow is longer than {_MOST_FLOW} bytes; the rest was not searched"
                    self.notes.add(
                        Gap(
                            kind="limit",
                            why=why,
                            flow=number + traffic.first_flow,
                            offset=_MOST_FLOW,
                            length=left,
                        )
                    )
        self._guarded(number + traffic.first_flow, lambda: self._flow(traffic, number, joined, hits=hits))

    def _guarded(self, number: int, action: Callable[[], None], *, last: bool = True) -> bool:
        """Do something for one flow; a fault of ours costs that flow, is told and fails the command."""
        try:
            action()
        except Exception as error:  # noqa: BLE001  (the one broad handler of the program)
            if last:
                self.failed = True
                where = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{type(error).__name__} in {where.name}, line {where.lineno}"
                why = f"{place}: a fault of vitne; this flow is lost"
                self.notes.add(Gap(kind="internal", why=why, flow=number))
            return False
        return True

    # -- one flow ----------------------------------------------------------------------------------------

    def _flow(
        self,
        traffic: Traffic,
        number: int,
        views: dict[int, SideView],
        *,
        hits: dict[int, list[tuple[int, int]]],
    ) -> None:
        flow = traffic.flow(number + traffic.first_flow)
        self._told(traffic, flow, views, hits=hits)
        inside = traffic.inside(flow, views)
        if inside is not None:
            found = {side: self.sightings.in_view(view) for side, view in inside.views.items()}
            self._told(traffic, inside.flow, inside.views, hits=found, known=inside.host)
            self.toll.opened(inside.flow, inside.host, inside.read)

    # -- drafting ----------------------------------------------------------------------------------------

    def _wait(self, works: Sequence[MessageWork]) -> None:
        """Let messages wait until there are enough to be searched with one call."""
        self._pending += works
        self._pending_bytes += sum(work.node_bytes for work in works)
        if self._pending_bytes >= _FLUSH or len(self._pending) > _MOST_PENDING:
            self._flush()

    def _flush(self) -> None:
        """Draft what waits; after a fault again flow by flow, so that only the flow at fault is lost."""
        works, self._pending, self._pending_bytes, self._held = self._pending, [], 0, 0
        if not works or self._guarded(-1, lambda: self._draft(works), last=False):
            return
        for number, group in groupby(works, key=lambda work: work.flow.number):
            own = list(group)
            self._guarded(number, lambda own=own: self._draft(own))  # type: ignore[misc]

    def _draft(self, works: list[MessageWork]) -> None:
        self.twins.take(works)
        drafts = list(self.sightings.drafts(works))
        self.notes.extend(self.sightings.limits)
        self.sightings.limits.clear()
        for work in works:
            if work.direction == "sent":
                self.toll.message(work)
        for one in drafts:
            one.setting.let_go()
            self._keep(one)

    def _keep(self, one: Draft) -> None:
        """Keep a draft, unless there are very many of the same value to the same place already."""
        flow = one.setting.flow
        key = (one.identifier, one.value, flow.client_ip, flow.server_ip, one.setting.direction)
        count = self._kept[key] = self._kept.get(key, 0) + 1
        if count <= _MOST_REPEATS and len(self.drafts) < _MOST_FINDINGS:
            self.drafts.append(one)
        else:
            self.over += 1
