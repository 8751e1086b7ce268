"""Sightings of a batch of messages: known values, declared fields, candidates, and what raw search adds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.assess import Setting, draft, restated
from vitne.identify.candidates import Context, candidates
from vitne.identify.declared import answer_of, declared
from vitne.model import Gap, Message, Node, Part
from vitne.pipeline.messagework import MessageWork
from vitne.pipeline.opened import OpenedView
from vitne.pipeline.saying import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vitne.assess import Draft
    from vitne.attribute import Device, Devices
    from vitne.identify.raw_hits import RawHits
    from vitne.identify.search import Searcher
    from vitne.model import Flow, Sighting, StreamBatch
    from vitne.pipeline.openings import Openings
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.views import SideView

_MOST_ALIKE = 100
"""Spellings of one value in one message."""
_MOST_SIGHTINGS = 2000
Hit = tuple[int, int]
"""Stream range of one raw hit."""


class Sightings:
    """Finds what is known, declared or likely in messages and drafts findings."""

    weak = False  # whether hits count that need a key or company

    def __init__(self, searcher: Searcher, devices: Devices, opener: Openings | None = None) -> None:
        self.searcher = searcher
        self.opener = opener
        self.devices = devices
        self.limits: list[Gap] = []  # what was left out since somebody took it

    # -- raw hits ----------------------------------------------------------------------------------------

    def raw(self, batch: StreamBatch) -> RawHits:
        """Search a batch raw."""
        hits = self.searched(batch.data, batch.start, batch.end)
        return self.searcher.with_beginnings(hits, (batch.start, batch.end))

    def searched(self, data: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> RawHits:
        """Search pieces of a buffer raw."""
        return self.searcher.raw(data, starts, ends)

    def by_piece(self, batch: StreamBatch, hits: RawHits) -> dict[int, list[Hit]]:
        """Give stream ranges of raw hits per piece.  Hits over a hole are none, weak ones are left out."""
        if not len(hits.start):
            return {}
        runs = (batch.run_position, batch.run_offset)
        starts, ends = _offsets(hits.start, *runs), _offsets(hits.end - 1, *runs) + 1
        whole = (ends - starts == hits.end - hits.start) & (self.weak | ~hits.weak)
        found: dict[int, list[Hit]] = {}
        for piece, start, end in zip(
            hits.piece[whole].tolist(), starts[whole].tolist(), ends[whole].tolist(), strict=True
        ):
            found.setdefault(piece, []).append((start, end))
        return found

    def in_view(self, view: SideView) -> list[Hit]:
        """Search one joined side raw: hits over the border of two batches are found here."""
        data = np.frombuffer(view.data, dtype=np.uint8)
        if not len(data):
            return []
        hits = self.searched(data, np.asarray([0]), np.asarray([len(data)]))
        runs = (view.positions, view.offsets)
        starts, ends = _offsets(hits.start, *runs), _offsets(hits.end - 1, *runs) + 1
        whole = (ends - starts == hits.end - hits.start) & (self.weak | ~hits.weak)
        return list(zip(starts[whole].tolist(), ends[whole].tolist(), strict=True))

    def hand_out(
        self,
        works: list[MessageWork],
        hits: dict[int, list[Hit]],
        *,
        flow: Flow,
        views: dict[int, SideView],
        traffic: Traffic,
    ) -> None:
        """Give each raw hit to the message it stands in; what stands in none becomes a message of its own.

        Pairs of binary numbers are looked for in messages that nobody can read.
        """
        for work in works:
            if work.message.opaque == "unknown-format" and not work.message.parts:
                start, end = work.message.start, work.message.end
                places = self.searcher.packed(work.raw(start, end))
                work.extra.extend((start + low, start + high) for low, high in places)
        for side, found in hits.items():
            own = sorted((work for work in works if work.message.side == side), key=_begin)
            begins = [_begin(work) for work in own]
            for start, end in sorted(set(found)):
                at = bisect_right(begins, start) - 1
                if at >= 0 and end <= _begin(own[at]) + own[at].message.end - own[at].message.start:
                    own[at].extra.append((start - own[at].base, end - own[at].base))
                    continue
                loose = MessageWork(traffic, flow, _loose(flow, views[side], side, (start, end)), views[side])
                loose.find_ends(self.devices)
                loose.extra.append((start - loose.base, end - loose.base))
                works.append(loose)

    # -- drafts ------------------------------------------------------------------------------------------

    def drafts(self, works: Sequence[MessageWork]) -> Iterator[Draft]:
        """Draft the findings of some messages; one search goes through all their nodes."""
        known = self._known(works)
        for work, found, moment in zip(works, known, _moments(works), strict=True):
            seen = work.like or self._seen(work, found)
            if seen.found is None:
                raise LookupError("the flow that said the same was lost")
            work.accepted = seen.accepted
            sightings = [*self._own(seen, work), *_of_others(seen.told, work)]
            if len(sightings) > _MOST_ALIKE:
                sightings = self._bounded(sightings, work)
            if sightings:
                yield from _drafted(sightings, seen, self._setting(work, moment, seen.answer))

    def _seen(self, work: MessageWork, found: list[Sighting]) -> Seen:
        """Find all that the bytes of a message tell, whoever sent it."""
        seen = work.seen if work.seen is not None else Seen()
        if work.asks and (work.nodes or work.spared):
            told = list(declared([*work.aside, *work.nodes], work.message, work.host[0]))
            seen.told = [
                *told,
                *work.spared,
                *candidates(work.nodes, work.message, context=Context(host=work.host[0])),
            ]
            if told and work.response is not None and told[0].sender is not None:
                seen.accepted, seen.answer = answer_of(told[0].sender, work.response.nodes)
        seen.found = found
        return seen

    def _bounded(self, sightings: list[Sighting], work: MessageWork) -> list[Sighting]:
        """Keep so many spellings of each value of a message, and so many in all; tell what is left out."""
        alike: dict[tuple[str, str], int] = {}
        kept: list[Sighting] = []
        for sighting in sorted(sightings, key=_rank):
            key = (sighting.identifier, sighting.value)
            alike[key] = alike.get(key, 0) + 1
            if alike[key] <= _MOST_ALIKE and len(kept) < _MOST_SIGHTINGS:
                kept.append(sighting)
        left = len(sightings) - len(kept)
        if left:
            why = "a message holds more spellings of values than are listed"
            self.limits.append(Gap(kind="limit", why=why, flow=work.flow.number, count=left))
        return kept

    def _known(self, works: Sequence[MessageWork]) -> list[list[Sighting]]:
        owner = {id(node): index for index, work in enumerate(works) for node in work.nodes}
        found: list[list[Sighting]] = [[] for _ in works]
        for sighting in self.searcher.nodes([node for work in works for node in work.nodes]):
            found[owner[id(sighting.node)]].append(sighting)
        raw_owner: dict[int, int] = {}
        raw_nodes: list[Node] = []
        for index, work in enumerate(works):
            if not work.extra:
                continue
            covered = sorted(sighting.node.place(sighting.start, sighting.end) for sighting in found[index])
            begins = [begin for begin, _ in covered]
            reach = [0, *accumulate((stop for _, stop in covered), max)]  # furthest end of the first so many
            for start, end in work.extra:
                if reach[bisect_left(begins, end)] <= start:
                    node = Node(work.raw(start, end), part=Part(path="bytes", start=start, end=end))
                    raw_owner[id(node)] = index
                    raw_nodes.append(node)
        for index, work in enumerate(works):
            if work.asks and work.nodes and self.opener is not None:
                found[index] += self.searcher.told(work.nodes, self.opener.salts(work.nodes))
        for sighting in self.searcher.nodes(raw_nodes):
            found[raw_owner[id(sighting.node)]].append(sighting)
        return found

    def _own(self, seen: Seen, work: MessageWork) -> Iterator[Sighting]:
        """Drop link addresses of the capture that are not those of this message's device or its router."""
        device: Device | None = work.device
        for sighting in seen.found or ():
            seed = sighting.seed
            if seed is None or seed.origin == "subject":
                yield sighting
            elif device is not None and work.direction == "sent":
                mine = seed.identifier == "mac-address" and seed.value == device.mac
                if mine or (seed.identifier == "bssid" and seed.value != device.mac):
                    told = seen.own.get(id(sighting))
                    if told is None:
                        told = seen.own[id(sighting)] = _told_by_capture(sighting)
                    yield told

    def _setting(self, work: MessageWork, moment: _Moment, answer: str) -> Setting:
        first, last = moment.frames
        response = work.response.message if work.response is not None else None
        words = (
            [f"{response.protocol.upper()} {response.status}"]
            if response is not None and response.status
            else []
        )
        return Setting(
            capture=work.traffic.captures[moment.capture],
            flow=work.flow,
            message=work.message,
            direction=work.direction,
            frames=(first, max(first, last)),
            time_ns=moment.time_ns,
            raw=work.raw,
            frames_of=work.frames_of if work.rows[0] != work.rows[1] else _Framed(work).frames,
            host=work.host,
            delivery=work.delivered,
            answer=", ".join([*words, answer] if answer else words),
            under=work.view.wire if isinstance(work.view, OpenedView) else None,
        )


class _Moment(NamedTuple):
    """Where and when a message stands."""

    capture: int  # number of the capture of its first frame
    frames: tuple[int, int]  # first and last
    time_ns: int  # of the first


def _moments(works: Sequence[MessageWork]) -> Iterator[_Moment]:
    """Give the moment of each message, those of one group of captures at one go."""
    for _, group in groupby(works, key=lambda work: id(work.traffic)):
        own = list(group)
        walked, rows = own[0].traffic.walked, np.array([work.rows for work in own], dtype=np.int64)
        captures = walked.capture_of(rows[:, 0]).tolist()
        frames, times = walked.frame_of(rows.ravel()).tolist(), walked.row_times(rows[:, 0]).tolist()
        yield from map(_Moment, captures, zip(frames[0::2], frames[1::2], strict=True), times)


class _Framed:
    """The frames of a message that lies in one row: the same for every range of it."""

    def __init__(self, work: MessageWork) -> None:
        self._work = work
        self._known: tuple[int, ...] | None = None

    def frames(self, start: int, end: int) -> tuple[int, ...]:
        """Give the frames of a range of the message."""
        if self._known is None:
            self._known = self._work.frames_of(start, end)
        return self._known


def _drafted(sightings: list[Sighting], seen: Seen, setting: Setting) -> list[Draft]:
    """Draft what was seen in a message; of one that said the same, the drafts are told anew."""
    own = list(map(id, sightings))
    if seen.drafted is not None and seen.drafted[0] == own:
        return restated(seen.drafted[1], setting)
    drafts = draft(sightings, setting)
    seen.drafted = (own, drafts)
    return drafts


def _rank(sighting: Sighting) -> tuple[bool, bool, int]:
    """Put known values first, then declared ones, each in the order of the message's parts."""
    return sighting.seed is None, sighting.sender is None, sighting.node.part.start


def _of_others(sightings: Iterable[Sighting], work: MessageWork) -> Iterator[Sighting]:
    """Drop network addresses that are the sending device's own: a far end sees those anyway."""
    own = frozenset(work.device.addresses) if work.device is not None else frozenset()
    for sighting in sightings:
        if sighting.identifier != "public-ip" or sighting.sender is not None or sighting.value not in own:
            yield sighting


def _told_by_capture(sighting: Sighting) -> Sighting:
    import msgspec

    word = "sender's own" if sighting.identifier == "mac-address" else "router's"
    reason = f"equals the {word} link address on the frames of this capture"
    return msgspec.structs.replace(sighting, reasons=(reason, *sighting.reasons))


def _offsets(positions: np.ndarray, run_position: np.ndarray, run_offset: np.ndarray) -> np.ndarray:
    """Turn buffer positions into stream offsets."""
    if not len(positions):
        return np.zeros(0, dtype=np.int64)
    run = np.searchsorted(run_position, positions, side="right") - 1
    shifted: np.ndarray = run_offset[run] + (positions - run_position[run])
    return shifted


def _begin(work: MessageWork) -> int:
    """Give where a message begins in its stream, for datagrams too."""
    return work.base + work.message.start


def _loose(flow: Flow, view: SideView, side: int, hit: Hit) -> Message:
    """Make a message of bytes that no decoder claimed: the datagram, or the hit itself."""
    if flow.transport == "udp" and not isinstance(view, OpenedView):  # inside QUIC there are streams
        number = int(np.searchsorted(view.offsets, hit[0], side="right")) - 1
        length = int(view.lengths[number])
        return Message(protocol="datagram", kind="data", side=side, start=0, end=length, datagram=number)
    return Message(protocol="stream", kind="data", side=side, start=hit[0], end=hit[1])
