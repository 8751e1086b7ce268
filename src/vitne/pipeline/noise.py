"""TCP streams of no known protocol in which nothing is found, by columns: all of a batch at once.

Such a stream is cut into messages where time passed.  One that announces nothing is counted as bytes that
nobody can read; of what a device sent the first bytes are looked into, for values under short keys.  Where
nothing comes out of any of its messages, the flow becomes rows of what was sent, and a sum.
All others are read one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vitne.assess import own_stack
from vitne.decode.protocols import judge
from vitne.kernel.announce import announced
from vitne.model import Message, Part
from vitne.pipeline.conversation import HEAD, MOST_PAYLOAD, PAUSE_NS
from vitne.pipeline.ends import NOBODY
from vitne.pipeline.messagework import MOST_UNREAD, goes_out
from vitne.pipeline.toll import DELIVERIES, RECORD
from vitne.pipeline.wholes import behind, rows_of, whole_flows

if TYPE_CHECKING:
    from vitne.attribute import Devices
    from vitne.identify.raw_hits import RawHits
    from vitne.identify.search import Searcher
    from vitne.model import StreamBatch
    from vitne.pipeline.dull import Dull
    from vitne.pipeline.openings import Openings
    from vitne.pipeline.toll import Toll
    from vitne.pipeline.traffic import Traffic
    from vitne.pipeline.wholes import Wholes

_DATA = Message(protocol="stream", kind="data", side=0, start=0, end=0)
_REASON = "unknown-format"
_KNOWN = np.isin(np.arange(256), [*b"GPHODCT", 22])  # first bytes of HTTP and TLS: those flows are read
_AT_ONCE = 16 << 10  # bytes in which pairs of numbers are looked for at once: fewer than are kept of them


class _Messages(NamedTuple):
    """What sides of flows say, cut where time passed; columns."""

    of: np.ndarray  # row of the flow
    side: np.ndarray
    places: np.ndarray  # (messages, 2), half-open ranges of the buffer


class Noise:
    """Counts the noise of one scan."""

    def __init__(self, searcher: Searcher, dull: Dull, devices: Devices, opener: Openings) -> None:
        self._searcher = searcher
        self._dull = dull
        self._devices = devices
        self._looks = opener.any  # whether what nobody can read is looked into
        self._sure = opener.derived([], ()) is None  # messages without fields yield no keys

    def count(
        self, traffic: Traffic, batch: StreamBatch, hits: RawHits, *, going: int | None, toll: Toll
    ) -> np.ndarray:
        """Count the streams in which nothing is found; say which pieces of the batch those are."""
        taken = np.zeros(len(batch.flow), dtype=bool)
        some = whole_flows(batch, traffic.walked.flows, hits, going=going)
        some = some.chosen(~_KNOWN[batch.data[batch.start[some.piece]]])
        if not len(some.flow) or not self._sure:
            return taken
        sides = some.sides(batch)
        short = (sides[:, [1, 3]] - sides[:, [0, 2]] <= MOST_PAYLOAD).all(axis=1)
        some, sides = some.chosen(short), sides[short]
        unknown = _unknown(batch, sides)
        some, sides = some.chosen(unknown), sides[unknown]
        ends, whose = _ends_of(traffic, some)
        out = np.array([goes_out(self._devices, traffic.walked.flow(number)) for number in ends], dtype=bool)
        good = out[whose] if len(whose) else np.zeros(0, dtype=bool)
        some, sides, whose = some.chosen(good), sides[good], whose[good]
        if not len(some.flow):
            return taken
        messages = _messages(traffic, batch, some)
        quiet = self._quiet(batch, messages, sides)
        some.chosen(quiet).mark(taken)
        self._sent(traffic, batch, some, messages, quiet, toll=toll)
        _sum(traffic, (sides[quiet, 1::2] - sides[quiet, ::2]).sum(axis=1), (ends, whose[quiet]), toll=toll)
        return taken

    def _quiet(self, batch: StreamBatch, messages: _Messages, sides: np.ndarray) -> np.ndarray:
        """Say of which flows no message announces anything or holds anything."""
        good = np.ones(len(sides), dtype=bool)
        data = batch.data.tobytes()
        starts, lengths = messages.places[:, 0], messages.places[:, 1] - messages.places[:, 0]
        good[messages.of[announced(data, starts, lengths)]] = False
        self._placed(data, messages, good)
        if not self._looks:
            return good
        rows = np.flatnonzero(good[messages.of] & (messages.side == 0)).tolist()
        parts = []
        for start, end in messages.places[rows].tolist():
            stop = min(end, start + MOST_UNREAD)
            parts.append((Part(path="payload", start=0, end=stop - start), data[start:stop]))
        for row, nothing in zip(rows, self._dull.nothing(_DATA, parts), strict=True):
            if not nothing:
                good[messages.of[row]] = False
        return good

    def _placed(self, data: bytes, messages: _Messages, good: np.ndarray) -> None:
        """Leave out flows in whose messages binary numbers may say a known place."""
        waiting: list[tuple[int, int, int]] = []
        size = 0
        for row, (start, end) in zip(messages.of.tolist(), messages.places.tolist(), strict=True):
            if not good[row]:
                continue
            if size + end - start > _AT_ONCE:
                self._near(data, waiting, good)
                waiting, size = [], 0
            waiting.append((row, start, end))
            size += end - start
        self._near(data, waiting, good)

    def _near(self, data: bytes, some: list[tuple[int, int, int]], good: np.ndarray) -> None:
        joined = b"".join([data[start:end] for _, start, end in some])
        if not joined or not self._searcher.packed(joined):
            return
        for row, start, end in some:
            good[row] = good[row] and not self._searcher.packed(data[start:end])

    def _sent(  # noqa: PLR0913, PLR0917  (columns, and who takes them)
        self,
        traffic: Traffic,
        batch: StreamBatch,
        some: Wholes,
        messages: _Messages,
        quiet: np.ndarray,
        *,
        toll: Toll,
    ) -> None:
        """Keep a row of each message that was sent."""
        chosen = quiet[messages.of] & (messages.side == 0)
        of, places = messages.of[chosen], messages.places[chosen]
        told = np.zeros(len(of), dtype=RECORD)
        told["first"], told["last"] = rows_of(batch, places)
        told["flow"] = some.flow[of].astype(np.int64) + traffic.first_flow
        told["length"] = places[:, 1] - places[:, 0]
        told["host"], told["facts"] = toll.hosts.number(NOBODY), toll.facts.number(())
        told["kind"], told["group"] = toll.kinds.number(("stream", "data")), toll.group(traffic)
        acked = traffic.walked.acked_of(some.flow[of])[:, 0]
        came = (acked >= np.array(behind(batch, places))) & (not own_stack(traffic.link_types, _DATA))
        told["delivery"] = np.where(came, DELIVERIES.index("acknowledged"), DELIVERIES.index("sent"))
        toll.sent_all(told)


def _unknown(batch: StreamBatch, sides: np.ndarray) -> np.ndarray:
    """Say of which flows no side begins like a known protocol."""
    known = np.zeros(len(sides), dtype=bool)
    for side in (0, 1):
        for row, (start, end) in enumerate(sides[:, 2 * side : 2 * side + 2].tolist()):
            if start < end and not known[row]:
                head = batch.data[start : min(end, start + HEAD)].tobytes()
                known[row] = judge(head, "tcp", side)[1] is not None
    return ~known


def _messages(traffic: Traffic, batch: StreamBatch, some: Wholes) -> _Messages:
    """Cut sides into messages where nothing was sent for so long that another one begins."""
    count = len(batch.flow)
    row_of = np.full(count, -1, dtype=np.int64)
    row_of[some.piece] = np.arange(len(some.flow))
    row_of[some.piece[some.both] + 1] = np.flatnonzero(some.both)
    runs = np.flatnonzero(row_of[batch.run_piece] >= 0)
    piece, times = batch.run_piece[runs], traffic.walked.row_times(batch.run_row[runs])
    other = np.append(True, piece[1:] != piece[:-1])
    late = np.append(False, np.diff(times) > PAUSE_NS)
    first = np.flatnonzero(other | late)
    last = np.append(first[1:], len(runs)) - 1
    starts = batch.run_position[runs[first]]
    ends = batch.run_position[runs[last]] + batch.run_length[runs[last]]
    places = np.stack([starts, ends], axis=1).astype(np.int64)
    return _Messages(row_of[piece[first]], batch.side[piece[first]], places)


def _ends_of(traffic: Traffic, some: Wholes) -> tuple[list[int], np.ndarray]:
    """Give a flow between each pair of ends, far port and tunnel, and for all flows which of them it is."""
    rows = traffic.walked.flows[some.flow]
    port, tunnel = rows["port"][:, 1].astype("<u4"), rows["tunnel"].astype("<u4")
    if not len(rows):
        return [], np.zeros(0, dtype=np.int64)
    columns = [rows["address"].reshape(-1, 32), *(_octets(one) for one in (rows["mac"], port, tunnel))]
    whole = np.ascontiguousarray(np.concatenate(columns, axis=1))
    packed = whole.view(np.dtype((np.void, whole.shape[1]))).ravel()
    _, first, whose = np.unique(packed, return_index=True, return_inverse=True)
    return some.flow[first].tolist(), whose


def _octets(column: np.ndarray) -> np.ndarray:
    """Give the bytes of each entry."""
    return np.ascontiguousarray(column).view(np.uint8).reshape(len(column), -1)


def _sum(traffic: Traffic, sizes: np.ndarray, ends: tuple[list[int], np.ndarray], *, toll: Toll) -> None:
    """Sum what nobody can read, for each pair of ends; ``sizes`` are the bytes of each flow."""
    numbers, whose = ends
    length = np.bincount(whose, sizes, len(numbers)).astype(np.int64).tolist()
    flows = np.bincount(whose, minlength=len(numbers)).tolist()
    for number, size, count in zip(numbers, length, flows, strict=True):
        if count:
            flow = traffic.flow(number + traffic.first_flow)
            toll.unreadable(flow, NOBODY, _REASON, size, flows=count)
